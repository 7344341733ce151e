#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include "neurons/concept_scores.h"
#include "tools/dissection/dissected_layer.h"
#include "tools/dissection/scores_file.h"
#include "tools/dissection/strongest_images.h"

namespace wherefore {

struct ScoresRequest {
  std::string directory;  ///< of the pictures
  ScoreOptions options;
  double quantile = 0.995;  ///< of a channel's activations, above which it fires
  int64_t batch = 16;       ///< pictures
  int64_t strongest = 4;    ///< pictures of each channel
};

/// Names a layer's channels by another model's scores of a folder's pictures, in one pass over them: NameByScores() of
/// the channels' mean activations, as in the paper. Memory grows with pictures x (channels + concepts). Channels that
/// never fire have no name. Throws Error(kUsage) for a layer that depends on questions, and as NameByScores() does;
/// Error(kBadFile) for a picture that cannot be read.
DissectedChannels DissectByScores(const DissectedLayer& layer, const ConceptScores& scores,
                                  const ScoresRequest& request, std::ostream& err);

}  // namespace wherefore
