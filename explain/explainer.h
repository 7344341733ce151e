#pragma once

#include <functional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "explain/rectifier.h"
#include "explain/tape.h"

namespace wherefore {

/// A tensor on the tape and the gradient of every target's score with respect to it.
struct Differentiated {
  std::string name;
  at::Tensor value;           ///< (1, ...) where all targets share one row, else (T, ...)
  at::Tensor gradient;        ///< (T, ...): d score t / d value
  bool is_attention = false;  ///< probabilities (R, heads, queries, keys), no layer's output
  bool is_mean = false;       ///< Tape::WantMean(): the gradient is the same at each place, its mean over them
};

/// The gradients of T scores. All tensors stay on the model's device.
struct Gradients {
  at::Tensor scores;                   ///< (T)
  std::vector<Differentiated> layers;  ///< the wanted layers and attentions, in the order of the forward pass
  std::vector<Differentiated> inputs;  ///< named inputs: word embeddings

  /// The entry of that name. Throws Error(kUsage) where there is none.
  const Differentiated& Layer(const std::string& name) const;
  const Differentiated* FindInput(const std::string& name) const;
};

struct ExplainerOptions {
  /// How gradients pass rectifiers on their way to the image.
  RectifierRule image_rule = RectifierRule::kPlain;

  /// The same on their way to the layers; named inputs always get the plain gradient. Anything but kPlain is for
  /// ablations.
  RectifierRule layer_rule = RectifierRule::kPlain;

  /// Most bytes that the gradients with respect to the layers and inputs, and to the largest output or attention matrix
  /// that was announced behind the cut, may take at once; more targets are done in several backward passes. What the
  /// model does not announce comes on top, and grows with the targets as they do.
  int64_t memory_bound = int64_t{1} << 30;
};

/// Gradients of scores that were computed on the tape in one forward pass.
///
/// `scores` (T), or one score without a dimension, may all come from one row of the layers, an image whose trunk's
/// pass the targets share (a caption's words, the best classes), or from T rows, row t belonging to target t (a batch
/// of images). Either is one backward pass to the layers; to the image it is one a target where they share it.
/// Throws Error(kUsage) where a wanted layer was not reached, the scores do not depend on it, the numbers of rows and
/// scores do not fit, or the graph has an activation that the rule is not defined for.
Gradients Differentiate(const Tape& tape, const at::Tensor& scores, const ExplainerOptions& options = {});

/// The same, handed to `consume` as many targets at once as the memory bound admits, in order.
void DifferentiateInChunks(const Tape& tape, const at::Tensor& scores, const ExplainerOptions& options,
                           const std::function<void(const Gradients& chunk)>& consume);

/// Runs `forward` on a tape that wants these layers and inputs, and differentiates the scores that it returns: (T), or
/// one without a dimension. Works where the caller has switched gradients off.
Gradients Explain(std::vector<std::string> wanted, const std::function<at::Tensor(Tape& tape)>& forward,
                  const ExplainerOptions& options = {});

}  // namespace wherefore
