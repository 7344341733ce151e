#include "explain/measures/average_drop.h"

#include <algorithm>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "explain/maps.h"
#include "explain/measures/check_map.h"

namespace wherefore {
namespace {

void CheckProbability(double value) {
  constexpr double kRounding = 1e-5;  // a softmax in float may pass 1
  if (value >= 0 && value <= 1 + kRounding) return;
  ThrowUsage("the drop in confidence is one of probabilities, from 0 to 1, not of " + std::to_string(value));
}

}  // namespace

at::Tensor MaskedByMap(const at::Tensor& image, const at::Tensor& map) {
  CheckMapOfImage(map, image);
  MapOptions as_it_is;
  as_it_is.relu = false;
  return image * Prepare(map.to(image.scalar_type()).unsqueeze(0), map.size(0), map.size(1), as_it_is);
}

void ConfidenceChange::Add(double whole, double masked) {
  CheckProbability(whole);
  CheckProbability(masked);
  ++images_;
  if (whole > 0) drops_ += std::max(0.0, whole - masked) / whole;
  if (masked > whole) ++rises_;
}

double ConfidenceChange::AverageDrop() const { return Percent(drops_); }

double ConfidenceChange::Increase() const { return Percent(rises_); }

double ConfidenceChange::Percent(double sum) const {
  if (images_ == 0) ThrowUsage("there is no mean change in confidence before an image was added");
  return 100 * sum / static_cast<double>(images_);
}

}  // namespace wherefore
