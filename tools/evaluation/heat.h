#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "tasks/explanation.h"

namespace wherefore {

/// A target's map as a person sees it, float32 (height, width), not below zero: what speaks for the target; of methods
/// that reach the pixels the largest absolute value over the colours (Simonyan et al. 2014); of those that show what
/// speaks against the target too, from its lowest value to its highest.
at::Tensor HeatOf(const Explanation& explanation, int64_t row, int64_t height, int64_t width);

/// (h, w): what a method gave, before it was rectified and brought to a scale; of pixels, the largest absolute value
/// over the colours.
at::Tensor StrengthOf(const Explanation& explanation, int64_t row);

/// The map's highest value before it was rectified and brought to a scale: below zero where nothing speaks for the
/// target.
double HighestOf(const Explanation& explanation, int64_t row);

}  // namespace wherefore
