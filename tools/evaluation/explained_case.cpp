#include "tools/evaluation/explained_case.h"

#include <algorithm>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "explain/methods/methods.h"
#include "tasks/explain.h"
#include "tools/evaluation/case_request.h"
#include "tools/evaluation/heat.h"

namespace wherefore {

std::vector<Column> ColumnsOf(const std::vector<std::string>& methods, const std::vector<std::string>& layers) {
  std::vector<Column> columns;
  const auto add = [&](Column column) {
    const auto is_same = [&](const Column& other) { return other.name == column.name; };
    if (std::any_of(columns.begin(), columns.end(), is_same)) {
      ThrowUsage("'" + column.name + "' was asked for twice; give each --method and --layer once");
    }
    columns.push_back(std::move(column));
  };
  for (const auto& method : methods) {
    if (layers.size() < 2 || !MethodNamed(method).needs_layer) {
      MethodNamed(method);
      add({method, method, layers.empty() ? "" : layers[0]});
      continue;
    }
    for (const auto& layer : layers) add({method + "@" + layer, method, layer});
  }
  return columns;
}

ExplainedCase::ExplainedCase(const Model& model, const EvaluationCase& asked, int64_t index, c10::Device device,
                             const Column& first, const MethodOptions& options)
    : model_(model), asked_(asked), options_(options), image_(asked.image.to(device)), first_(first.name) {
  options_.seed += static_cast<double>(index);
  own_ = Explain(model_, image_, RequestOf(model_, asked_, HowBy(first)));
  places_ = asked_.places(own_);
}

const Explanation& ExplainedCase::By(const Column& column) {
  if (column.name == first_) return own_;
  const auto found = kept_.find(column.name);
  if (found != kept_.end()) return found->second;
  return kept_.emplace(column.name, ByOn(column, image_)).first->second;
}

Explanation ExplainedCase::ByOn(const Column& column, const at::Tensor& image) const {
  return Explain(model_, image, RequestOf(model_, asked_, HowBy(column), &own_));
}

Subject ExplainedCase::ToAsk() const { return SubjectOf(model_, image_, RequestOf(model_, asked_, {}, &own_)); }

at::Tensor ExplainedCase::HeatOnPicture(const Column& column, int64_t row) {
  return HeatOf(By(column), row, asked_.picture.size(0), asked_.picture.size(1));
}

at::Tensor ExplainedCase::HeatOnImage(const Column& column, int64_t row) {
  return HeatOf(By(column), row, image_.size(2), image_.size(3));
}

HowToExplain ExplainedCase::HowBy(const Column& column) const {
  HowToExplain how;
  how.method = column.method;
  how.layer = column.layer;
  how.method_options = options_;
  return how;
}

}  // namespace wherefore
