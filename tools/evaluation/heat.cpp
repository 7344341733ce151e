#include "tools/evaluation/heat.h"

#include <ATen/ATen.h>

#include "explain/maps.h"
#include "explain/methods/methods.h"

namespace wherefore {

at::Tensor StrengthOf(const Explanation& explanation, int64_t row) {
  return explanation.pixels.defined() ? explanation.pixels[row].abs().amax(0) : explanation.maps[row];
}

at::Tensor HeatOf(const Explanation& explanation, int64_t row, int64_t height, int64_t width) {
  const auto strength = StrengthOf(explanation, row).unsqueeze(0);
  if (explanation.pixels.defined()) return Upsample(strength, height, width, Upsampling::kHalfPixel)[0];
  MapOptions options;
  options.relu = !MethodNamed(explanation.method).shows_negative;
  return Prepare(strength, height, width, options)[0];
}

double HighestOf(const Explanation& explanation, int64_t row) {
  return StrengthOf(explanation, row).max().item<double>();
}

}  // namespace wherefore
