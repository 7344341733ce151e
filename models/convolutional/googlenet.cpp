#include <ATen/ATen.h>
#include <torch/nn/modules/linear.h>

#include "models/convolutional/layers.h"
#include "models/convolutional/trunk_families.h"

namespace wherefore {
namespace {

namespace nn = torch::nn;

/// Convolution, normalisation, ReLU: torchvision's BasicConv2d.
class BasicConv : public nn::Module {
 public:
  BasicConv(int64_t in, int64_t out, int64_t kernel, int64_t stride = 1, int64_t padding = 0)
      : conv_(register_module("conv", ConvWithoutBias(in, out, kernel, stride, padding))),
        bn_(register_module("bn", Norm(out, 1e-3))) {}

  at::Tensor forward(const at::Tensor& x, Tape& tape, const std::string& name) {
    auto y = tape.At(name + ".conv", conv_->forward(x));
    y = tape.At(name + ".bn", bn_->forward(y));
    return at::relu(y);
  }

 private:
  nn::Conv2d conv_;
  nn::BatchNorm2d bn_;
};

/// Channels of an inception module's branches.
struct InceptionPlan {
  const char* name;
  int64_t in;
  int64_t one;
  int64_t three_reduced;
  int64_t three;
  int64_t five_reduced;
  int64_t five;
  int64_t pooled;

  int64_t out() const { return one + three + five + pooled; }
};

/// Four branches side by side. The branch named after 5 x 5 has 3 x 3, as in the published weights.
class Inception : public nn::Module {
 public:
  explicit Inception(const InceptionPlan& plan) {
    branch1_ = register_module("branch1", std::make_shared<BasicConv>(plan.in, plan.one, 1));
    branch2_ = {std::make_shared<BasicConv>(plan.in, plan.three_reduced, 1),
                std::make_shared<BasicConv>(plan.three_reduced, plan.three, 3, 1, 1)};
    branch3_ = {std::make_shared<BasicConv>(plan.in, plan.five_reduced, 1),
                std::make_shared<BasicConv>(plan.five_reduced, plan.five, 3, 1, 1)};
    branch4_ = std::make_shared<BasicConv>(plan.in, plan.pooled, 1);
    RegisterBranch("branch2", {{"0", branch2_[0]}, {"1", branch2_[1]}});
    RegisterBranch("branch3", {{"0", branch3_[0]}, {"1", branch3_[1]}});
    RegisterBranch("branch4", {{"1", branch4_}});  // 0 is its pooling
  }

  at::Tensor forward(const at::Tensor& x, Tape& tape, const std::string& name) {
    const auto one = tape.At(name + ".branch1", branch1_->forward(x, tape, name + ".branch1"));
    const auto two = Pair(branch2_, x, tape, name + ".branch2");
    const auto three = Pair(branch3_, x, tape, name + ".branch3");
    const auto pooled = tape.At(name + ".branch4.0", MaxPool(x, 3, 1, 1, /*ceil=*/true));
    const auto four = tape.At(name + ".branch4.1", branch4_->forward(pooled, tape, name + ".branch4.1"));
    return Concatenated({one, two, three, tape.At(name + ".branch4", four)});
  }

 private:
  using Convs = std::vector<std::shared_ptr<BasicConv>>;

  void RegisterBranch(const std::string& name,
                      const std::vector<std::pair<std::string, std::shared_ptr<BasicConv>>>& convs) {
    const auto branch = register_module(name, std::make_shared<nn::Module>());
    for (const auto& [child, conv] : convs) branch->register_module(child, conv);
  }

  static at::Tensor Pair(const Convs& convs, const at::Tensor& x, Tape& tape, const std::string& name) {
    const auto y = tape.At(name + ".0", convs[0]->forward(x, tape, name + ".0"));
    return tape.At(name, tape.At(name + ".1", convs[1]->forward(y, tape, name + ".1")));
  }

  std::shared_ptr<BasicConv> branch1_;
  Convs branch2_;
  Convs branch3_;
  std::shared_ptr<BasicConv> branch4_;
};

/// ImageNet's normalisation undone and TensorFlow's (x - 0.5) / 0.5 done in its place.
at::Tensor Transformed(const at::Tensor& x) {
  const auto mean = at::tensor({0.485, 0.456, 0.406}, x.options()).reshape({1, 3, 1, 1});
  const auto std = at::tensor({0.229, 0.224, 0.225}, x.options()).reshape({1, 3, 1, 1});
  return (x * std + mean - 0.5) / 0.5;
}

class GoogLeNet : public Trunk {
 public:
  explicit GoogLeNet(const TrunkOptions& options) : Trunk(options, 15) {
    AddConv("conv1", std::make_shared<BasicConv>(3, 64, 7, 2, 3), options.transform_input);
    AddPool("maxpool1", 3);
    AddConv("conv2", std::make_shared<BasicConv>(64, 64, 1), false);
    AddConv("conv3", std::make_shared<BasicConv>(64, 192, 3, 1, 1), false);
    AddPool("maxpool2", 3);
    AddInception({"inception3a", 192, 64, 96, 128, 16, 32, 32});
    AddInception({"inception3b", 256, 128, 128, 192, 32, 96, 64});
    AddPool("maxpool3", 3);
    AddInception({"inception4a", 480, 192, 96, 208, 16, 48, 64});
    AddInception({"inception4b", 512, 160, 112, 224, 24, 64, 64});
    AddInception({"inception4c", 512, 128, 128, 256, 24, 64, 64});
    AddInception({"inception4d", 512, 112, 144, 288, 32, 64, 64});
    AddInception({"inception4e", 528, 256, 160, 320, 32, 128, 128});
    AddPool("maxpool4", 2);
    AddInception({"inception5a", 832, 256, 160, 320, 32, 128, 128});
    AddInception({"inception5b", 832, 384, 192, 384, 48, 128, 128});
    SetFeatureStage(1024);
    AddStage("avgpool", nullptr, [](const at::Tensor& x, Tape&) { return PooledToVector(x); });
    AddStage("dropout", nullptr, Dropout);
    AddStage("fc", nn::Linear(1024, options.classes));
  }

 private:
  void AddConv(const std::string& name, const std::shared_ptr<BasicConv>& conv, bool transform) {
    AddStage(name, conv, [name, conv, transform](const at::Tensor& x, Tape& tape) {
      return conv->forward(transform ? Transformed(x) : x, tape, name);
    });
  }

  void AddPool(const std::string& name, int64_t kernel) {
    AddStage(name, nullptr, [kernel](const at::Tensor& x, Tape&) { return MaxPool(x, kernel, 2, 0, /*ceil=*/true); });
  }

  void AddInception(const InceptionPlan& plan) {
    const auto inception = std::make_shared<Inception>(plan);
    const std::string name = plan.name;
    AddStage(name, inception,
             [name, inception](const at::Tensor& x, Tape& tape) { return inception->forward(x, tape, name); });
  }
};

}  // namespace

std::shared_ptr<Trunk> MakeGoogLeNet(const TrunkOptions& options) { return std::make_shared<GoogLeNet>(options); }

}  // namespace wherefore
