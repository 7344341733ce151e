#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/evaluation/explained_case.h"
#include "tools/evaluation/measures.h"

namespace wherefore {

/// A place of a WeightCascade at which maps are looked at.
struct CascadeStage {
  std::string name;       ///< what has become random last: "output", "trunk.layer4"
  std::size_t steps = 0;  ///< of the cascade, until it is
  bool is_trunk = false;
};

/// Stages of a network whose cascade has these steps: a top-level module each, of the trunk's those right below it
/// ("trunk.layer4", "features.18"), and of these no more than `most`, evenly. `is_all_trunk`: of a classifier, which
/// is a trunk; its head counts as its decoder.
std::vector<CascadeStage> CascadeStages(const std::vector<std::string>& steps, bool is_all_trunk, std::size_t most = 6);

/// How alike maps stay. NaN where the map was the same everywhere before, or is not finite now.
struct Likeness {
  std::string stage;
  bool is_trunk = false;
  std::size_t column = 0;
  int64_t row = 0;
  double rank = 0;      ///< RankCorrelation() of the signed maps; of pixels, of their sum over the colours
  double absolute = 0;  ///< of their absolute values; of pixels, of the largest over the colours
  double ssim = 0;      ///< StructuralSimilarity() of the maps as they are shown
};

/// The maps of these targets, by each column, compared with those made after each stage; weights are as before then.
/// Stages behind the decoder only where `through_trunk`.
std::vector<Likeness> CompareThroughCascade(ExplainedCase& explained, const std::vector<Column>& columns,
                                            const std::vector<int64_t>& rows, bool through_trunk, std::uint64_t seed);

}  // namespace wherefore
