#include "explain/frozen_module.h"

namespace wherefore {

FrozenModule::FrozenModule(torch::nn::Module& module) : module_(module), training_(module.is_training()) {
  for (auto& child : module.modules(/*include_self=*/false)) {
    children_training_.emplace_back(child, child->is_training());
  }
  for (auto& parameter : module.parameters()) {
    if (!parameter.requires_grad()) continue;
    parameter.set_requires_grad(false);
    differentiated_.push_back(parameter);
  }
  module.eval();
}

FrozenModule::~FrozenModule() {
  for (auto& parameter : differentiated_) parameter.set_requires_grad(true);
  // Parents first, as listed: train() carries a parent's mode to its children, which then get their own back.
  module_.train(training_);
  for (auto& [child, training] : children_training_) child->train(training);
}

}  // namespace wherefore
