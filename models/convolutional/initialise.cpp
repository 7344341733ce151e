#include "models/convolutional/initialise.h"

#include <ATen/core/grad_mode.h>
#include <torch/nn/init.h>
#include <torch/nn/modules/linear.h>

#include "models/convolutional/layers.h"

namespace wherefore {
namespace {

namespace nn = torch::nn;

/// How a weight starts where it is not as LibTorch's modules start.
enum class Start {
  kModule,            ///< as LibTorch's modules start, bias and all
  kModuleZeroBias,    ///< the same with the bias 0
  kKaimingNormalOut,  ///< He et al. 2015 (ICCV), normal, variance kept backward; bias 0
  kKaimingNormalIn,   ///< the same, variance kept forward
  kKaimingUniformIn,  ///< the same, uniform
  kNormal,            ///< standard deviation 0.01; bias 0
  kNormalOwnBias,     ///< the same, the bias as the module starts it
};

struct Plan {
  const char* family;  ///< what the type begins with
  Start convolution;
  Start linear;
};

constexpr Plan kPlans[] = {
    {"alexnet", Start::kModule, Start::kModule},
    {"vgg", Start::kKaimingNormalOut, Start::kNormal},
    // torchvision truncates this one, at 200 standard deviations.
    {"googlenet", Start::kNormalOwnBias, Start::kNormalOwnBias},
    {"squeezenet", Start::kKaimingUniformIn, Start::kModule},
    {"densenet", Start::kKaimingNormalIn, Start::kModuleZeroBias},
    {"mobilenet", Start::kKaimingNormalOut, Start::kNormal},
};

/// ResNet's is the one of all its relatives, whatever they are called.
Plan PlanOf(const std::string& type) {
  for (const auto& plan : kPlans) {
    if (type.rfind(plan.family, 0) == 0) return plan;
  }
  return {"", Start::kKaimingNormalOut, Start::kModule};
}

constexpr double kStandardDeviation = 0.01;

void FillWeight(at::Tensor weight, Start start) {
  switch (start) {
    case Start::kModule:
    case Start::kModuleZeroBias:
      break;
    case Start::kKaimingNormalOut:
      nn::init::kaiming_normal_(weight, 0, torch::kFanOut, torch::kReLU);
      break;
    case Start::kKaimingNormalIn:
      nn::init::kaiming_normal_(weight, 0, torch::kFanIn, torch::kReLU);
      break;
    case Start::kKaimingUniformIn:
      nn::init::kaiming_uniform_(weight, 0, torch::kFanIn, torch::kReLU);
      break;
    case Start::kNormal:
    case Start::kNormalOwnBias:
      nn::init::normal_(weight, 0, kStandardDeviation);
      break;
  }
}

template <typename Module>
void Initialise(Module& module, Start start) {
  module.reset_parameters();
  FillWeight(module.weight, start);
  if (module.bias.defined() && start != Start::kModule && start != Start::kNormalOwnBias) module.bias.zero_();
}

}  // namespace

void InitialiseWeights(Trunk& trunk) {
  const at::NoGradGuard no_grad;
  const auto& type = trunk.options().type;
  const Plan plan = PlanOf(type);
  for (const auto& module : trunk.named_modules()) {
    if (auto* convolution = module.value()->as<nn::Conv2dImpl>()) {
      // SqueezeNet's last convolution stands for the linear layer of others.
      const bool is_head = module.key() == "classifier.1";
      Initialise(*convolution, is_head ? Start::kNormal : plan.convolution);
    } else if (auto* linear = module.value()->as<nn::LinearImpl>()) {
      Initialise(*linear, plan.linear);
    } else if (auto* norm = module.value()->as<nn::BatchNorm2dImpl>()) {
      norm->reset_parameters();  // and running statistics
    }
  }
}

}  // namespace wherefore
