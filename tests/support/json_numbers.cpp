#include "tests/support/json_numbers.h"

#include <fstream>
#include <stdexcept>

#include <ATen/ATen.h>

namespace wherefore {
namespace {

void Collect(const nlohmann::json& node, std::vector<double>* values) {
  if (!node.is_array()) {
    values->push_back(node.get<double>());
    return;
  }
  for (const auto& child : node) Collect(child, values);
}

}  // namespace

nlohmann::json ReadJson(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("no reference numbers in " + path);
  return nlohmann::json::parse(file);
}

at::Tensor Numbers(const nlohmann::json& rows) {
  std::vector<double> values;
  Collect(rows, &values);
  std::vector<int64_t> shape;
  for (const auto* level = &rows; level->is_array(); level = &level->front()) {
    shape.push_back(static_cast<int64_t>(level->size()));
  }
  return at::tensor(values, at::kDouble).reshape(shape);
}

}  // namespace wherefore
