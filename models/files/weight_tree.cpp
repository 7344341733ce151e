#include "models/files/weight_tree.h"

#include <memory>

#include "explain/error.h"

namespace wherefore {
namespace {

torch::nn::Module& ChildOf(torch::nn::Module& module, const std::string& name) {
  const auto children = module.named_children();
  const auto* child = children.find(name);
  return child != nullptr ? **child : *module.register_module(name, std::make_shared<torch::nn::Module>(name));
}

}  // namespace

WeightTree WeightTree::In(const std::string& name) const {
  const auto dot = name.find('.');
  const auto first = name.substr(0, dot);
  WeightTree child(ChildOf(module_, first), weights_.In(first + "."));
  return dot == std::string::npos ? child : child.In(name.substr(dot + 1));
}

std::vector<int64_t> WeightTree::ShapeOf(const std::string& name, std::size_t dimensions) const {
  auto shape = weights_.ShapeOf(name);
  if (shape.size() != dimensions) {
    ThrowBadFile(weights_.source() + ": weight '" + name + "' has " + std::to_string(shape.size()) +
                 " dimensions, but must have " + std::to_string(dimensions));
  }
  return shape;
}

at::Tensor WeightTree::Take(const std::string& name, c10::IntArrayRef shape) const {
  return module_.register_parameter(name, weights_.Take(name, shape), /*requires_grad=*/false);
}

at::Tensor WeightTree::TakeBuffer(const std::string& name, c10::IntArrayRef shape) const {
  return module_.register_buffer(name, weights_.Take(name, shape));
}

}  // namespace wherefore
