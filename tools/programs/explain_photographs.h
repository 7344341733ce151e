#pragma once

#include <iosfwd>
#include <optional>

#include "models/model.h"
#include "tasks/request.h"
#include "tools/command_line/command_line.h"
#include "tools/command_line/run_program.h"
#include "tools/programs/neuron_names.h"

namespace wherefore {

/// A model, and what is asked of it about every photograph.
struct ModelToExplain {
  Model model;
  Request request;
  std::optional<NeuronNames> names = std::nullopt;  ///< of a layer's channels
  bool compares_with_grey = true;                   ///< tells what came from the picture, by one more pass
};

/// Explains the photographs one after another: results to `out`, progress and warnings to `err`, files below
/// options.out. A photograph that cannot be read is reported and does not keep the others from being explained: kFailed
/// then, else kDone. Throws Error(kUsage) for what is wrong with the request itself.
ExitCode ExplainPhotographs(const ModelToExplain& model, const SharedOptions& options, std::ostream& out,
                            std::ostream& err);

/// Every layer with its output's shape for an image of the model's size, a line each.
void PrintLayers(const ModelToExplain& model, std::ostream& out);

}  // namespace wherefore
