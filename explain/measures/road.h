#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

#include "explain/measures/score_images.h"

namespace wherefore {

struct RoadOptions {
  std::vector<double> percentiles = {10, 20, 30, 40, 50, 70, 90};  ///< of the pixels that are removed, 0 to 100
  double noise = 0.01;       ///< standard deviation of what is added to removed pixels, in the image's units
  int64_t seed = 1;          ///< of the noise
  int64_t rows_at_once = 8;  ///< images in a batch
};

struct RoadScores {
  std::vector<double>
      most_first;  ///< score at each percentile where the most important pixels are removed; low is good
  std::vector<double> least_first;  ///< where the least important are; high is good
  double combined = 0;              ///< mean of (least_first - most_first) / 2, the higher the better
};

/// Remove and debias (Rong et al. 2022): the score of `image` (1, 3, H, W) where the most, or the least, important
/// pixels by its map (H, W) are removed and imputed from the others, see ImputeLinearly(), so that the shape of what
/// was removed tells the model little. Equal pixels are removed in reading order, and the same noise is added in both
/// orders: a map that is the same everywhere has `combined` 0. Where all are removed, only noise about zero is left.
/// The paper has the two curves; `combined` is pytorch-grad-cam's.
/// Throws Error(kUsage) for other shapes, a map, image or scores with NaN or infinity, or options out of their range.
RoadScores Road(const at::Tensor& image, const at::Tensor& map, const ScoreImages& score,
                const RoadOptions& options = {});

}  // namespace wherefore
