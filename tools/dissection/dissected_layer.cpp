#include "tools/dissection/dissected_layer.h"

#include <map>
#include <memory>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "models/files/fingerprint.h"
#include "models/format1/directory_files.h"

namespace wherefore {

DissectedLayer::DissectedLayer(const std::string& directory, const std::string& layer, c10::Device device)
    : device_(device) {
  const std::string task = TaskOf(directory);
  if (task == "vqa") {
    const auto model = std::make_shared<VqaModel>(LoadVqaModel(directory, device));
    info_ = model->info;
    fingerprint_ = Fingerprint(*model->network);
    forward_ = [model](const at::Tensor& images, const std::vector<int64_t>& question, Tape& tape) {
      model->network->Logits(images, question, tape);
    };
    encode_ = [model](const std::string& question) { return model->tokenizer->Encode(question).ids; };
  } else if (task == "caption") {
    const auto model = std::make_shared<CaptionModel>(LoadCaptionModel(directory, device));
    info_ = model->info;
    fingerprint_ = Fingerprint(*model->network);
    forward_ = [model](const at::Tensor& images, const std::vector<int64_t>&, Tape& tape) {
      model->network->Encode(images, tape);
    };
  } else {
    const auto model = std::make_shared<ClassificationModel>(LoadClassificationModel(directory, device));
    info_ = model->info;
    fingerprint_ = Fingerprint(*model->network);
    forward_ = [model](const at::Tensor& images, const std::vector<int64_t>&, Tape& tape) {
      model->network->Logits(images, tape);
    };
  }
  layer_ = layer.empty() ? info_.layer : layer;
  const auto grey = at::zeros({1, 3, info_.image.height, info_.image.width}, at::device(device_));
  const auto map = Run(grey, {0});
  if (map.dim() != 4) {
    ThrowUsage("layer '" + layer_ + "' gives no feature map; --list-layers of explain-" +
               (task == "classification" ? "image" : task) + " shows those that do");
  }
  channels_ = map.size(1);
  depends_on_question_ = encode_ && !at::equal(map, Run(grey, {1}));
}

at::Tensor DissectedLayer::Run(const at::Tensor& images, const std::vector<int64_t>& question) const {
  const at::NoGradGuard no_grad;
  Tape tape({layer_});
  forward_(images.to(device_), question, tape);
  tape.CheckAllReached();
  return tape.layers()[0].value.detach().to(at::kCPU, at::kFloat);
}

at::Tensor DissectedLayer::Activations(const at::Tensor& images, const std::vector<std::string>& questions) const {
  if (!depends_on_question_) return Run(images, {0});
  std::map<std::vector<int64_t>, std::vector<int64_t>> images_of;  // a batch has one question
  for (std::size_t i = 0; i < questions.size(); ++i) {
    images_of[encode_(questions[i])].push_back(static_cast<int64_t>(i));
  }
  at::Tensor all;
  for (const auto& [question, rows] : images_of) {
    const auto index = at::tensor(rows, at::kLong);
    const auto some = Run(images.index_select(0, index), question);
    if (!all.defined()) all = at::empty({images.size(0), some.size(1), some.size(2), some.size(3)});
    all.index_copy_(0, index, some);
  }
  return all;
}

}  // namespace wherefore
