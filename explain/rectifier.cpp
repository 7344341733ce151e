#include "explain/rectifier.h"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/function_hook.h>

#include "explain/error.h"

namespace wherefore {
namespace {

using torch::autograd::FunctionPostHook;
using torch::autograd::FunctionPreHook;
using torch::autograd::Node;
using torch::autograd::variable_list;

bool StartsWith(const std::string& text, const char* prefix) { return text.rfind(prefix, 0) == 0; }

template <std::size_t n>
bool IsOneOf(const std::string& node, const std::array<const char*, n>& names) {
  return std::any_of(names.begin(), names.end(), [&](const char* name) { return StartsWith(node, name); });
}

// Autograd names its nodes after the operator: "ReluBackward0", "HardtanhBackward0" for ReLU6.
bool IsRectifier(const std::string& node) {
  return IsOneOf(node, std::array<const char*, 5>{"ReluBackward", "HardtanhBackward", "ThresholdBackward",
                                                  "ClampMinBackward", "ClampBackward"});
}

// Activations that take a rectifier's place but have no guided rule. Sigmoid and tanh are gates, not rectifiers:
// the paper's decoders are full of them, and guided backpropagation leaves them alone.
bool IsUnsupported(const std::string& node) {
  return IsOneOf(node, std::array<const char*, 12>{"LeakyReluBackward", "RreluWithNoiseBackward", "PreluBackward",
                                                   "EluBackward", "CeluBackward", "SeluBackward", "GeluBackward",
                                                   "SiluBackward", "MishBackward", "HardswishBackward",
                                                   "SoftplusBackward", "HardsigmoidBackward"});
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

std::vector<std::shared_ptr<Node>> GraphBehind(const at::Tensor& scores) {
  std::vector<std::shared_ptr<Node>> nodes;
  std::unordered_set<Node*> known;
  auto visit = [&](const std::shared_ptr<Node>& node) {
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
  std::vector<std::shared_ptr<Node>> rectifiers;
};

RectifierGuard::RectifierGuard(const at::Tensor& scores, RectifierRule rule) : state_(std::make_shared<State>()) {
  state_->rule = rule;
  for (auto& node : GraphBehind(scores)) {
    const std::string name = node->name();
    if (IsRectifier(name)) state_->rectifiers.push_back(node);
    if (rule != RectifierRule::kPlain && IsUnsupported(name)) {
      ThrowUsage("guided backpropagation and the deconvnet are defined for rectifiers (ReLU, ReLU6); this model also has " +
                 name + ", so the result would be no guided gradient; use a method with the plain gradient");
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
