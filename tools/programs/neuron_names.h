#pragma once

#include <optional>
#include <string>

#include "neurons/concepts.h"
#include "tasks/explanation.h"
#include "tasks/name_channels.h"
#include "tools/command_line/command_line.h"

namespace wherefore {

/// What the channels of a layer are called, and how that is said.
struct NeuronNames {
  LayerConcepts layer;
  std::string file;  ///< where they come from, for error texts
  NamingOptions options;
};

/// Reads the file options.concepts, or where that is "" concepts.json of the directory options.model; none where that
/// is not there. Throws Error(kBadFile) for files that cannot be read or are damaged, Error(kUsage) for templates
/// without names and an importance that is unknown.
std::optional<NeuronNames> ReadNeuronNames(const SharedOptions& options);

/// Throws Error(kBadFile) where the names, read from `file`, are another network's; `model` stands for this one.
void CheckFingerprint(const LayerConcepts& names, const std::string& file, const std::string& model,
                      const std::string& fingerprint);

/// NameChannels(). Throws Error(kBadFile) where the file is of
/// another number of channels.
void AddNames(const NeuronNames& names, Explanation* explanation);

}  // namespace wherefore
