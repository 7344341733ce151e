#include <ATen/ATen.h>
#include <torch/nn/modules/linear.h>

#include "models/convolutional/layers.h"
#include "models/convolutional/trunk_families.h"
#include "models/linear.h"

namespace wherefore {
namespace {

namespace nn = torch::nn;

constexpr int64_t kGrowth = 32;
constexpr int64_t kBottleneck = 4;

/// Norm, ReLU, 1 x 1, norm, ReLU, 3 x 3 on all that came before in the block.
class DenseLayer : public nn::Module {
 public:
  explicit DenseLayer(int64_t in)
      : norm1_(register_module("norm1", Norm(in))),
        conv1_(register_module("conv1", ConvWithoutBias(in, kBottleneck * kGrowth, 1))),
        norm2_(register_module("norm2", Norm(kBottleneck * kGrowth))),
        conv2_(register_module("conv2", ConvWithoutBias(kBottleneck * kGrowth, kGrowth, 3, 1, 1))) {}

  at::Tensor forward(const at::Tensor& x, Tape& tape, const std::string& name) {
    auto y = tape.At(name + ".norm1", norm1_->forward(x));
    y = tape.At(name + ".relu1", at::relu(y));
    y = tape.At(name + ".conv1", conv1_->forward(y));
    y = tape.At(name + ".norm2", norm2_->forward(y));
    y = tape.At(name + ".relu2", at::relu(y));
    return tape.At(name + ".conv2", conv2_->forward(y));
  }

 private:
  nn::BatchNorm2d norm1_;
  nn::Conv2d conv1_;
  nn::BatchNorm2d norm2_;
  nn::Conv2d conv2_;
};

/// Halves channels and size between two blocks.
class Transition : public nn::Module {
 public:
  explicit Transition(int64_t in)
      : norm_(register_module("norm", Norm(in))), conv_(register_module("conv", ConvWithoutBias(in, in / 2, 1))) {}

  at::Tensor forward(const at::Tensor& x, Tape& tape, const std::string& name) {
    auto y = tape.At(name + ".norm", norm_->forward(x));
    y = tape.At(name + ".relu", at::relu(y));
    y = tape.At(name + ".conv", conv_->forward(y));
    return tape.At(name + ".pool", at::avg_pool2d(y, {2, 2}, {2, 2}));
  }

 private:
  nn::BatchNorm2d norm_;
  nn::Conv2d conv_;
};

class DenseNet : public Trunk {
 public:
  explicit DenseNet(const TrunkOptions& options) : Trunk(options, 29) {
    AddStage("features.conv0", ConvWithoutBias(3, 64, 7, 2, 3));
    AddStage("features.norm0", Norm(64));
    AddStage("features.relu0", nullptr, Rectified);
    AddStage("features.pool0", nullptr, [](const at::Tensor& x, Tape&) { return MaxPool(x, 3, 2, 1); });
    const std::vector<int64_t> blocks =
        options.type == "densenet121" ? std::vector<int64_t>{6, 12, 24, 16} : std::vector<int64_t>{6, 12, 32, 32};
    int64_t channels = 64;
    for (std::size_t block = 0; block < blocks.size(); ++block) {
      channels = AddBlock(block + 1, blocks[block], channels);
      if (block + 1 < blocks.size()) channels = AddTransition(block + 1, channels);
    }
    // torchvision rectifies this layer's output in place: who looks at it there sees it rectified, as here.
    const auto norm = Norm(channels);
    AddStage("features.norm5", norm.ptr(),
             [part = norm.ptr()](const at::Tensor& x, Tape&) { return at::relu(part->forward(x)); });
    SetFeatureStage(channels);
    const nn::Linear classifier(channels, options.classes);
    AddStage("classifier", classifier.ptr(),
             [part = classifier](const at::Tensor& x, Tape&) { return FullyConnected(part, PooledToVector(x)); });
  }

 private:
  int64_t AddBlock(std::size_t number, int64_t count, int64_t channels) {
    const std::string name = "features.denseblock" + std::to_string(number);
    const auto children = std::make_shared<nn::Module>();
    std::vector<std::shared_ptr<DenseLayer>> layers;
    for (int64_t i = 0; i < count; ++i) {
      layers.push_back(std::make_shared<DenseLayer>(channels + i * kGrowth));
      children->register_module("denselayer" + std::to_string(i + 1), layers.back());
    }
    AddStage(name, children, [name, layers](const at::Tensor& x, Tape& tape) {
      auto all = x;
      for (std::size_t i = 0; i < layers.size(); ++i) {
        const std::string layer = name + ".denselayer" + std::to_string(i + 1);
        all = Concatenated({all, tape.At(layer, layers[i]->forward(all, tape, layer))});
      }
      return all;
    });
    return channels + count * kGrowth;
  }

  int64_t AddTransition(std::size_t number, int64_t channels) {
    const std::string name = "features.transition" + std::to_string(number);
    const auto transition = std::make_shared<Transition>(channels);
    AddStage(name, transition,
             [name, transition](const at::Tensor& x, Tape& tape) { return transition->forward(x, tape, name); });
    return channels / 2;
  }
};

}  // namespace

std::shared_ptr<Trunk> MakeDenseNet(const TrunkOptions& options) { return std::make_shared<DenseNet>(options); }

}  // namespace wherefore
