#pragma once

#include <functional>
#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// What a measure asks a model: the score of what is explained, of each of N variants of one image, prepared
/// (normalised) as the model takes them: (N, 3, H, W) -> (N). It is called without gradients. Measures take the scores
/// as they are: give probabilities, as their papers do, or areas and percentages mean nothing.
using ScoreImages = std::function<at::Tensor(const at::Tensor& images)>;

/// Scores of `count` images, of which no more than `rows_at_once` are ever there: `make(first, rows)` gives some of
/// them, (rows, 3, H, W). Throws Error(kUsage) where `rows_at_once` is below 1, or scores are not (rows), or not
/// finite.
std::vector<double> AskInBatches(const ScoreImages& score, int64_t count, int64_t rows_at_once,
                                 const std::function<at::Tensor(int64_t first, int64_t rows)>& make);

}  // namespace wherefore
