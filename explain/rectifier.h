#pragma once

#include <memory>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// How a gradient passes a ReLU on its way back (Springenberg et al. 2015, figure 1).
enum class RectifierRule {
  kPlain,      ///< where the forward input was positive: the derivative itself
  kGuided,     ///< where the forward input and the incoming gradient are positive: guided backpropagation
  kDeconvnet,  ///< where the incoming gradient is positive: Zeiler and Fergus 2014
};

/// Applies a rule to every rectifier (ReLU, ReLU6 and other clamps) in the autograd graph behind `scores`, for as
/// long as it lives; the graph is as before once it is destroyed.
class RectifierGuard {
 public:
  /// Throws Error(kUsage) where the rule is not kPlain and the graph has an activation that the rule is not
  /// defined for (GELU, SiLU, leaky ReLU, ...): a plain gradient must not go by the name of a guided one.
  RectifierGuard(const at::Tensor& scores, RectifierRule rule);
  ~RectifierGuard();
  RectifierGuard(const RectifierGuard&) = delete;
  RectifierGuard& operator=(const RectifierGuard&) = delete;

  /// How many rectifiers the graph has.
  int64_t count() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace wherefore
