#pragma once

#include <ATen/core/Tensor.h>

#include "explain/methods/method_options.h"
#include "explain/methods/subject.h"

namespace wherefore {

/// Score-CAM (Wang et al. 2020, "Score-CAM: Score-Weighted Visual Explanations for Convolutional Neural Networks",
/// algorithm 1) before its final ReLU: a channel's weight is the score of the image seen through the channel's
/// activation, enlarged and brought to [0, 1], after a softmax over channels; as that cancels what all share, the
/// baseline's score is not taken. A channel that is the same everywhere shows nothing and has no weight. Maps (T, h,
/// w). A forward pass a channel.
at::Tensor ScoreCam(const Subject& subject, const MethodOptions& options);

}  // namespace wherefore
