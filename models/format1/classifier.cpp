#include "models/format1/kinds.h"
#include "models/format1/sections.h"

namespace wherefore {
namespace {

PlannedNetwork ReadClassifier(const ObjectReader& reader) {
  const auto options = ReadTrunk(reader, false);
  PlannedNetwork planned;
  planned.trunk = {options, ""};
  planned.labels = options.classes;
  planned.make = [options](const std::string&) { return MakeTrunk(options); };
  return planned;
}

JsonValue WriteClassifier(const Network& network) {
  const auto* trunk = dynamic_cast<const Trunk*>(&network);
  return trunk == nullptr ? JsonValue() : TrunkJson(trunk->options(), false);
}

}  // namespace

Format1Kind ClassifierKind() {
  return {"", "classifiers as torchvision has them: AlexNet, VGG, GoogLeNet, ResNet, SqueezeNet, DenseNet, MobileNetV2",
          Task::kClassification, ReadClassifier, WriteClassifier};
}

}  // namespace wherefore
