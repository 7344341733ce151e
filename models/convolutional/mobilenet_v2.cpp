#include <ATen/ATen.h>
#include <torch/nn/modules/linear.h>

#include "models/convolutional/layers.h"
#include "models/convolutional/trunk_families.h"

namespace wherefore {
namespace {

namespace nn = torch::nn;

/// TensorFlow's `same`: as much padding as ceil(size / stride) outputs need, the odd pixel at the right and bottom.
at::Tensor PaddedSame(const at::Tensor& x, int64_t kernel, int64_t stride) {
  const auto total = [&](int64_t size) {
    return std::max<int64_t>(0, ((size + stride - 1) / stride - 1) * stride + kernel - size);
  };
  const int64_t high = total(x.size(2));
  const int64_t wide = total(x.size(3));
  return at::constant_pad_nd(x, {wide / 2, wide - wide / 2, high / 2, high - high / 2});
}

/// Convolution "0", normalisation "1", ReLU6 "2".
class ConvNormRelu6 : public nn::Module {
 public:
  ConvNormRelu6(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t groups, Padding padding)
      : kernel_(kernel), stride_(stride), same_(padding == Padding::kTensorflowSame && stride > 1) {
    const int64_t pad = same_ ? 0 : (kernel - 1) / 2;
    conv_ = register_module("0", ConvWithoutBias(in, out, kernel, stride, pad, groups));
    norm_ = register_module("1", Norm(out));
  }

  at::Tensor forward(const at::Tensor& x, Tape& tape, const std::string& name) {
    auto y = tape.At(name + ".0", conv_->forward(same_ ? PaddedSame(x, kernel_, stride_) : x));
    y = tape.At(name + ".1", norm_->forward(y));
    return tape.At(name + ".2", at::hardtanh(y, 0, 6));
  }

 private:
  int64_t kernel_;
  int64_t stride_;
  bool same_;
  nn::Conv2d conv_{nullptr};
  nn::BatchNorm2d norm_{nullptr};
};

/// Expand by 1 x 1, filter each channel by 3 x 3, project by 1 x 1 without an activation.
class InvertedResidual : public nn::Module {
 public:
  InvertedResidual(int64_t in, int64_t out, int64_t stride, int64_t expansion, Padding padding)
      : adds_input_(stride == 1 && in == out) {
    const int64_t hidden = in * expansion;
    const auto conv = register_module("conv", std::make_shared<nn::Module>());
    if (expansion != 1) parts_.push_back(std::make_shared<ConvNormRelu6>(in, hidden, 1, 1, 1, padding));
    parts_.push_back(std::make_shared<ConvNormRelu6>(hidden, hidden, 3, stride, hidden, padding));
    for (const auto& part : parts_) conv->register_module(std::to_string(conv->children().size()), part);
    project_ = conv->register_module(std::to_string(parts_.size()), ConvWithoutBias(hidden, out, 1));
    norm_ = conv->register_module(std::to_string(parts_.size() + 1), Norm(out));
  }

  at::Tensor forward(const at::Tensor& x, Tape& tape, const std::string& name) {
    auto y = x;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const std::string part = name + ".conv." + std::to_string(i);
      y = tape.At(part, parts_[i]->forward(y, tape, part));
    }
    y = tape.At(name + ".conv." + std::to_string(parts_.size()), project_->forward(y));
    y = tape.At(name + ".conv." + std::to_string(parts_.size() + 1), norm_->forward(y));
    y = tape.At(name + ".conv", y);
    return adds_input_ ? x + y : y;
  }

 private:
  bool adds_input_;
  std::vector<std::shared_ptr<ConvNormRelu6>> parts_;
  nn::Conv2d project_{nullptr};
  nn::BatchNorm2d norm_{nullptr};
};

/// A row of equal blocks (table 2 of the paper).
struct Group {
  int64_t expansion;
  int64_t channels;
  int64_t count;
  int64_t stride;
};

class MobileNetV2 : public Trunk {
 public:
  explicit MobileNetV2(const TrunkOptions& options) : Trunk(options, 1), padding_(options.padding) {
    AddConv(3, 32, 3, 2);
    int64_t in = 32;
    for (const Group& group : {Group{1, 16, 1, 1}, Group{6, 24, 2, 2}, Group{6, 32, 3, 2}, Group{6, 64, 4, 2},
                               Group{6, 96, 3, 1}, Group{6, 160, 3, 2}, Group{6, 320, 1, 1}}) {
      for (int64_t i = 0; i < group.count; ++i) {
        AddBlock(std::make_shared<InvertedResidual>(in, group.channels, i == 0 ? group.stride : 1, group.expansion,
                                                    padding_));
        in = group.channels;
      }
    }
    AddConv(in, 1280, 1, 1);
    SetFeatureStage(1280);
    // Dropout is the classifier's first child, and does nothing in evaluation.
    AddStage("classifier.0", nullptr, [](const at::Tensor& x, Tape&) { return PooledToVector(x); });
    AddStage("classifier.1", nn::Linear(1280, options.classes));
  }

 private:
  template <typename Module>
  void AddBlock(const std::shared_ptr<Module>& module) {
    const std::string name = "features." + std::to_string(index_++);
    AddStage(name, module, [name, module](const at::Tensor& x, Tape& tape) { return module->forward(x, tape, name); });
  }

  void AddConv(int64_t in, int64_t out, int64_t kernel, int64_t stride) {
    AddBlock(std::make_shared<ConvNormRelu6>(in, out, kernel, stride, 1, padding_));
  }

  Padding padding_;
  int64_t index_ = 0;
};

}  // namespace

std::shared_ptr<Trunk> MakeMobileNetV2(const TrunkOptions& options) { return std::make_shared<MobileNetV2>(options); }

}  // namespace wherefore
