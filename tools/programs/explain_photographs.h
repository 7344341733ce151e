#pragma once

#include <exception>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>

#include <c10/core/Device.h>
#include <torch/nn/module.h>

#include "explain/tape.h"
#include "models/model_directory.h"
#include "tasks/explanation.h"
#include "tools/command_line/command_line.h"
#include "tools/command_line/run_program.h"
#include "tools/programs/neuron_names.h"

namespace wherefore {

/// A model of any task, with the request already bound to it.
struct LoadedModel {
  ModelInfo info;
  c10::Device device = c10::kCPU;
  /// `image` (1, 3, H, W) is on the model's device in both. `own`: an explanation of it by another method, whose
  /// targets are explained; null for the request's own.
  std::function<TaskExplanation(const at::Tensor& image, const std::string& method, const TaskExplanation* own)>
      explain;
  std::function<void(const at::Tensor& image, Tape& tape)> forward;  ///< announces every layer that can be explained
  std::shared_ptr<const torch::nn::Module> network;
  std::optional<NeuronNames> names = std::nullopt;  ///< of a layer's channels
};

/// Explains the photographs one after another: results to `out`, progress and warnings to `err`, files below
/// options.out. A photograph that cannot be read is reported and does not keep the others from being explained: kFailed
/// then, else kDone. Throws Error(kUsage) for what is wrong with the request itself.
ExitCode ExplainPhotographs(const LoadedModel& model, const SharedOptions& options, std::ostream& out,
                            std::ostream& err);

/// Every layer with its output's shape for an image of the model's size, a line each.
void PrintLayers(const LoadedModel& model, std::ostream& out);

}  // namespace wherefore
