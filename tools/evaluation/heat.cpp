#include "tools/evaluation/heat.h"

#include <ATen/ATen.h>

#include "explain/maps.h"
#include "explain/methods/methods.h"

namespace wherefore {

at::Tensor HeatOf(const TaskExplanation& explanation, int64_t row, int64_t height, int64_t width) {
  if (explanation.pixels.defined()) {
    const auto strength = explanation.pixels.narrow(0, row, 1).abs().amax(1);
    return Upsample(strength, height, width, Upsampling::kHalfPixel)[0];
  }
  MapOptions options;
  options.relu = !MethodNamed(explanation.method).shows_negative;
  return Prepare(explanation.maps.narrow(0, row, 1), height, width, options)[0];
}

double HighestOf(const TaskExplanation& explanation, int64_t row) {
  const auto values = explanation.pixels.defined() ? explanation.pixels[row].abs() : explanation.maps[row];
  return values.max().item<double>();
}

}  // namespace wherefore
