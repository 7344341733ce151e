#pragma once

#include <ATen/core/Tensor.h>

#include "explain/methods/method_options.h"
#include "explain/methods/subject.h"

namespace wherefore {

/// RISE (Petsiuk et al. 2018, "RISE: Randomized Input Sampling for Explanation of Black-box Models", equations 6 and
/// section 3.2): the mean of options.rise_masks random masks, each weighted by the probability that is left of the
/// image seen through it; masks of coarse cells, enlarged bilinearly and shifted. Maps (T, H, W), not below zero. A
/// forward pass a mask.
at::Tensor Rise(const Subject& subject, const MethodOptions& options);

}  // namespace wherefore
