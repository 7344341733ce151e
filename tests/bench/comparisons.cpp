#include <memory>

#include <ATen/ATen.h>
#include <torch/nn/module.h>

#include "explain/explainer.h"
#include "explain/methods/grad_cam.h"
#include "models/decoding/decode.h"
#include "models/families.h"
#include "models/linear.h"
#include "models/recurrent/lstm_q_norm_i.h"
#include "models/recurrent/show_and_tell.h"
#include "tasks/explain.h"
#include "tests/bench/random_classifier.h"
#include "tests/bench/ratios.h"
#include "tests/support/numbered_tokenizer.h"

namespace wherefore {
namespace {

constexpr int64_t kVocabulary = 4000;
constexpr int64_t kCaptionLength = 12;

template <typename Network>
void Freeze(Network& network, c10::Device device) {
  network.to(device);
  network.eval();
  for (auto& parameter : network.parameters()) parameter.set_requires_grad(false);
}

Model Captioner(const std::string& trunk, const std::string& feature, int64_t size, const std::string& layer,
                c10::Device device) {
  Model model;
  model.info.name = trunk;
  model.info.tasks = {Task::kCaption};
  model.info.layer = layer;
  model.decoding.max_length = model.text.max_length = kCaptionLength;
  ShowAndTellOptions options;
  options.trunk.type = trunk;
  options.image_feature = feature;
  options.image_feature_size = size;
  options.vocabulary_size = kVocabulary;
  model.network = std::make_shared<ShowAndTell>(options);
  Freeze(*model.network, device);
  model.tokenizer = std::make_shared<NumberedTokenizer>(kVocabulary);
  return model;
}

Model VisualQuestionAnswerer(c10::Device device) {
  Model model;
  model.info.name = "vqa";
  model.info.tasks = {Task::kVqa};
  model.info.layer = "features.18";
  LstmQNormIOptions options;  // sizes of the model that the issue names
  options.trunk.type = "mobilenet_v2";
  options.image_feature_size = 1280;
  options.vocabulary_size = kVocabulary;
  options.answers = 70;
  model.network = std::make_shared<LstmQNormI>(options);
  Freeze(*model.network, device);
  model.tokenizer = std::make_shared<NumberedTokenizer>(kVocabulary);
  for (int64_t i = 0; i < options.answers; ++i) model.labels.push_back("answer " + std::to_string(i));
  return model;
}

Comparison Classification(const std::string& type, const std::string& layer, const std::string& method, int64_t top,
                          double bound, c10::Device device) {
  const auto make = [=]() -> Sides {
    Request request;
    request.top = top;
    request.method = method;
    return ClassificationSides(std::make_shared<Model>(RandomClassifier(type, layer, device)), RandomPhotos(device),
                               request);
  };
  const std::string maps = top == 1 ? "" : ", " + std::to_string(top) + " classes";
  return {method + " " + type + maps, bound, make};
}

Comparison Caption(const std::string& trunk, const std::string& feature, int64_t size, const std::string& layer,
                   double bound, c10::Device device) {
  const auto make = [=]() -> Sides {
    auto model = std::make_shared<Model>(Captioner(trunk, feature, size, layer, device));
    const auto image = RandomPhotos(device);
    const auto plain = [model, image] {
      const at::NoGradGuard no_grad;
      Tape tape;
      auto& network = model->text_network();
      Decode(network, network.Start({image, {}, {}}, tape), model->decoding);
    };
    return {plain, [model, image] { Explain(*model, image); }};
  };
  return {"caption and its words " + trunk, bound, make};
}

Comparison Question(double bound, c10::Device device) {
  const auto make = [=]() -> Sides {
    auto model = std::make_shared<Model>(VisualQuestionAnswerer(device));
    const auto image = RandomPhotos(device);
    Request request;
    request.question = "w20 w70 w6 w7 w5 w10 w8";
    const auto plain = [model, image, ids = model->tokenizer->Encode(request.question).ids] {
      const at::NoGradGuard no_grad;
      Tape tape;
      model->label_network().Logits(InputOf(image, ids), tape).topk(5);
    };
    return {plain, [model, image, request] { Explain(*model, image, request); }};
  };
  return {"answer, map and word importance mobilenet_v2", bound, make};
}

constexpr int64_t kBatch = 8;

Comparison Batch(const std::string& type, const std::string& layer, double bound, c10::Device device) {
  const auto make = [=]() -> Sides {
    auto model = std::make_shared<Model>(RandomClassifier(type, layer, device));
    const auto images = RandomPhotos(device, kBatch);
    const auto plain = [model, images] {
      const at::NoGradGuard no_grad;
      Tape tape;
      model->label_network().Logits({images, {}, {}}, tape);
    };
    const auto explained = [model, images, layer] {
      const auto gradients = Explain({layer}, [&](Tape& tape) {
        return std::get<0>(model->label_network().Logits({images, {}, {}}, tape).max(1));
      });
      GradCam(gradients.layers[0].value, gradients.layers[0].gradient);
    };
    return {plain, explained};
  };
  return {"grad-cam, batch of " + std::to_string(kBatch) + ", " + type, bound, make, /*iterations=*/10, kBatch};
}

/// The plain side of `comparison` with a product of a gradient (scores, m) and each of these weights (m, n) after it.
Comparison WithProducts(const std::string& name, const Comparison& comparison, int64_t scores,
                        const std::vector<std::vector<int64_t>>& weights, c10::Device device) {
  const auto make = [=]() -> Sides {
    const auto plain = comparison.make().plain;
    std::vector<std::pair<at::Tensor, at::Tensor>> products;
    for (const auto& sizes : weights) {
      products.emplace_back(at::rand({scores, sizes[0]}).to(device), at::rand(sizes).to(device));
    }
    const auto explained = [=] {
      plain();
      const at::NoGradGuard no_grad;
      for (const auto& [gradient, w] : products) TimesTransposed(gradient, w.t());
    };
    return {plain, explained};
  };
  return {name, 0, make};
}

}  // namespace

std::vector<Comparison> LimitComparisons(c10::Device device) {
  const auto vgg = Classification("vgg16", "features.29", "grad-cam", 1, 0, device);
  const auto vgg_caption = Caption("vgg16", "classifier.4", 4096, "features.29", 0, device);
  const auto caption = Caption("mobilenet_v2", "average_pool", 1280, "features.18", 0, device);
  const std::vector<std::vector<int64_t>> head = {{4096, 4096}, {4096, 512 * 7 * 7}};
  const std::vector<std::vector<int64_t>> steps(kCaptionLength, {4 * 512, 512});
  return {WithProducts("vgg16, fc7 and fc6 for 1 score", vgg, 1, head, device),
          WithProducts("caption vgg16, fc7 and fc6 for 13 scores", vgg_caption, kCaptionLength + 1, head, device),
          WithProducts("caption mobilenet_v2, LSTM for 13 scores", caption, kCaptionLength + 1, steps, device)};
}

std::vector<Comparison> TimeComparisons(c10::Device device) {
  return {
      Classification("mobilenet_v2", "features.18", "grad-cam", 1, 1.05, device),
      Classification("resnet50", "layer4", "grad-cam", 1, 1.05, device),
      Classification("vgg16", "features.29", "grad-cam", 1, 1.05, device),
      Classification("resnet50", "layer4", "grad-cam", 12, 1.08, device),
      Classification("vgg16", "features.29", "grad-cam", 12, 1.3, device),
      Caption("vgg16", "classifier.4", 4096, "features.29", 1.15, device),
      Caption("mobilenet_v2", "average_pool", 1280, "features.18", 1.6, device),
      Question(1.2, device),
      Classification("resnet50", "layer4", "guided-grad-cam", 1, 3.0, device),
      Batch("resnet50", "layer4", 1.05, device),
  };
}

std::vector<Comparison> MemoryComparisons(c10::Device device) {
  return {Batch("resnet50", "layer4", 1.1, device), Batch("vgg16", "features.29", 1.1, device)};
}

}  // namespace wherefore
