#pragma once

#include <ATen/core/Tensor.h>

#include "explain/methods/method_options.h"
#include "explain/methods/subject.h"

namespace wherefore {

// Maps that know nothing of the model, which an explanation must surpass. The subject is not asked anything.

/// A grid of values drawn evenly from [0, 1), for each target anew: (T, 14, 14), as coarse as the layers that are
/// usually explained; not more cells than pixels.
at::Tensor RandomMaps(const Subject& subject, const MethodOptions& options);

/// 1 in the middle of the image, falling off evenly to 0 in its corners: (T, H, W). 1 in an image of a single pixel.
at::Tensor CenterMaps(const Subject& subject, const MethodOptions& options);

}  // namespace wherefore
