#pragma once

#include <ATen/core/Tensor.h>

namespace wherefore {

struct StructuralSimilarityOptions {
  int64_t window = 11;  ///< side of the Gaussian window, pixels, odd
  double sigma = 1.5;   ///< its standard deviation, pixels
};

/// SSIM (Wang et al. 2004, "Image quality assessment: from error visibility to structural similarity") of
/// two maps (H, W), each scaled from its own minimum and maximum to [0, 1]; the mean over all places where the window
/// fits, constants 0.01 and 0.03. In [-1, 1], 1 where the scaled maps are equal. A map that is the same everywhere
/// shows nothing and is zero, as Prepare() has it: two such maps are equal. Throws Error(kUsage) where maps are not (H,
/// W) of one size, are smaller than the window, or hold NaN or infinity.
double StructuralSimilarity(const at::Tensor& first, const at::Tensor& second,
                            const StructuralSimilarityOptions& options = {});

}  // namespace wherefore
