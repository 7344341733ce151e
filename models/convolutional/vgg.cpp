#include <map>

#include <ATen/ATen.h>
#include <torch/nn/modules/linear.h>

#include "models/convolutional/layers.h"
#include "models/convolutional/trunk_families.h"
#include "models/linear.h"

namespace wherefore {
namespace {

/// Convolutions of 3 x 3 before each of the five poolings; channels double from 64 to 512.
using Plan = std::vector<int64_t>;

const Plan& VggPlanOf(const std::string& type) {
  static const std::map<std::string, Plan> plans = {
      {"vgg11", {1, 1, 2, 2, 2}}, {"vgg13", {2, 2, 2, 2, 2}}, {"vgg16", {2, 2, 3, 3, 3}}, {"vgg19", {2, 2, 4, 4, 4}}};
  return plans.at(type.substr(0, 5));
}

class Vgg : public Trunk {
 public:
  explicit Vgg(const TrunkOptions& options)
      : Trunk(options, 32), with_norm_(options.type.find("_bn") != std::string::npos) {
    AddFeatures(VggPlanOf(options.type));
    AddStage("avgpool", nullptr, [](const at::Tensor& x, Tape&) { return at::adaptive_avg_pool2d(x, {7, 7}); });
    AddClassifier(options.classes);
  }

 private:
  std::string Next() { return "features." + std::to_string(index_++); }

  void AddConv(int64_t in, int64_t out) {
    AddStage(Next(), ConvWithBias(in, out, 3, 1, 1));
    if (with_norm_) AddStage(Next(), Norm(out));
    AddStage(Next(), nullptr, Rectified);
  }

  void AddFeatures(const Plan& plan) {
    int64_t in = 3;
    for (std::size_t block = 0; block < plan.size(); ++block) {
      const int64_t out = std::min<int64_t>(int64_t{64} << block, 512);
      for (int64_t i = 0; i < plan[block]; ++i) {
        AddConv(in, out);
        in = out;
      }
      // The paper's layer (conv5_3 after its ReLU) is the one before the last pooling.
      if (block + 1 == plan.size()) SetFeatureStage(out);
      AddStage(Next(), nullptr, [](const at::Tensor& x, Tape&) { return MaxPool(x, 2, 2); });
    }
  }

  void AddClassifier(int64_t classes) {
    const torch::nn::Linear first(512 * 7 * 7, 4096);
    AddStage("classifier.0", first.ptr(),
             [first](const at::Tensor& x, Tape&) { return FullyConnected(first, x.flatten(1)); });
    AddStage("classifier.1", nullptr, Rectified);
    AddStage("classifier.2", nullptr, Dropout);
    AddStage("classifier.3", torch::nn::Linear(4096, 4096));
    AddStage("classifier.4", nullptr, Rectified);
    AddStage("classifier.5", nullptr, Dropout);
    AddStage("classifier.6", torch::nn::Linear(4096, classes));
  }

  bool with_norm_;
  int64_t index_ = 0;
};

}  // namespace

std::shared_ptr<Trunk> MakeVgg(const TrunkOptions& options) { return std::make_shared<Vgg>(options); }

}  // namespace wherefore
