#pragma once

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

/// Linear classifiers of a feature map's cells, one an attribute. They serve training only: names given where things
/// are teach a trunk in minutes what a caption or an answer, one for the whole picture, teach it in hours. They are not
/// part of the model that is saved.
class AttributeHeads : public torch::nn::Module {
 public:
  explicit AttributeHeads(int64_t channels);

  /// Mean cross entropy over cells and attributes of annotations (N, h * w, channels); targets as CellTargets(),
  /// stacked: (N, attributes, h * w).
  at::Tensor Loss(const at::Tensor& annotations, const at::Tensor& targets);

  /// Share of the cells with a target whose attribute is told right, one an attribute, in the order of kAttributes.
  std::vector<double> Accuracy(const at::Tensor& annotations, const at::Tensor& targets);

 private:
  std::vector<torch::nn::Linear> heads_;
};

}  // namespace wherefore
