#include <ATen/ATen.h>
#include <torch/nn/modules/linear.h>

#include "models/convolutional/layers.h"
#include "models/convolutional/trunk_families.h"

namespace wherefore {
namespace {

class AlexNet : public Trunk {
 public:
  explicit AlexNet(const TrunkOptions& options) : Trunk(options, 63) {
    AddFeatures();
    AddStage("avgpool", nullptr, [](const at::Tensor& x, Tape&) { return at::adaptive_avg_pool2d(x, {6, 6}); });
    AddClassifier(options.classes);
  }

 private:
  std::string Next() { return "features." + std::to_string(index_++); }

  void AddConv(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t padding) {
    AddStage(Next(), ConvWithBias(in, out, kernel, stride, padding));
    AddStage(Next(), nullptr, Rectified);
  }

  void AddPool() {
    AddStage(Next(), nullptr, [](const at::Tensor& x, Tape&) { return MaxPool(x, 3, 2); });
  }

  void AddFeatures() {
    AddConv(3, 64, 11, 4, 2);
    AddPool();
    AddConv(64, 192, 5, 1, 2);
    AddPool();
    AddConv(192, 384, 3, 1, 1);
    AddConv(384, 256, 3, 1, 1);
    AddConv(256, 256, 3, 1, 1);
    AddPool();
    SetFeatureStage(256);
  }

  void AddClassifier(int64_t classes) {
    AddStage("classifier.0", nullptr, [](const at::Tensor& x, Tape&) { return x.flatten(1); });
    AddStage("classifier.1", torch::nn::Linear(256 * 6 * 6, 4096));
    AddStage("classifier.2", nullptr, Rectified);
    AddStage("classifier.3", nullptr, Dropout);
    AddStage("classifier.4", torch::nn::Linear(4096, 4096));
    AddStage("classifier.5", nullptr, Rectified);
    AddStage("classifier.6", torch::nn::Linear(4096, classes));
  }

  int64_t index_ = 0;
};

}  // namespace

std::shared_ptr<Trunk> MakeAlexNet(const TrunkOptions& options) { return std::make_shared<AlexNet>(options); }

}  // namespace wherefore
