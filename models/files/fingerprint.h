#pragma once

#include <string>

#include <torch/nn/module.h>

namespace wherefore {

/// What tells a network from others, for files about it that must not be used with another: a SHA-1, 40 hexadecimal
/// digits, of the names, shapes and values of its parameters and buffers, the same on every device. Of tensors with
/// more than 65,536 values only so many enter, evenly spaced: training changes them all, and a large network costs
/// milliseconds. No safeguard against forgery.
std::string Fingerprint(const torch::nn::Module& network);

}  // namespace wherefore
