#include "models/convolutional/trunk.h"

#include <algorithm>

#include <ATen/core/Tensor.h>

#include "explain/error.h"
#include "models/convolutional/trunk_families.h"
#include "models/files/affix.h"
#include "models/linear.h"

namespace wherefore {
namespace {

struct Family {
  const char* type;
  std::shared_ptr<Trunk> (*make)(const TrunkOptions& options);
};

// Every network that there is: the one place where a trunk is made known.
constexpr Family kFamilies[] = {
    {"alexnet", MakeAlexNet},
    {"vgg11", MakeVgg},
    {"vgg11_bn", MakeVgg},
    {"vgg13", MakeVgg},
    {"vgg13_bn", MakeVgg},
    {"vgg16", MakeVgg},
    {"vgg16_bn", MakeVgg},
    {"vgg19", MakeVgg},
    {"vgg19_bn", MakeVgg},
    {"googlenet", MakeGoogLeNet},
    {"resnet18", MakeResNet},
    {"resnet34", MakeResNet},
    {"resnet50", MakeResNet},
    {"resnet101", MakeResNet},
    {"resnet152", MakeResNet},
    {"resnext50_32x4d", MakeResNet},
    {"wide_resnet50_2", MakeResNet},
    {"squeezenet1_0", MakeSqueezeNet},
    {"squeezenet1_1", MakeSqueezeNet},
    {"densenet121", MakeDenseNet},
    {"densenet169", MakeDenseNet},
    {"mobilenet_v2", MakeMobileNetV2},
};

const Family& FamilyOf(const std::string& type) {
  std::string all;
  for (const auto& family : kFamilies) {
    if (type == family.type) return family;
    all += (all.empty() ? "" : ", ") + std::string(family.type);
  }
  ThrowUsage("there is no network '" + type + "'" + DidYouMean(type, TrunkTypes(), ".") + " Networks: " + all);
}

void CheckOptions(const TrunkOptions& options) {
  if (options.padding != Padding::kSymmetric && options.type != "mobilenet_v2") {
    ThrowUsage("TensorFlow's padding is known for mobilenet_v2 only, not for " + options.type);
  }
  if (options.transform_input && options.type != "googlenet") {
    ThrowUsage("transform_input is an option of googlenet only, not of " + options.type);
  }
  if (options.classes < 1) {
    ThrowUsage("a network has at least one class, not " + std::to_string(options.classes));
  }
}

/// Registers `module` as "a.b.c" below `root`; containers on the way are made.
void RegisterDotted(torch::nn::Module& root, const std::string& name,
                    const std::shared_ptr<torch::nn::Module>& module) {
  const auto dot = name.find('.');
  if (dot == std::string::npos) {
    root.register_module(name, module);
    return;
  }
  const std::string first = name.substr(0, dot);
  const auto children = root.named_children();
  const auto* known = children.find(first);
  const auto container = known != nullptr ? *known : root.register_module(first, std::make_shared<torch::nn::Module>());
  RegisterDotted(*container, name.substr(dot + 1), module);
}

}  // namespace

Trunk::Trunk(TrunkOptions options, int64_t smallest_input)
    : options_(std::move(options)), smallest_input_(smallest_input) {}

void Trunk::AddStage(const std::string& name, const std::shared_ptr<torch::nn::Module>& module, Run run) {
  last_was_added_ = !complete_;
  if (complete_) return;
  if (module) RegisterDotted(*this, name, module);
  stages_.push_back({name, std::move(run)});
  complete_ = name == options_.until;
}

void Trunk::AddStage(const std::string& name, const torch::nn::Linear& layer) {
  AddStage(name, layer.ptr(), [layer](const at::Tensor& x, Tape&) { return FullyConnected(layer, x); });
}

void Trunk::SetFeatureStage(int64_t channels) {
  if (!last_was_added_) return;
  feature_stage_ = stages_.back().name;
  feature_channels_ = channels;
  if (options_.until == kFeatureMap) complete_ = true;
}

std::vector<std::string> Trunk::stage_names() const {
  std::vector<std::string> names;
  for (const auto& stage : stages_) names.push_back(stage.name);
  return names;
}

void Trunk::ThrowNoStage(const std::string& name) const {
  ThrowUsage(options_.type + " has no stage '" + name + "'" + DidYouMean(name, stage_names()));
}

void Trunk::CheckImages(const at::Tensor& images) const {
  if (images.dim() != 4 || images.size(1) != 3) {
    ThrowUsage(options_.type + " takes images (N, 3, height, width), not (" + ListedNumbers(images.sizes().vec()) +
               ")");
  }
  if (images.size(2) < smallest_input_ || images.size(3) < smallest_input_) {
    ThrowUsage(options_.type + " takes images of at least " + std::to_string(smallest_input_) + " x " +
               std::to_string(smallest_input_) + " pixels, not " + std::to_string(images.size(3)) + " x " +
               std::to_string(images.size(2)));
  }
}

at::Tensor Trunk::Forward(const at::Tensor& images, Tape& tape, const std::string& until) {
  CheckImages(images);
  if (std::none_of(stages_.begin(), stages_.end(), [&](const NamedStage& stage) { return stage.name == until; })) {
    ThrowNoStage(until);
  }
  auto x = tape.At(kImageLayer, images);
  for (const auto& stage : stages_) {
    x = tape.At(stage.name, stage.run(x, tape));
    if (stage.name == until) break;
  }
  return x;
}

at::Tensor Trunk::Logits(const at::Tensor& images, Tape& tape) {
  if (!options_.until.empty()) {
    ThrowUsage("this " + options_.type + " was built until '" + options_.until +
               "' only and has no classification head; leave TrunkOptions::until empty");
  }
  return Forward(images, tape, stages_.back().name);
}

bool IsTrainingOnlyKey(const std::string& type, const std::string& key) {
  if (EndsWith(key, ".num_batches_tracked")) return true;
  return type == "googlenet" && (key.rfind("aux1.", 0) == 0 || key.rfind("aux2.", 0) == 0);
}

std::vector<std::string> TrunkTypes() {
  std::vector<std::string> types;
  for (const auto& family : kFamilies) types.emplace_back(family.type);
  return types;
}

std::shared_ptr<Trunk> MakeTrunk(const TrunkOptions& options) {
  const Family& family = FamilyOf(options.type);
  CheckOptions(options);
  auto trunk = family.make(options);
  if (!options.until.empty() && !trunk->complete_) trunk->ThrowNoStage(options.until);
  trunk->eval();
  for (auto& parameter : trunk->parameters()) parameter.set_requires_grad(false);
  return trunk;
}

}  // namespace wherefore
