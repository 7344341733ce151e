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

/// Computes the scores of targets [first, first + count): (count). The model's forward is called with the tape, which
/// is ready for it; target first + i is scored in row i wherever the tape has expanded to `count` rows, and all in the
/// one row where it has not. Where tape.HasCut(), the pass that the caller made before is to be used as it is.
using ScoreFunction = std::function<at::Tensor(Tape& tape, int64_t first, int64_t count)>;

struct ExplainerOptions {
  /// How gradients pass rectifiers on their way to the image; layers always get the plain gradient.
  RectifierRule image_rule = RectifierRule::kPlain;

  /// Most bytes that the cut's activation and its gradient may take once expanded to one row a target; more targets
  /// are done in several backward passes. What the model needs behind the cut comes on top.
  int64_t memory_bound = int64_t{1} << 30;
};

/// Gradients of scores that were computed on the tape in one forward pass.
///
/// `scores` (T), or one score without a dimension, may come from T rows, row t belonging to target t (one backward
/// pass), or from a single row that all targets share (one backward pass a target).
/// Throws Error(kUsage) where a wanted layer was not reached, the scores do not depend on it, the numbers of rows and
/// scores do not fit, or the graph has an activation that the rule is not defined for.
Gradients Differentiate(const Tape& tape, const at::Tensor& scores, RectifierRule image_rule = RectifierRule::kPlain);

/// Hands the gradients of `targets` scores to `consume`, as many at once as the memory bound admits, in order.
/// Where the tape has seen a forward pass already, the next ones resume at the cut; else the first call of `score`
/// is the first pass.
void ExplainInChunks(Tape& tape, int64_t targets, const ScoreFunction& score, const ExplainerOptions& options,
                     const std::function<void(const Gradients& chunk)>& consume);

/// The same, all gradients at once.
Gradients Explain(Tape& tape, int64_t targets, const ScoreFunction& score, const ExplainerOptions& options = {});

/// The short form for one forward pass: `forward` returns the scores (T), or one score without a dimension.
Gradients Explain(std::vector<std::string> layers, const std::function<at::Tensor(Tape& tape)>& forward,
                  RectifierRule image_rule = RectifierRule::kPlain);

}  // namespace wherefore
