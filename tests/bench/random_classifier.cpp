#include "tests/bench/random_classifier.h"

#include <ATen/ATen.h>

#include "models/convolutional/trunk.h"

namespace wherefore {

Model RandomClassifier(const std::string& type, const std::string& layer, c10::Device device) {
  Model model;
  model.info.name = type;
  model.info.tasks = {Task::kClassification};
  model.info.layer = layer;
  TrunkOptions options;
  options.type = type;
  model.network = MakeTrunk(options);
  model.network->to(device);
  for (int64_t i = 0; i < options.classes; ++i) model.labels.push_back("class " + std::to_string(i));
  return model;
}

at::Tensor RandomPhotos(c10::Device device, int64_t count) { return at::rand({count, 3, 224, 224}).to(device); }

Sides ClassificationSides(const std::shared_ptr<Model>& model, const at::Tensor& image, const Request& request) {
  const auto plain = [model, image] {
    const at::NoGradGuard no_grad;
    Tape tape;
    model->label_network().Logits({image, {}, {}}, tape).topk(5);
  };
  return {plain, [model, image, request] { Explain(*model, image, request); }};
}

}  // namespace wherefore
