#include "models/torchvision/torchvision_model.h"

#include <filesystem>

#include "explain/error.h"
#include "models/convolutional/trunk.h"
#include "models/device.h"
#include "models/files/files.h"
#include "models/files/weights.h"
#include "models/text/text.h"

namespace wherefore {
namespace {

/// The weights of classification heads, the last layer's name first where a network has several of these.
const std::vector<std::string>& HeadNames() {
  static const std::vector<std::string> names = {"fc.weight", "classifier.6.weight", "classifier.1.weight",
                                                 "classifier.weight"};
  return names;
}

int64_t ClassesOf(const Weights& weights, const TorchvisionFile& file) {
  const auto plain = weights.WithoutCommonPrefix(HeadNames());
  for (const auto& name : HeadNames()) {
    if (!plain.Has(name)) continue;
    const auto shape = plain.ShapeOf(name);
    if (!shape.empty() && shape[0] > 0) return shape[0];
  }
  ThrowBadFile("'" + file.path + "' has no classification head as torchvision names them (" + Listed(HeadNames()) +
               "), so it is not of " + file.network + " of torchvision");
}

/// How torchvision's first published weights were evaluated (ImageClassification(crop_size=224)).
ImageOptions TorchvisionImages() {
  ImageOptions image;
  image.resize = "center_crop";
  image.filter = "pillow_bilinear";
  image.mean = {0.485, 0.456, 0.406};
  image.std = {0.229, 0.224, 0.225};
  return image;
}

std::vector<std::string> LabelsOf(const TorchvisionFile& file, int64_t classes, std::vector<std::string>* warnings) {
  if (!file.labels.empty()) {
    auto labels = SplitLines(ReadFile(file.labels), file.labels);
    if (static_cast<int64_t>(labels.size()) == classes) return labels;
    ThrowBadFile(file.labels + ": " + std::to_string(labels.size()) + " lines, but the head of '" + file.path +
                 "' has " + std::to_string(classes) + " classes");
  }
  warnings->push_back("nothing says what the classes of '" + file.path + "' are called; give a file of " +
                      std::to_string(classes) + " names, one a line, with --labels");
  std::vector<std::string> labels;
  for (int64_t i = 0; i < classes; ++i) labels.push_back("class " + std::to_string(i));
  return labels;
}

}  // namespace

Model LoadTorchvisionModel(const TorchvisionFile& file, const LoadOptions& options) {
  RequireDevice(options.device);
  if (options.task) RequireTask(file.path, {Task::kClassification}, *options.task);
  TrunkOptions trunk;
  trunk.type = file.network;
  // The transformed input is what the weights of torchvision's GoogLeNet, which are TensorFlow's, were trained with.
  trunk.transform_input = file.network == "googlenet";
  const auto weights = Weights::OfFile(file.path, {options.dtype});
  trunk.classes = ClassesOf(weights, file);
  const auto network = MakeTrunk(trunk);
  LoadWeights(*network, weights, TrunkPlace{trunk, ""});
  network->to(options.device);

  Model model;
  model.info.directory = file.path;
  model.info.name = std::filesystem::path(file.path).stem().string();
  model.info.family = file.network;
  model.info.tasks = {Task::kClassification};
  model.info.layer = network->feature_stage();
  model.info.image = TorchvisionImages();
  model.labels = LabelsOf(file, trunk.classes, &model.info.warnings);
  model.network = network;
  return model;
}

}  // namespace wherefore
