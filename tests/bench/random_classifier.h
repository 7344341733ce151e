#pragma once

#include <memory>
#include <string>

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include "models/families.h"
#include "tasks/explain.h"
#include "tests/bench/measuring.h"

namespace wherefore {

/// A network for 1000 classes with the weights that a new one starts from: speed does not depend on what they say.
Model RandomClassifier(const std::string& type, const std::string& layer, c10::Device device);

/// (count, 3, 224, 224)
at::Tensor RandomPhotos(c10::Device device, int64_t count = 1);

/// The best classes alone, and their explanation.
Sides ClassificationSides(const std::shared_ptr<Model>& model, const at::Tensor& image, const Request& request);

}  // namespace wherefore
