#include "tasks/method_run.h"

#include <algorithm>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "explain/methods/ablation_cam.h"
#include "explain/methods/grad_cam.h"

namespace wherefore {
namespace {

at::Tensor OnHost(const at::Tensor& tensor) { return tensor.to(at::kCPU, at::kFloat).contiguous(); }

/// What of the chunks is kept, on their device.
struct Kept {
  std::vector<at::Tensor> scores, maps, cancels, pixels, ranked, alpha, channel_products, products, norms;
  at::Tensor activation;
};

void KeepMaps(Kept* kept, const Maps& maps) {
  kept->maps.push_back(maps.maps);
  if (maps.cancels.defined()) kept->cancels.push_back(maps.cancels);
  if (maps.pixels.defined()) kept->pixels.push_back(maps.pixels);
}

void Keep(Kept* kept, const Chosen& chosen, Upsampling upsampling, const Gradients& chunk) {
  const Method& method = chosen.method;
  kept->scores.push_back(chunk.scores);
  if (method.combine != nullptr) KeepMaps(kept, Combine(method, chosen.layer, chunk, upsampling));
  if (method.needs_layer) kept->ranked.push_back(ChannelImportance(chunk.Layer(chosen.layer).gradient));
  if (!chosen.neuron_layer.empty()) {
    const auto& neurons = chunk.Layer(chosen.neuron_layer);
    CheckFeatureMap(chosen.neuron_layer, neurons.value, neurons.is_attention);
    kept->activation = neurons.value.detach();
    kept->alpha.push_back(method.needs_layer && chosen.neuron_layer == chosen.layer
                              ? kept->ranked.back()
                              : ChannelImportance(neurons.gradient));
    if (!neurons.is_mean) {
      kept->channel_products.push_back(GradientTimesActivation(kept->activation, neurons.gradient));
    }
  }
  if (const auto* embedding = chunk.FindInput(kPromptInput)) {
    kept->products.push_back((embedding->gradient * embedding->value).sum(2));
    kept->norms.push_back(embedding->gradient.norm(2, {2}));
  }
}

at::Tensor JoinedOnHost(const std::vector<at::Tensor>& rows) {
  return rows.empty() ? at::Tensor() : OnHost(at::cat(rows));
}

/// Why there is nothing to show of a map that is zero but for rounding.
std::string WhyCancelled(const std::string& layer, const ModelInfo& info) {
  const auto remedy = layer == info.layer || info.layer.empty() ? "a layer behind it" : "'" + info.layer + "'";
  return "zero but for rounding: all that reads the layer '" + layer +
         "' begins with a normalisation, behind which gradient times activation cancels out; take layer " + remedy;
}

/// Why there is nothing to show of a map (h, w) of this method; "" where there is.
std::string WhyEmpty(const at::Tensor& map, const Method& method) {
  const double highest = map.max().item<double>();
  const double lowest = map.min().item<double>();
  if (highest > 0 && highest == lowest) return "the same everywhere: it tells no place from another";
  if (highest > 0 || (method.shows_negative && highest > lowest)) return "";
  if (lowest == 0) return method.when_zero;
  return method.when_negative;
}

}  // namespace

Chosen Choose(const HowToExplain& how, const ModelInfo& info) {
  const Method& method = MethodNamed(how.method.empty() ? info.method : how.method);
  Chosen chosen = {method, how.layer.empty() ? info.layer : how.layer, ""};
  if (method.layer_rule != RectifierRule::kPlain) return chosen;
  const bool looks_at_layer = method.needs_layer || method.ask != nullptr;
  chosen.takes_mean = method.needs_mean_only && how.neuron_layer.empty();
  chosen.neuron_layer = !how.neuron_layer.empty() ? how.neuron_layer : looks_at_layer ? chosen.layer : "";
  return chosen;
}

Tape TapeFor(const Chosen& chosen, const std::vector<std::string>& inputs) {
  auto wanted = LayersFor(chosen.method, chosen.layer);
  const auto& neurons = chosen.neuron_layer;
  if (!neurons.empty() && std::find(wanted.begin(), wanted.end(), neurons) == wanted.end()) wanted.push_back(neurons);
  wanted.insert(wanted.end(), inputs.begin(), inputs.end());
  Tape tape(wanted);
  if (chosen.takes_mean) tape.WantMean(chosen.layer);
  return tape;
}

Subject SubjectOn(const Model& model, const at::Tensor& image, const std::string& layer) {
  Subject subject;
  subject.image = image;
  subject.layer = layer;
  subject.trunk = &model.network->image_part();
  const auto a_channel = [&](const std::vector<double>& values) {
    return at::tensor(values, at::kDouble).to(image.options()).reshape({1, -1, 1, 1});
  };
  subject.black = -a_channel(model.info.image.mean) / a_channel(model.info.image.std);
  return subject;
}

MethodRun RunMethod(const Chosen& chosen, const HowToExplain& how, const Tape& tape, const at::Tensor& scores,
                    const Subject& subject) {
  const Method& method = chosen.method;
  ExplainerOptions options;
  options.image_rule = method.image_rule;
  options.layer_rule = method.layer_rule;
  options.memory_bound = how.memory_bound;
  Kept kept;
  DifferentiateInChunks(tape, scores, options,
                        [&](const Gradients& chunk) { Keep(&kept, chosen, how.upsampling, chunk); });
  auto asked = how.method_options;
  asked.memory_bound = how.memory_bound;
  if (method.ask != nullptr) KeepMaps(&kept, method.ask(subject, asked));
  at::Tensor ablation;
  if (how.ablate_channels && !kept.alpha.empty()) {
    auto at_neurons = subject;
    at_neurons.layer = chosen.neuron_layer;
    ablation = ChannelAblation(at_neurons, asked);
  }
  // Nothing goes to the host before all is done on the device.
  MethodRun run;
  run.maps = JoinedOnHost(kept.maps);
  run.cancels = kept.cancels.empty() ? at::Tensor() : at::cat(kept.cancels).to(at::kCPU);
  run.pixels = JoinedOnHost(kept.pixels);
  run.gradient_times_embedding = JoinedOnHost(kept.products);
  run.gradient_norm = JoinedOnHost(kept.norms);
  const auto all_scores = at::cat(kept.scores).to(at::kCPU, at::kDouble).contiguous();
  run.scores.assign(all_scores.data_ptr<double>(), all_scores.data_ptr<double>() + all_scores.numel());
  run.channels.resize(run.scores.size());
  if (!kept.ranked.empty()) run.channels = RankChannels(at::cat(kept.ranked), how.channels);
  if (kept.alpha.empty()) return run;
  run.alpha = JoinedOnHost(kept.alpha);
  run.gradient_times_activation = JoinedOnHost(kept.channel_products);
  run.activation = OnHost(kept.activation[0]);
  if (ablation.defined()) run.ablation = OnHost(ablation);
  return run;
}

void FillFromRun(Explanation* explanation, const ModelInfo& info, const Chosen& chosen, const at::Tensor& image,
                 const MethodRun& run) {
  explanation->model = info.name;
  explanation->method = chosen.method.name;
  explanation->layer = chosen.method.needs_layer ? chosen.layer : "";
  explanation->device = image.device().str();
  explanation->maps = run.maps;
  explanation->pixels = run.pixels;
  explanation->neuron_layer = chosen.neuron_layer;
  explanation->alpha = run.alpha;
  explanation->gradient_times_activation = run.gradient_times_activation;
  explanation->ablation = run.ablation;
  explanation->activation = run.activation;
  if (!at::isfinite(run.maps).all().item<bool>()) {
    throw Error(ErrorKind::kBadFile,
                "the maps of model '" + info.name +
                    "' have values that are no numbers; its weights, or the image, are out of range");
  }
  for (std::size_t t = 0; t < explanation->targets.size(); ++t) {
    auto& target = explanation->targets[t];
    target.score = run.scores[t];
    target.channels = run.channels[t];
    const auto row = static_cast<int64_t>(t);
    target.why_empty = WhyEmpty(run.maps[row], chosen.method);
    const bool cancels = run.cancels.defined() && run.cancels[row].item<bool>();
    if (cancels) target.why_empty = WhyCancelled(chosen.layer, info);
    if (target.why_empty.empty()) continue;
    explanation->warnings.push_back("the map of '" + TextOf(target) + "' is " + target.why_empty +
                                    ", so there is nothing to show");
  }
}

void CheckImage(const at::Tensor& image, const Model& model) {
  if (image.dim() != 4 || image.size(0) != 1 || image.size(1) != 3) {
    ThrowUsage("an image must be (1, 3, height, width); this one is (" + ListedNumbers(image.sizes().vec()) + ")");
  }
  const auto wanted = model.image_options();
  const auto dtype = c10::typeMetaToScalarType(wanted.dtype());
  if (image.device() == wanted.device() && image.scalar_type() == dtype) return;
  ThrowUsage("the image is " + std::string(c10::toString(image.scalar_type())) + " on " + image.device().str() +
             ", but the model " + c10::toString(dtype) + " on " + wanted.device().str() +
             "; bring the image there: image.to(model.image_options())");
}

}  // namespace wherefore
