#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <ATen/core/Tensor.h>

#include "explain/tape.h"

namespace torch::nn {
class Module;
}

namespace wherefore {

/// What a model says of N images about T targets.
struct TargetScores {
  at::Tensor scores;             ///< (N, T): what is explained: logits, margins of logits, log-probabilities
  at::Tensor log_probabilities;  ///< (N, T): of a margin as if there were these two answers only
};

/// An image whose scores are explained, and the model that can be asked about others: about the same targets (the same
/// words, answers, classes) whatever it would say of its own accord.
struct Subject {
  at::Tensor image;     ///< (1, 3, H, W), as the network takes it, on its device
  at::Tensor black;     ///< (1, 3, 1, 1): a black pixel, as the network takes it
  std::string layer;    ///< whose feature map methods look at
  int64_t targets = 0;  ///< T, how many scores `score` gives of an image

  /// Of images (N, 3, H, W); or of one image and N rows that the tape substitutes for a layer's output.
  std::function<TargetScores(const at::Tensor& images, Tape& tape)> score;

  /// The convolutional network, whose modules have the names of the tape's layers.
  const torch::nn::Module* trunk = nullptr;
};

}  // namespace wherefore
