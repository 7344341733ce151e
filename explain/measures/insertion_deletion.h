#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

#include "explain/measures/score_images.h"

namespace wherefore {

struct InsertionDeletionOptions {
  int64_t steps = 224;       ///< the paper's: 224 pixels a step, at 224 x 224; at most one step a pixel is made
  int64_t rows_at_once = 8;  ///< images in a batch
  int64_t blur_size = 11;    ///< side of the Gaussian that blurs the image that pixels are inserted into, pixels, odd
  double blur_sigma = 5;     ///< its standard deviation, pixels
};

/// How a score changes as pixels do.
struct ScoreCurve {
  std::vector<double> changed;  ///< share of the pixels, from 0 to 1
  std::vector<double> scores;   ///< as many
  double area = 0;              ///< under the curve, by trapezoids: the mean score
};

struct InsertionDeletion {
  ScoreCurve insertion;  ///< the higher the area, the better the map
  ScoreCurve deletion;   ///< the lower
};

/// Insertion and deletion (Petsiuk et al. 2018, "RISE"): pixels in the order of the map (H, W), highest
/// first, are inserted into a blurred image, and deleted from `image` (1, 3, H, W), that is, set to zero: the mean
/// colour of a normalised image. 2 (steps + 1) images are asked about, never more than a batch of them there at once.
/// Equal pixels are changed in reading order: so are all of a map that is the same everywhere. The blurred image is as
/// in the authors' code, zeros beyond the border, but for the Gaussian's tails, which are cut off here, folded back
/// there.
/// Throws Error(kUsage) for other shapes, a map or scores with NaN or infinity, or options out of their range.
InsertionDeletion InsertAndDelete(const at::Tensor& image, const at::Tensor& map, const ScoreImages& score,
                                  const InsertionDeletionOptions& options = {});

}  // namespace wherefore
