#include <map>

#include <ATen/ATen.h>
#include <torch/nn/modules/linear.h>

#include "models/convolutional/layers.h"
#include "models/convolutional/trunk_families.h"

namespace wherefore {
namespace {

namespace nn = torch::nn;

struct ResNetPlan {
  std::vector<int64_t> blocks;
  bool bottleneck = true;
  int64_t groups = 1;
  int64_t width_per_group = 64;
};

const ResNetPlan& ResNetPlanOf(const std::string& type) {
  static const std::map<std::string, ResNetPlan> plans = {{"resnet18", {{2, 2, 2, 2}, false}},
                                                          {"resnet34", {{3, 4, 6, 3}, false}},
                                                          {"resnet50", {{3, 4, 6, 3}}},
                                                          {"resnet101", {{3, 4, 23, 3}}},
                                                          {"resnet152", {{3, 8, 36, 3}}},
                                                          {"resnext50_32x4d", {{3, 4, 6, 3}, true, 32, 4}},
                                                          {"wide_resnet50_2", {{3, 4, 6, 3}, true, 1, 128}}};
  return plans.at(type);
}

/// A residual block: convolutions, each with its normalisation, a ReLU between them and one after the sum.
class Block : public nn::Module {
 public:
  Block(int64_t in, int64_t width, int64_t stride, const ResNetPlan& plan) : out_(plan.bottleneck ? 4 * width : width) {
    if (plan.bottleneck) {
      const int64_t inner = width * plan.width_per_group / 64 * plan.groups;
      Add(ConvWithoutBias(in, inner, 1), inner);
      Add(ConvWithoutBias(inner, inner, 3, stride, 1, plan.groups), inner);
      Add(ConvWithoutBias(inner, out_, 1), out_);
    } else {
      Add(ConvWithoutBias(in, width, 3, stride, 1), width);
      Add(ConvWithoutBias(width, width, 3, 1, 1), width);
    }
    if (stride != 1 || in != out_) {
      const auto downsample = register_module("downsample", std::make_shared<nn::Module>());
      downsample_conv_ = downsample->register_module("0", ConvWithoutBias(in, out_, 1, stride));
      downsample_norm_ = downsample->register_module("1", Norm(out_));
    }
  }

  int64_t out() const { return out_; }

  at::Tensor forward(const at::Tensor& x, Tape& tape, const std::string& name) {
    auto y = x;
    for (std::size_t i = 0; i < convs_.size(); ++i) {
      const std::string number = std::to_string(i + 1);
      y = tape.At(name + ".conv" + number, convs_[i]->forward(y));
      y = tape.At(name + ".bn" + number, norms_[i]->forward(y));
      if (i + 1 < convs_.size()) y = at::relu(y);
    }
    return tape.At(name + ".relu", at::relu(y + Shortcut(x, tape, name + ".downsample")));
  }

 private:
  at::Tensor Shortcut(const at::Tensor& x, Tape& tape, const std::string& name) {
    if (!downsample_conv_) return x;
    const auto y = tape.At(name + ".0", downsample_conv_->forward(x));
    return tape.At(name, tape.At(name + ".1", downsample_norm_->forward(y)));
  }

  void Add(const nn::Conv2d& conv, int64_t channels) {
    const std::string number = std::to_string(convs_.size() + 1);
    convs_.push_back(register_module("conv" + number, conv));
    norms_.push_back(register_module("bn" + number, Norm(channels)));
  }

  int64_t out_;
  std::vector<nn::Conv2d> convs_;
  std::vector<nn::BatchNorm2d> norms_;
  nn::Conv2d downsample_conv_{nullptr};
  nn::BatchNorm2d downsample_norm_{nullptr};
};

class ResNet : public Trunk {
 public:
  explicit ResNet(const TrunkOptions& options) : Trunk(options, 1) {
    AddStage("conv1", ConvWithoutBias(3, 64, 7, 2, 3));
    AddStage("bn1", Norm(64));
    AddStage("relu", nullptr, Rectified);
    AddStage("maxpool", nullptr, [](const at::Tensor& x, Tape&) { return MaxPool(x, 3, 2, 1); });
    const auto& plan = ResNetPlanOf(options.type);
    int64_t in = 64;
    for (std::size_t layer = 0; layer < plan.blocks.size(); ++layer) in = AddLayer(layer, in, plan);
    SetFeatureStage(in);
    AddStage("avgpool", nullptr, [](const at::Tensor& x, Tape&) { return PooledToVector(x); });
    AddStage("fc", nn::Linear(in, options.classes));
  }

 private:
  int64_t AddLayer(std::size_t layer, int64_t in, const ResNetPlan& plan) {
    const std::string name = "layer" + std::to_string(layer + 1);
    const auto children = std::make_shared<nn::Module>();
    std::vector<std::shared_ptr<Block>> blocks;
    for (int64_t i = 0; i < plan.blocks[layer]; ++i) {
      const int64_t stride = i == 0 && layer > 0 ? 2 : 1;
      blocks.push_back(std::make_shared<Block>(in, int64_t{64} << layer, stride, plan));
      children->register_module(std::to_string(i), blocks.back());
      in = blocks.back()->out();
    }
    AddStage(name, children, [name, blocks](const at::Tensor& x, Tape& tape) {
      auto y = x;
      for (std::size_t i = 0; i < blocks.size(); ++i) {
        const std::string block = name + "." + std::to_string(i);
        y = tape.At(block, blocks[i]->forward(y, tape, block));
      }
      return y;
    });
    return in;
  }
};

}  // namespace

std::shared_ptr<Trunk> MakeResNet(const TrunkOptions& options) { return std::make_shared<ResNet>(options); }

}  // namespace wherefore
