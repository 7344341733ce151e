#pragma once

#include <ATen/core/Tensor.h>

#include "explain/methods/subject.h"
#include "models/model.h"
#include "tasks/explanation.h"
#include "tasks/request.h"

namespace wherefore {

/// Explain() of a model that writes text.
Explanation ExplainText(const Model& model, const at::Tensor& image, const Request& request);

/// SubjectOf() of a model that writes text.
Subject SubjectOfText(const Model& model, const at::Tensor& image, const Request& request);

}  // namespace wherefore
