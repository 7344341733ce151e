#include "models/resnet/hub_resnet.h"

#include <optional>

#include <ATen/ATen.h>

#include "models/convolutional/batch_norm_layer.h"
#include "models/hugging_face/hub_family.h"
#include "models/transformers/parts.h"

namespace wherefore {
namespace {

/// Class defaults: transformers' ResNetConfig.
struct HubResNetOptions {
  explicit HubResNetOptions(const HubConfig& config)
      : embedding_size(config.Integer("embedding_size", 64, 1, kMostHubUnits)),
        sizes(config.Integers("hidden_sizes", {256, 512, 1024, 2048}, 1, kMostHubUnits)),
        depths(config.Integers("depths", {3, 4, 6, 3}, 1, kMostHubLayers)),
        is_bottleneck(config.Text("layer_type", "bottleneck") == "bottleneck"),
        first_stage_shrinks(config.Boolean("downsample_in_first_stage", false)),
        first_convolution_shrinks(config.Boolean("downsample_in_bottleneck", false)),
        activation(ReadActivation(config, "hidden_act", "relu")) {
    if (depths.size() != sizes.size()) config.Refuse("depths", "as many numbers as 'hidden_sizes'");
    if (!is_bottleneck && config.Text("layer_type", "") != "basic") config.Refuse("layer_type", "bottleneck or basic");
    RequireRgb(config);
  }

  int64_t embedding_size;
  std::vector<int64_t> sizes;   ///< channels of each stage
  std::vector<int64_t> depths;  ///< blocks of each stage
  bool is_bottleneck;
  bool first_stage_shrinks;
  bool first_convolution_shrinks;  ///< of a bottleneck, else the one of 3 x 3
  Activation activation;
};

/// A convolution and its normalisation; the activation is the caller's.
struct NormedConvolution {
  static NormedConvolution Take(const WeightTree& weights, int64_t in, int64_t out, int64_t kernel, int64_t stride) {
    return {weights.In("convolution").Take("weight", {out, in, kernel, kernel}),
            BatchNormLayer::Take(weights.In("normalization"), out), stride};
  }

  at::Tensor operator()(const at::Tensor& x) const {
    const int64_t padding = weight.size(2) / 2;
    return norm(at::conv2d(x, weight, {}, {stride, stride}, {padding, padding}));
  }

  at::Tensor weight;
  BatchNormLayer norm;
  int64_t stride;
};

/// Two or three convolutions beside what goes past them.
struct HubResNetBlock {
  HubResNetBlock(const WeightTree& weights, const HubResNetOptions& options, int64_t in, int64_t out, int64_t stride)
      : activation(options.activation) {
    const auto take = [&](int64_t i, int64_t from, int64_t to, int64_t kernel, int64_t step) {
      row.push_back(NormedConvolution::Take(weights.In("layer." + std::to_string(i)), from, to, kernel, step));
    };
    if (in != out || stride != 1) shortcut = NormedConvolution::Take(weights.In("shortcut"), in, out, 1, stride);
    if (!options.is_bottleneck) {
      take(0, in, out, 3, stride);
      take(1, out, out, 3, 1);
      return;
    }
    constexpr int64_t kReduction = 4;
    const bool first_shrinks = options.first_convolution_shrinks;
    take(0, in, out / kReduction, 1, first_shrinks ? stride : 1);
    take(1, out / kReduction, out / kReduction, 3, first_shrinks ? 1 : stride);
    take(2, out / kReduction, out, 1, 1);
  }

  at::Tensor operator()(const at::Tensor& x) const {
    auto y = row.front()(x);
    for (std::size_t i = 1; i < row.size(); ++i) y = row[i](activation(y));
    return activation(y + (shortcut ? (*shortcut)(x) : x));
  }

  Activation activation;
  std::vector<NormedConvolution> row;
  std::optional<NormedConvolution> shortcut;
};

struct HubResNetStage {
  std::string name;
  std::vector<HubResNetBlock> blocks;
};

class HubResNet : public LabelNetwork {
 public:
  HubResNet(const Weights& weights, const HubResNetOptions& options) : options_(options) {
    const WeightTree all(*this, weights);
    first_ = NormedConvolution::Take(all.In("resnet.embedder.embedder"), 3, options.embedding_size, 7, 2);
    int64_t in = options.embedding_size;
    for (std::size_t i = 0; i < options.sizes.size(); ++i) {
      HubResNetStage stage = {"resnet.encoder.stages." + std::to_string(i), {}};
      for (int64_t j = 0; j < options.depths[i]; ++j) {
        const bool shrinks = j == 0 && (i > 0 || options.first_stage_shrinks);
        stage.blocks.emplace_back(all.In(BlockName(stage, j)), options, in, options.sizes[i], shrinks ? 2 : 1);
        in = options.sizes[i];
      }
      stages_.push_back(std::move(stage));
    }
    head_ = LinearLayer::TakeHead(all.In("classifier.1"), in);
  }

  at::Tensor Logits(const Input& input, Tape& tape) override {
    auto x = options_.activation(first_(tape.At(kImageLayer, input.images)));
    x = tape.At("resnet.embedder", at::max_pool2d(x, {3, 3}, {2, 2}, {1, 1}));
    for (const auto& stage : stages_) {
      int64_t j = 0;
      for (const auto& block : stage.blocks) x = tape.At(BlockName(stage, j++), block(x));
      x = tape.At(stage.name, x);
    }
    return head_(x.mean({2, 3}));
  }

  const torch::nn::Module& image_part() const override { return *this; }
  int64_t labels() const { return head_.weight.size(0); }
  std::string last_stage() const { return stages_.back().name; }

 private:
  static std::string BlockName(const HubResNetStage& stage, int64_t block) {
    return stage.name + ".layers." + std::to_string(block);
  }

  HubResNetOptions options_;
  NormedConvolution first_;
  std::vector<HubResNetStage> stages_;
  LinearLayer head_;
};

Model LoadHubResNet(const ModelFiles& files, const LoadOptions& options) {
  const HubResNetOptions resnet(HubConfig(files.config, files.config_path()));
  const auto weights = HubWeights(files, options);
  const auto network = std::make_shared<HubResNet>(weights, resnet);
  weights.RequireAllTaken({"num_batches_tracked"});
  return HubClassifier(files, network, network->labels(), network->last_stage(), "ConvNextImageProcessor");
}

}  // namespace

Family HubResNetFamily() {
  return HubFamily("resnet", "ResNetForImageClassification", "residual networks that classify (He et al. 2016)",
                   {Task::kClassification}, LoadHubResNet);
}

}  // namespace wherefore
