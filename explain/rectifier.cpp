#include "explain/rectifier.h"

#include <unordered_set>
#include <utility>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/edge.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/generated/Functions.h>

#include "explain/error.h"

namespace wherefore {
namespace {

using torch::autograd::FunctionPostHook;
using torch::autograd::FunctionPreHook;
using torch::autograd::Node;
using torch::autograd::variable_list;

namespace nodes = torch::autograd::generated;

/// A std::shared_ptr in LibTorch 1.13, an intrusive one of its own in later ones.
using NodePointer = decltype(torch::autograd::Edge::function);

/// What an autograd node is to guided backpropagation.
enum class NodeKind { kOther, kRectifier, kUnsupported };

NodeKind ZeroFloor(const at::Scalar& floor, NodeKind otherwise) {
  return floor.toDouble() == 0 ? NodeKind::kRectifier : otherwise;
}

// Activations that take a rectifier's place but have no guided rule. Sigmoid and tanh are gates, not rectifiers:
// the paper's decoders are full of them, and guided backpropagation leaves them alone.
bool IsOtherActivation(const std::string& node) {
  for (const char* prefix : {"LeakyReluBackward", "RreluWithNoiseBackward", "PreluBackward", "PreluKernelBackward",
                             "EluBackward", "CeluBackward", "SeluBackward", "GeluBackward", "SiluBackward",
                             "MishBackward", "HardswishBackward", "SoftplusBackward", "HardsigmoidBackward",
                             // clamps to tensors, and the larger of two: perhaps with zero, perhaps not
                             "ClampBackward0", "ClampMinBackward1", "ClampMaxBackward1", "MaximumBackward"}) {
    if (node.rfind(prefix, 0) == 0) return true;
  }
  return false;
}

// By the node's class where its bounds matter: ReLU6 is hardtanh from 0 to 6, and a clamp at 1e-12 only guards a
// division.
NodeKind KindOf(const Node& node) {
  const std::string name = node.name();
  if (name.rfind("ReluBackward", 0) == 0) return NodeKind::kRectifier;
  if (auto* hardtanh = dynamic_cast<const nodes::HardtanhBackward0*>(&node)) {
    return ZeroFloor(hardtanh->min_val, NodeKind::kUnsupported);
  }
  if (auto* threshold = dynamic_cast<const nodes::ThresholdBackward0*>(&node)) {
    return ZeroFloor(threshold->threshold, NodeKind::kUnsupported);
  }
  if (auto* in_place = dynamic_cast<const nodes::ThresholdBackward1*>(&node)) {
    return ZeroFloor(in_place->threshold, NodeKind::kUnsupported);
  }
  if (auto* clamp = dynamic_cast<const nodes::ClampMinBackward0*>(&node)) {
    return ZeroFloor(clamp->min, NodeKind::kOther);
  }
  if (auto* clamp = dynamic_cast<const nodes::ClampBackward1*>(&node)) {
    return clamp->min.has_value() ? ZeroFloor(*clamp->min, NodeKind::kOther) : NodeKind::kOther;
  }
  return IsOtherActivation(name) ? NodeKind::kUnsupported : NodeKind::kOther;
}

/// Zeroes what is negative in the gradient that comes in from above.
struct ClampIncoming : FunctionPreHook {
  variable_list operator()(const variable_list& gradients) override {
    variable_list clamped;
    for (const auto& gradient : gradients) clamped.push_back(gradient.defined() ? gradient.clamp_min(0) : gradient);
    return clamped;
  }
};

/// Passes on what came in and is positive, whatever the rectifier's own derivative says.
struct PassPositive : FunctionPostHook {
  variable_list operator()(const variable_list& outputs, const variable_list& incoming) override {
    variable_list passed = outputs;
    if (!passed.empty() && passed[0].defined() && !incoming.empty()) passed[0] = incoming[0].clamp_min(0);
    return passed;
  }
};

std::vector<NodePointer> GraphBehind(const at::Tensor& scores) {
  std::vector<NodePointer> nodes;
  std::unordered_set<Node*> known;
  auto visit = [&](const NodePointer& node) {
    if (node && known.insert(node.get()).second) nodes.push_back(node);
  };
  visit(scores.grad_fn());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    // by index: visiting makes `nodes` grow
    for (uint32_t edge = 0; edge < nodes[i]->num_outputs(); ++edge) visit(nodes[i]->next_edge(edge).function);
  }
  return nodes;
}

}  // namespace

struct RectifierGuard::State {
  RectifierRule rule = RectifierRule::kPlain;
  std::vector<NodePointer> rectifiers;
};

RectifierGuard::RectifierGuard(const at::Tensor& scores, RectifierRule rule) : state_(std::make_shared<State>()) {
  state_->rule = rule;
  for (auto& node : GraphBehind(scores)) {
    const NodeKind kind = KindOf(*node);
    if (kind == NodeKind::kRectifier) state_->rectifiers.push_back(node);
    if (kind == NodeKind::kUnsupported && rule != RectifierRule::kPlain) {
      ThrowUsage("guided backpropagation and the deconvnet are defined for ReLU and ReLU6; this model also has " +
                 node->name() + ", so the result would be no guided gradient; use a method with the plain gradient");
    }
  }
  for (auto& node : state_->rectifiers) {
    if (rule == RectifierRule::kGuided) node->add_pre_hook(std::make_unique<ClampIncoming>());
    if (rule == RectifierRule::kDeconvnet) node->add_post_hook(std::make_unique<PassPositive>());
  }
}

RectifierGuard::~RectifierGuard() {
  for (auto& node : state_->rectifiers) {
    if (state_->rule == RectifierRule::kGuided) node->pre_hooks().pop_back();
    if (state_->rule == RectifierRule::kDeconvnet) node->post_hooks().pop_back();
  }
}

int64_t RectifierGuard::count() const { return static_cast<int64_t>(state_->rectifiers.size()); }

}  // namespace wherefore
