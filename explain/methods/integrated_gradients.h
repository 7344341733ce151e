#pragma once

#include <ATen/core/Tensor.h>

#include "explain/methods/method_options.h"
#include "explain/methods/subject.h"

namespace wherefore {

/// Integrated gradients (Sundararajan et al. 2017, "Axiomatic Attribution for Deep Networks", equation 1): the mean
/// gradient on the straight way from a black image to this one, times their difference, by the midpoint rule in
/// options.steps steps. At the pixels (T, 3, H, W); their sum is the score less that of the black image. A forward pass
/// a step, and a backward pass a step and target.
at::Tensor IntegratedGradients(const Subject& subject, const MethodOptions& options);

}  // namespace wherefore
