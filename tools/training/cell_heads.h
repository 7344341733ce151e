#pragma once

#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>

#include "tools/scenes/scene.h"

namespace wherefore {

/// To which object each cell of a feature map belongs: int64 (h * w), the object's position in the scene. It is the one
/// that covers the most of the cell, if that is a quarter at least; else kNobody, or kBackground without a pixel of
/// any.
at::Tensor CellOwners(const Scene& scene, int64_t height, int64_t width);
inline constexpr int64_t kNobody = -1;
inline constexpr int64_t kBackground = -2;

/// What each cell shows of each attribute, by CellOwners(): int64 (attributes, h * w), a value's position among
/// ValuesOf(), or kNoTarget for cells that are no object's.
at::Tensor CellTargets(const Scene& scene, const at::Tensor& owners);
inline constexpr int64_t kNoTarget = -100;  ///< LibTorch's default for what cross entropy leaves out

/// What each cell's object is to the others, as CompanyClasses() names it: int64 (3, h * w). How many look the same in
/// everything (0 for it alone, 1 for two, 2 for more), whether it hides part of one, whether part of it is hidden.
at::Tensor CompanyTargets(const Scene& scene, const at::Tensor& owners);

/// Names and numbers of what there is to tell apart.
using CellClasses = std::vector<std::pair<std::string, int64_t>>;

CellClasses AttributeClasses();
CellClasses CompanyClasses();

/// Linear classifiers of a feature map's cells. They serve training only: names given where things are teach a trunk in
/// minutes what a caption or an answer, one for the whole picture, teach it in hours. They are not part of the model
/// that is saved.
class CellHeads : public torch::nn::Module {
 public:
  CellHeads(int64_t channels, const CellClasses& classes);

  /// Mean cross entropy over cells and heads of annotations (N, h * w, channels); targets (N, heads, h * w).
  at::Tensor Loss(const at::Tensor& annotations, const at::Tensor& targets);

  /// Name, and share of the cells with a target that are told right, of each head.
  std::vector<std::pair<std::string, double>> Accuracy(const at::Tensor& annotations, const at::Tensor& targets);

 private:
  std::vector<std::string> names_;
  std::vector<torch::nn::Linear> heads_;
};

}  // namespace wherefore
