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
  at::Tensor value;     ///< (1, ...) where all targets share one row, else (T, ...)
  at::Tensor gradient;  ///< (T, ...): d score t / d value
};

/// The gradients of T scores. All tensors stay on the model's device.
struct Gradients {
  at::Tensor scores;                   ///< (T)
  std::vector<Differentiated> layers;  ///< the tape's wanted layers, in the order of the forward pass
  std::vector<Differentiated> inputs;  ///< named inputs: word embeddings

  /// The entry of that name. Throws Error(kUsage) where there is none.
  const Differentiated& Layer(const std::string& name) const;
  const Differentiated* FindInput(const std::string& name) const;
};

/// Computes the scores of targets [first, first + count) on the tape: (count), target first + i in row i
/// wherever the tape has expanded to `count` rows. The tape is ready to be passed to the model's forward.
using ScoreFunction = std::function<at::Tensor(Tape& tape, int64_t first, int64_t count)>;

struct ExplainerOptions {
  /// How gradients pass rectifiers on their way to the image; layers below the image always get the plain gradient.
  RectifierRule image_rule = RectifierRule::kPlain;

  /// Most bytes that the cut's activation and its gradient may take once expanded to one row a target;
  /// more targets are done in several backward passes. What the model needs behind the cut comes on top.
  int64_t memory_bound = int64_t{1} << 30;
};

/// Gradients of scores that were computed on the tape in one forward pass.
///
/// `scores` (T) may come from R = T rows, row t belonging to target t (one backward pass), or from a
/// single row that all targets share (one backward pass a target).
/// Throws Error(kUsage) where a wanted layer was not reached, a score does not depend on it, the shapes
/// do not fit, or the graph has a rectifier that the rule cannot handle.
Gradients Differentiate(const Tape& tape, const at::Tensor& scores, RectifierRule image_rule = RectifierRule::kPlain);

/// Gradients of `targets` scores, as many at once as the memory bound admits. Where the tape has seen a forward
/// pass already, the next ones resume at the cut; else the first call of `score` is the first pass.
Gradients Explain(Tape& tape, int64_t targets, const ScoreFunction& score, const ExplainerOptions& options = {});

/// The short form for one forward pass: `forward` returns the scores (T), or one score without a dimension.
Gradients Explain(std::vector<std::string> layers, const std::function<at::Tensor(Tape& tape)>& forward,
                  RectifierRule image_rule = RectifierRule::kPlain);

}  // namespace wherefore
