#include "models/convnext/convnext.h"

#include <ATen/ATen.h>

#include "models/hugging_face/hub_family.h"
#include "models/transformers/parts.h"

namespace wherefore {
namespace {

constexpr double kConvNextEpsilon = 1e-6;  // of every normalisation but the last

/// Class defaults: transformers' ConvNextConfig.
struct ConvNextOptions {
  explicit ConvNextOptions(const HubConfig& config)
      : patch(config.Integer("patch_size", 4, 1, kMostHubUnits)),
        sizes(config.Integers("hidden_sizes", {96, 192, 384, 768}, 1, kMostHubUnits)),
        depths(config.Integers("depths", {3, 3, 9, 3}, 1, kMostHubLayers)),
        is_scaled(config.Number("layer_scale_init_value", 1e-6, 0, 1e6) > 0),
        epsilon(config.Number("layer_norm_eps", 1e-12, 0, 1)),
        activation(ReadActivation(config, "hidden_act", "gelu")) {
    if (depths.size() != sizes.size()) config.Refuse("depths", "as many numbers as 'hidden_sizes'");
    RequireRgb(config);
  }

  int64_t patch;
  std::vector<int64_t> sizes;   ///< channels of each stage
  std::vector<int64_t> depths;  ///< blocks of each stage
  bool is_scaled;               ///< each block's output, channel by channel
  double epsilon;               ///< of the last normalisation
  Activation activation;
};

/// Layer normalisation of the channels of a map (N, K, h, w).
at::Tensor NormChannels(const LayerNorm& norm, const at::Tensor& map) {
  return norm(map.permute({0, 2, 3, 1})).permute({0, 3, 1, 2});
}

struct MapConvolution {
  static MapConvolution Take(const WeightTree& weights, int64_t in, int64_t out, int64_t kernel) {
    return {weights.Take("weight", {out, in, kernel, kernel}), weights.Take("bias", {out})};
  }

  at::Tensor weight;
  at::Tensor bias;
};

/// A convolution channel by channel, then two layers of each place, beside what goes past them.
struct ConvNextBlock {
  ConvNextBlock(const WeightTree& weights, const ConvNextOptions& options, int64_t size)
      : activation(options.activation),
        depthwise(MapConvolution::Take(weights.In("dwconv"), 1, size, kKernel)),
        norm(LayerNorm::Take(weights.In("layernorm"), size, kConvNextEpsilon)),
        widen(LinearLayer::Take(weights.In("pwconv1"), size, 4 * size)),
        narrow(LinearLayer::Take(weights.In("pwconv2"), 4 * size, size)) {
    if (options.is_scaled) scale = weights.Take("layer_scale_parameter", {size});
  }

  at::Tensor operator()(const at::Tensor& x) const {
    constexpr int64_t kPadding = kKernel / 2;
    const auto mixed = at::conv2d(x, depthwise.weight, depthwise.bias, {1, 1}, {kPadding, kPadding}, {1, 1}, x.size(1));
    auto y = narrow(activation(widen(norm(mixed.permute({0, 2, 3, 1})))));
    if (scale.defined()) y = scale * y;
    return x + y.permute({0, 3, 1, 2});
  }

  static constexpr int64_t kKernel = 7;
  Activation activation;
  MapConvolution depthwise;
  LayerNorm norm;
  LinearLayer widen;
  LinearLayer narrow;
  at::Tensor scale;
};

struct ConvNextStage {
  std::string name;
  LayerNorm norm;        ///< before the map is halved; of the first stage none
  MapConvolution halve;  ///< halves the map; of the first stage none
  std::vector<ConvNextBlock> blocks;
};

class ConvNext : public LabelNetwork {
 public:
  ConvNext(const Weights& weights, const ConvNextOptions& options) {
    const WeightTree all(*this, weights);
    int64_t size = options.sizes.front();
    patches_ = MapConvolution::Take(all.In("convnext.embeddings.patch_embeddings"), 3, size, options.patch);
    patch_norm_ = LayerNorm::Take(all.In("convnext.embeddings.layernorm"), size, kConvNextEpsilon);
    for (std::size_t i = 0; i < options.sizes.size(); ++i) {
      ConvNextStage stage;
      stage.name = "convnext.encoder.stages." + std::to_string(i);
      if (i > 0) {
        stage.norm = LayerNorm::Take(all.In(stage.name + ".downsampling_layer.0"), size, kConvNextEpsilon);
        stage.halve = MapConvolution::Take(all.In(stage.name + ".downsampling_layer.1"), size, options.sizes[i], 2);
      }
      size = options.sizes[i];
      for (int64_t j = 0; j < options.depths[i]; ++j) {
        stage.blocks.emplace_back(all.In(BlockName(stage, j)), options, size);
      }
      stages_.push_back(std::move(stage));
    }
    norm_ = LayerNorm::Take(all.In("convnext.layernorm"), size, options.epsilon);
    head_ = LinearLayer::TakeHead(all.In("classifier"), size);
  }

  at::Tensor Logits(const Input& input, Tape& tape) override {
    const int64_t step = patches_.weight.size(2);
    auto x = at::conv2d(tape.At(kImageLayer, input.images), patches_.weight, patches_.bias, {step, step});
    x = tape.At("convnext.embeddings", NormChannels(patch_norm_, x));
    for (const auto& stage : stages_) {
      if (stage.halve.weight.defined()) {
        x = at::conv2d(NormChannels(stage.norm, x), stage.halve.weight, stage.halve.bias, {2, 2});
      }
      int64_t j = 0;
      for (const auto& block : stage.blocks) x = tape.At(BlockName(stage, j++), block(x));
      x = tape.At(stage.name, x);
    }
    return head_(norm_(x.mean({2, 3})));
  }

  const torch::nn::Module& image_part() const override { return *this; }
  int64_t labels() const { return head_.weight.size(0); }
  std::string last_stage() const { return stages_.back().name; }

 private:
  static std::string BlockName(const ConvNextStage& stage, int64_t block) {
    return stage.name + ".layers." + std::to_string(block);
  }

  MapConvolution patches_;
  LayerNorm patch_norm_;
  std::vector<ConvNextStage> stages_;
  LayerNorm norm_;
  LinearLayer head_;
};

Model LoadConvNext(const ModelFiles& files, const LoadOptions& options) {
  const ConvNextOptions convnext(HubConfig(files.config, files.config_path()));
  const auto weights = HubWeights(files, options);
  const auto network = std::make_shared<ConvNext>(weights, convnext);
  weights.RequireAllTaken();
  return HubClassifier(files, network, network->labels(), network->last_stage(), "ConvNextImageProcessor");
}

}  // namespace

Family ConvNextFamily() {
  return HubFamily("convnext", "ConvNextForImageClassification", "ConvNeXt classifiers (Liu et al. 2022)",
                   {Task::kClassification}, LoadConvNext);
}

}  // namespace wherefore
