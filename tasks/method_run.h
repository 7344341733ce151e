#pragma once

#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "explain/explainer.h"
#include "explain/methods/methods.h"
#include "explain/methods/subject.h"
#include "models/model.h"
#include "tasks/explanation.h"
#include "tasks/request.h"

namespace wherefore {

/// How a request is to be carried out: its names looked up, the model's defaults filled in.
struct Chosen {
  const Method& method;
  std::string layer;  ///< whose feature map the method looks at
  /// The layer whose channels' importance is kept; "": none, as for methods that take gradients at the image only, or
  /// by another rule than the derivative.
  std::string neuron_layer;
  bool takes_mean = false;  ///< of the gradient at a grid of tokens, the mean over the places alone is computed
};

/// Throws Error(kUsage), with the nearest names, for an unknown method.
Chosen Choose(const HowToExplain& how, const ModelInfo& info);

/// A tape that wants what the method and the channels' importance need, and the inputs named.
Tape TapeFor(const Chosen& chosen, const std::vector<std::string>& inputs = {});

/// The image, the layer, and how the network takes a black pixel; who scores is left to the task.
Subject SubjectOn(const Model& model, const at::Tensor& image, const std::string& layer);

/// What a method gives for T targets, on the host.
struct MethodRun {
  std::vector<double> scores;            ///< T
  at::Tensor maps;                       ///< (T, h, w) float32
  at::Tensor cancels;                    ///< (T) bool, as Maps::cancels, or undefined
  at::Tensor pixels;                     ///< (T, 3, H, W) float32, or undefined
  std::vector<ChannelRanking> channels;  ///< T, empty entries where the method has no layer
  at::Tensor alpha;                      ///< as Explanation::alpha, undefined without a neuron layer
  at::Tensor gradient_times_activation;  ///< as Explanation::gradient_times_activation
  at::Tensor ablation;                   ///< as Explanation::ablation
  at::Tensor activation;                 ///< as Explanation::activation
  /// Of the prompt's embeddings (.., L, E), where the forward pass handed any to the tape: (T, L) float32, gradient
  /// times embedding summed over E; else undefined.
  at::Tensor gradient_times_embedding;
  at::Tensor gradient_norm;  ///< (T, L) float32, Euclidean norm over E of the prompt's gradients; else undefined
};

/// Runs the method on scores (T) computed on a tape made by TapeFor(), or on the subject, whose targets they are. Only
/// maps, not gradients, are kept from chunk to chunk.
MethodRun RunMethod(const Chosen& chosen, const HowToExplain& how, const Tape& tape, const at::Tensor& scores,
                    const Subject& subject);

/// What is written of every run: names, maps, and a warning for each map with nothing to show.
/// `explanation.targets` must be there already.
void FillFromRun(Explanation* explanation, const ModelInfo& info, const Chosen& chosen, const at::Tensor& image,
                 const MethodRun& run);

/// Throws Error(kUsage) where the image is not (1, 3, H, W), or not as Model::image_options() wants it.
void CheckImage(const at::Tensor& image, const Model& model);

}  // namespace wherefore
