#include "tasks/method_run.h"

#include <ATen/ATen.h>

#include "explain/error.h"
#include "explain/grad_cam.h"
#include "models/model_directory.h"
#include "models/show_and_tell.h"

namespace wherefore {
namespace {

at::Tensor OnHost(const at::Tensor& tensor) { return tensor.to(at::kCPU, at::kFloat).contiguous(); }

void AppendRows(at::Tensor* all, const at::Tensor& rows) {
  if (!rows.defined()) return;
  *all = all->defined() ? at::cat({*all, OnHost(rows)}) : OnHost(rows);
}

void Append(MethodRun* run, const Method& method, const std::string& layer, const Gradients& chunk, int64_t channels) {
  const Maps maps = Combine(method, layer, chunk);
  AppendRows(&run->maps, maps.maps);
  AppendRows(&run->pixels, maps.pixels);
  const auto scores = chunk.scores.to(at::kCPU, at::kDouble).contiguous();
  run->scores.insert(run->scores.end(), scores.data_ptr<double>(), scores.data_ptr<double>() + scores.numel());
  if (method.needs_layer) {
    const auto ranked = RankChannels(ChannelImportance(chunk.Layer(layer).gradient), channels);
    run->channels.insert(run->channels.end(), ranked.begin(), ranked.end());
  }
  if (const auto* embedding = chunk.FindInput(kEmbeddingInput)) {
    AppendRows(&run->gradient_times_embedding, (embedding->gradient * embedding->value).sum(2));
    AppendRows(&run->gradient_norm, embedding->gradient.norm(2, {2}));
  }
}

}  // namespace

std::string LayerOf(const ExplainRequest& request, const ModelInfo& info) {
  return request.layer.empty() ? info.layer : request.layer;
}

Tape TapeFor(const ExplainRequest& request, const std::string& layer, const std::vector<std::string>& inputs) {
  auto wanted = LayersFor(MethodNamed(request.method), layer);
  wanted.insert(wanted.end(), inputs.begin(), inputs.end());
  return Tape(wanted);
}

MethodRun RunMethod(const ExplainRequest& request, const std::string& layer, const Tape& tape,
                    const at::Tensor& scores) {
  const Method& method = MethodNamed(request.method);
  ExplainerOptions options;
  options.image_rule = method.image_rule;
  options.memory_bound = request.memory_bound;
  MethodRun run;
  DifferentiateInChunks(tape, scores, options,
                        [&](const Gradients& chunk) { Append(&run, method, layer, chunk, request.channels); });
  if (!method.needs_layer) run.channels.resize(run.scores.size());
  return run;
}

void Fill(TaskExplanation* explanation, const ModelInfo& info, const ExplainRequest& request, const std::string& layer,
          const at::Tensor& image, const MethodRun& run) {
  explanation->task = info.task;
  explanation->model = info.name;
  explanation->method = request.method;
  explanation->layer = MethodNamed(request.method).needs_layer ? layer : "";
  explanation->device = image.device().str();
  explanation->maps = run.maps;
  explanation->pixels = run.pixels;
  if (!at::isfinite(run.maps).all().item<bool>()) {
    throw Error(ErrorKind::kBadFile,
                "the maps of model '" + info.name +
                    "' have values that are no numbers; its weights, or the image, are out of range");
  }
  for (std::size_t t = 0; t < explanation->targets.size(); ++t) {
    auto& target = explanation->targets[t];
    target.score = run.scores[t];
    target.channels = run.channels[t];
    if (!explanation->IsEmpty(static_cast<int64_t>(t))) continue;
    const bool zero = run.maps[static_cast<int64_t>(t)].abs().max().item<double>() == 0;
    explanation->warnings.push_back("the map of '" + target.text + "' is " +
                                    (zero ? "zero everywhere: the score does not change with what the layer sees"
                                          : "nowhere above zero: no region speaks for it") +
                                    ", so there is nothing to show");
  }
}

void CheckImage(const at::Tensor& image) {
  if (image.dim() == 4 && image.size(0) == 1 && image.size(1) == 3) return;
  std::string shape;
  for (const auto size : image.sizes()) shape += (shape.empty() ? "" : ", ") + std::to_string(size);
  ThrowUsage("an image must be (1, 3, height, width); this one is (" + shape + ")");
}

}  // namespace wherefore
