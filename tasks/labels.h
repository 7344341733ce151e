#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "explain/methods/subject.h"
#include "tasks/explanation.h"

namespace wherefore {

/// The index of a class or an answer by what a user calls it: its index, its label, or one of the label's synonyms
/// ("tabby" of "tabby, tabby cat"), letter case ignored. `what` is "class" or "answer" in error texts.
/// Throws Error(kUsage): not found (nearest offered), or the name of several (their indices given).
int64_t IndexOfLabel(const std::vector<std::string>& labels, const std::string& name, const std::string& what);

/// The `count` best of logits (C), with softmax over all, where there are several; where labels are `independent`, each
/// with its sigmoid.
std::vector<Prediction> BestOf(const at::Tensor& logits, const std::vector<std::string>& labels, int64_t count,
                               bool independent = false);

/// Which of a model's classes or answers are explained: what classification and VQA share.
struct LabelTargets {
  std::vector<int64_t> named;  ///< empty: the best `top`
  int64_t top = 1;
  int64_t versus = -1;  ///< the other class or answer of a contrast, or -1
};

/// Reads names, as IndexOfLabel() does, and adds those that are given by their `indices`. `top` (at least 1, at most
/// the number of labels) is checked where there is neither. Throws Error(kUsage) for what is not there.
LabelTargets TargetsNamed(const std::vector<std::string>& labels, const std::vector<std::string>& names, int64_t top,
                          const std::string& versus, const std::string& what, const std::vector<int64_t>& indices = {});

/// The indices of the labels that an explanation is about.
std::vector<int64_t> IndicesOf(const Explanation& explanation);

/// The targets' places (T) in the logits (C) of one image. On the logits' device, as nothing waits for it there.
at::Tensor ChosenIndices(const LabelTargets& targets, const at::Tensor& logits);

/// Their scores (T), in float32 or float64: the logits there, or by how much they exceed that of `versus`.
at::Tensor ScoresAt(const LabelTargets& targets, const at::Tensor& logits, const at::Tensor& indices);

/// Scores (N, T) as ScoresAt() has them, of the logits (N, C) of N images, and their log-probabilities: by softmax over
/// all labels, or where these are `independent` by the sigmoid of each; of a contrast by the sigmoid of the difference.
TargetScores TargetScoresAt(const LabelTargets& targets, const at::Tensor& logits, const at::Tensor& indices,
                            bool independent = false);

/// One ExplainedTarget a target, and the best predictions; scores and channels are left to FillFromRun().
/// `independent`: several labels may hold at once, and probabilities are sigmoids.
void DescribeLabels(Explanation* explanation, const LabelTargets& targets, const at::Tensor& logits,
                    const at::Tensor& indices, const std::vector<std::string>& labels, bool independent = false);

/// Sets ExplainedTarget::from_picture of labels, from logits (C) of the photograph and of a grey one. `independent`:
/// several labels may hold at once.
void SetFromPicture(const at::Tensor& logits, const at::Tensor& grey_logits, bool independent,
                    std::vector<ExplainedTarget>* targets);

}  // namespace wherefore
