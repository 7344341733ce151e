#pragma once

#include <functional>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// The map, of any one size, that a method makes of an image (1, 3, H, W), for one fixed target.
using MapOfImage = std::function<at::Tensor(const at::Tensor& image)>;

struct SensitivityOptions {
  int64_t samples = 10;  ///< images near the one explained
  double radius = 0.02;  ///< most that a value of the image changes, in the image's units
  int64_t seed = 1;      ///< of the changes
};

/// Max-sensitivity (Yeh et al. 2019, "On the (in)fidelity and sensitivity of explanations"): the largest
/// change of a map, |map(x + d) - map(x)| / |map(x)| in the Euclidean norm, over images whose every value is changed at
/// random, uniformly within the radius. 0 is the steadiest. Where map(x) is zero everywhere: 0 where it stays so, else
/// infinity. The paper's formula has no |map(x)| below the line; with it, as in Captum, methods of other scales
/// compare. Throws Error(kUsage) where a map holds NaN or infinity or is of another size than the first, the image is
/// not (1, C, H, W), or options are out of their range.
double MaxSensitivity(const at::Tensor& image, const MapOfImage& map_of, const SensitivityOptions& options = {});

}  // namespace wherefore
