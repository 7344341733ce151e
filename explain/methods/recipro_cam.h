#pragma once

#include <ATen/core/Tensor.h>

#include "explain/methods/method_options.h"
#include "explain/methods/subject.h"

namespace wherefore {

/// Recipro-CAM (Byun and Lee 2022, "Recipro-CAM: Fast gradient-free visual explanations for convolutional neural
/// networks", equations 2 to 4): the probability where the layer's output is seen through a window at one place, for
/// each place. The window is a Gaussian of 3 x 3 (1 in the middle, 1/2 beside it, 1/4 at the corners),
/// and what it shows of the neighbours is their own; the authors' code repeats the middle's there, with weights that
/// add up to 1, and leaves the window out by default. Maps (T, h, w), not below zero. One row of what comes behind the
/// layer for each place.
at::Tensor ReciproCam(const Subject& subject, const MethodOptions& options);

}  // namespace wherefore
