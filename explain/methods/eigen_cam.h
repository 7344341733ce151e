#pragma once

#include <ATen/core/Tensor.h>

namespace wherefore {

/// Eigen-CAM (Muhammad and Yeasin 2020, "Eigen-CAM: Class Activation Map using Principal Components"): the activation's
/// places, each a row of its K channels, projected onto the first right-singular vector. Says what the layer sees most
/// of, whatever the target: maps (R, h, w) of activation (R, K, h, w). Of the two signs that a singular vector may
/// have, the one by which the map's sum is positive, as all of it is where the activation is.
at::Tensor EigenCam(const at::Tensor& activation);

/// Eigen-Grad-CAM, as the most used Python library (pytorch-grad-cam) defines it; there is no paper: the same of
/// gradient times activation, centered over places. Maps (T, h, w), of the sign that agrees with their sum over
/// channels. `activation` is (1, K, h, w) or (T, K, h, w), `gradient` (T, K, h, w).
at::Tensor EigenGradCam(const at::Tensor& activation, const at::Tensor& gradient);

}  // namespace wherefore
