#pragma once

#include <vector>

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include "explain/explainer.h"
#include "explain/methods/methods.h"
#include "explain/methods/subject.h"
#include "models/model_directory.h"
#include "tasks/explanation.h"

namespace wherefore {

/// What a method gives for T targets, on the host.
struct MethodRun {
  std::vector<double> scores;            ///< T
  at::Tensor maps;                       ///< (T, h, w) float32
  at::Tensor pixels;                     ///< (T, 3, H, W) float32, or undefined
  std::vector<ChannelRanking> channels;  ///< T, empty entries where the method has no layer
  /// As in TaskExplanation.
  at::Tensor alpha, gradient_times_activation, ablation, activation;
  /// For the named word embeddings (.., L, E), where the forward pass gave any: (T, L) float32, else undefined.
  at::Tensor gradient_times_embedding;  ///< summed over E
  at::Tensor gradient_norm;             ///< Euclidean, over E
};

/// A request whose method and layer are the model's own where it names none: what the functions below take.
ExplainRequest Completed(const ExplainRequest& request, const ModelInfo& info);

/// The layer whose channels it asks about; "" where there is none: of methods that take gradients at the
/// image only, or by another rule than the derivative.
std::string NeuronLayerOf(const ExplainRequest& request);

/// A tape that wants what the method and the channels' importance need, and the inputs named.
Tape TapeFor(const ExplainRequest& request, const std::vector<std::string>& inputs = {});

/// The image and how the network takes a black pixel; who scores is left to the task.
Subject SubjectOn(const ModelInfo& info, const at::Tensor& image, const std::string& layer,
                  const torch::nn::Module& trunk);

/// Runs the requested method on scores (T) computed on a tape made by TapeFor(), or on the subject, whose targets they
/// are. Only maps, not gradients, are kept from chunk to chunk.
MethodRun RunMethod(const ExplainRequest& request, const Tape& tape, const at::Tensor& scores, const Subject& subject);

/// What all tasks write the same way: names, maps, and a warning for each map with nothing to show.
/// `explanation.targets` must be there already.
void Fill(TaskExplanation* explanation, const ModelInfo& info, const ExplainRequest& request, const at::Tensor& image,
          const MethodRun& run);

/// Throws Error(kUsage) where the image is not (1, 3, H, W), or not of the network's type and on its device.
void CheckImage(const at::Tensor& image, const torch::nn::Module& network);

}  // namespace wherefore
