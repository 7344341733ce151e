#pragma once

#include <ATen/core/Tensor.h>

#include "explain/methods/method_options.h"
#include "explain/methods/subject.h"

namespace wherefore {

/// Ablation-CAM (Ramaswamy and Desai 2020, "Ablation-CAM: Visual Explanations for Deep Convolutional Network via
/// Gradient-free Localization", equations 2 and 3) before its final ReLU: a channel's weight is the share of the score
/// that is lost where the channel is zero. Signed maps (T, h, w). A score below zero, such as a log-probability, counts
/// by its size, so that what it loses has the same sign. One row of what comes behind the layer for each channel.
at::Tensor AblationCam(const Subject& subject, const MethodOptions& options);

/// By how much each target's score falls where a channel of the layer is zero: (T, K). At the same cost.
at::Tensor ChannelAblation(const Subject& subject, const MethodOptions& options);

}  // namespace wherefore
