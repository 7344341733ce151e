#pragma once

#include <ATen/core/Tensor.h>

#include "explain/methods/method_options.h"
#include "explain/methods/subject.h"

namespace wherefore {

/// FullGrad (Srinivas and Fleuret 2019, "Full-Gradient Representation for Neural Network Visualization", equation 8):
/// what the input and every bias of the convolutional network contribute. Maps (T, H, W): the absolute values of input
/// times gradient and of each layer's biases times their gradients, enlarged, summed; the input's and each layer's are
/// brought to [0, 1] together, as in the authors' code, where equation 8 has it channel by channel. The bias
/// of a batch normalisation is the part of its output that its input does not scale. What follows the convolutional
/// network is explained as far as its gradient goes; its own biases have no place. One forward pass, and a backward
/// pass a target. Throws Error(kUsage) for a subject without a trunk, or a trunk without biases.
at::Tensor FullGrad(const Subject& subject, const MethodOptions& options);

/// What the paper's equation 3 adds up to the score, for target `target`: the sum of input times gradient and of all
/// biases of the convolutional network that have a place times their gradients. In a network of rectifiers without
/// other biases it is the score.
double FullGradientSum(const Subject& subject, int64_t target);

}  // namespace wherefore
