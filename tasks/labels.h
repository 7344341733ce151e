#pragma once

#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "tasks/explanation.h"

namespace wherefore {

/// The index of a class or an answer by what a user calls it: its index, its label, or one of the label's synonyms
/// ("tabby" of "tabby, tabby cat"), letter case ignored. `what` is "class" or "answer" in error texts.
/// Throws Error(kUsage): not found (nearest offered), or the name of several (their indices given).
int64_t IndexOfLabel(const std::vector<std::string>& labels, const std::string& name, const std::string& what);

/// The `count` best of logits (C), with softmax over all.
std::vector<Prediction> BestOf(const at::Tensor& logits, const std::vector<std::string>& labels, int64_t count);

/// A model's logits and the targets among them: what classification and VQA share.
struct LabelTargets {
  std::vector<int64_t> indices;  ///< one a target; chosen by ScoresOf() where none was named
  int64_t versus = -1;           ///< the other class or answer of a contrast, or -1
  std::vector<Prediction> predictions;
  std::vector<double> probabilities;  ///< of all classes or answers
};

/// Reads names; `top` (at least 1, at most the number of labels) is checked where no name was given.
LabelTargets TargetsNamed(const std::vector<std::string>& labels, const std::vector<std::string>& names, int64_t top,
                          const std::string& versus, const std::string& what);

/// The targets' scores (T) in the logits (1, C) of one image. Chooses the `top` best where no target was named.
at::Tensor ScoresOf(LabelTargets* targets, const at::Tensor& logits, const std::vector<std::string>& labels,
                    int64_t top);

/// One ExplainedTarget a target; scores and channels are left to Fill().
std::vector<ExplainedTarget> Described(const LabelTargets& targets, const std::vector<std::string>& labels,
                                       const std::string& kind);

}  // namespace wherefore
