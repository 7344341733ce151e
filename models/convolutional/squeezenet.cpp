#include <ATen/ATen.h>

#include "models/convolutional/layers.h"
#include "models/convolutional/trunk_families.h"

namespace wherefore {
namespace {

namespace nn = torch::nn;

/// Squeeze to few channels, expand by 1 x 1 and 3 x 3 side by side.
class Fire : public nn::Module {
 public:
  Fire(int64_t in, int64_t squeeze, int64_t expand)
      : squeeze_(register_module("squeeze", ConvWithBias(in, squeeze, 1))),
        expand1x1_(register_module("expand1x1", ConvWithBias(squeeze, expand, 1))),
        expand3x3_(register_module("expand3x3", ConvWithBias(squeeze, expand, 3, 1, 1))) {}

  at::Tensor forward(const at::Tensor& x, Tape& tape, const std::string& name) {
    auto y = tape.At(name + ".squeeze", squeeze_->forward(x));
    y = tape.At(name + ".squeeze_activation", at::relu(y));
    auto one = tape.At(name + ".expand1x1", expand1x1_->forward(y));
    one = tape.At(name + ".expand1x1_activation", at::relu(one));
    auto three = tape.At(name + ".expand3x3", expand3x3_->forward(y));
    three = tape.At(name + ".expand3x3_activation", at::relu(three));
    return Concatenated({one, three});
  }

 private:
  nn::Conv2d squeeze_;
  nn::Conv2d expand1x1_;
  nn::Conv2d expand3x3_;
};

class SqueezeNet : public Trunk {
 public:
  explicit SqueezeNet(const TrunkOptions& options)
      : Trunk(options, options.type == "squeezenet1_0" ? 21 : 17), first_(options.type == "squeezenet1_0") {
    const int64_t channels = first_ ? 96 : 64;
    AddStage(Next(), first_ ? ConvWithBias(3, channels, 7, 2) : ConvWithBias(3, channels, 3, 2));
    AddStage(Next(), nullptr, Rectified);
    AddPool();
    AddFires(channels);
    SetFeatureStage(512);
    const auto conv = ConvWithBias(512, options.classes, 1);
    AddStage("classifier.0", nullptr, Dropout);
    AddStage("classifier.1", conv);
    AddStage("classifier.2", nullptr, Rectified);
    AddStage("classifier.3", nullptr, [](const at::Tensor& x, Tape&) { return PooledToVector(x); });
  }

 private:
  std::string Next() { return "features." + std::to_string(index_++); }

  void AddPool() {
    AddStage(Next(), nullptr, [](const at::Tensor& x, Tape&) { return MaxPool(x, 3, 2, 0, /*ceil=*/true); });
  }

  /// Version 1.0 pools after the third and the seventh fire module, 1.1 after the second and the fourth.
  void AddFires(int64_t in) {
    const int64_t expands[] = {64, 64, 128, 128, 192, 192, 256, 256};
    for (int64_t i = 0; i < 8; ++i) {
      const bool pool_before = first_ ? (i == 3 || i == 7) : (i == 2 || i == 4);
      if (pool_before) AddPool();
      const auto fire = std::make_shared<Fire>(in, expands[i] / 4, expands[i]);
      const std::string name = Next();
      AddStage(name, fire, [fire, name](const at::Tensor& x, Tape& tape) { return fire->forward(x, tape, name); });
      in = 2 * expands[i];
    }
  }

  bool first_;
  int64_t index_ = 0;
};

}  // namespace

std::shared_ptr<Trunk> MakeSqueezeNet(const TrunkOptions& options) { return std::make_shared<SqueezeNet>(options); }

}  // namespace wherefore
