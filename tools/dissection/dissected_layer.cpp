#include "tools/dissection/dissected_layer.h"

#include <map>
#include <utility>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "explain/methods/methods.h"
#include "models/files/fingerprint.h"

namespace wherefore {

DissectedLayer::DissectedLayer(Model model, const std::string& layer, c10::Device device)
    : model_(std::move(model)),
      layer_(layer.empty() ? model_.info.layer : layer),
      device_(device),
      fingerprint_(Fingerprint(*model_.network)) {
  const auto& image = model_.info.image;
  const auto grey = at::zeros({1, 3, image.height, image.width}, at::device(device_));
  const auto map = Run(grey, {0});
  channels_ = map.size(1);
  depends_on_question_ = model_.CanDo(Task::kVqa) && !at::equal(map, Run(grey, {1}));
}

at::Tensor DissectedLayer::Run(const at::Tensor& images, const std::vector<int64_t>& question) const {
  const at::NoGradGuard no_grad;
  Tape tape({layer_});
  AnnounceLayers(model_, images.to(device_), question, tape);
  tape.CheckAllReached();
  if (tape.layers().empty()) {
    ThrowUsage("'" + layer_ + "' is an input of words, no layer; --list-layers of " +
               ProgramOf(model_.info.tasks.front()) + " shows the layers");
  }
  const auto& kept = tape.layers()[0];
  CheckFeatureMap(layer_, kept.value, kept.is_attention);
  return kept.value.detach().to(at::kCPU, at::kFloat);
}

at::Tensor DissectedLayer::Activations(const at::Tensor& images, const std::vector<std::string>& questions) const {
  if (!depends_on_question_) return Run(images, {0});
  std::map<std::vector<int64_t>, std::vector<int64_t>> images_of;  // a batch has one question
  for (std::size_t i = 0; i < questions.size(); ++i) {
    images_of[model_.tokenizer->Encode(questions[i]).ids].push_back(static_cast<int64_t>(i));
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
