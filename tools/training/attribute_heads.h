#pragma once

#include <vector>

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>

#include "tools/scenes/scene.h"

namespace wherefore {

/// What each cell of a feature map shows of each attribute: int64 (attributes, h * w), a value's position among
/// ValuesOf(), or kNoTarget. A cell belongs to the object that covers the most of it, if that is a quarter at least;
/// cells without a pixel of any object have the shape kBackground, the others no target.
at::Tensor CellTargets(const Scene& scene, int64_t height, int64_t width);
inline constexpr int64_t kNoTarget = -100;  ///< LibTorch's default for what cross entropy leaves out

/// The shape of a cell without objects: one past the shapes.
int64_t BackgroundShape();

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
