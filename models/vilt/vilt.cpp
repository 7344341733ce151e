#include "models/vilt/vilt.h"

#include <memory>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "models/hugging_face/hub_family.h"
#include "models/text/hugging_face_tokenizer.h"
#include "models/transformers/bert.h"
#include "models/transformers/pre_norm_block.h"

namespace wherefore {
namespace {

/// Class defaults of ViltConfig.
constexpr int64_t kViltImageSize = 384;
constexpr int64_t kViltPatchSize = 32;
constexpr int64_t kViltKinds = 2;  // of tokens: a text's and an image's

BertOptions ReadViltText(const HubConfig& config) { return {config, 0, {30522, 12, 12, 40}}; }

PreNormBlockOptions ReadViltBlocks(const HubConfig& config) {
  const auto text = ReadViltText(config);
  PreNormBlockOptions options;
  options.units = text.units;
  options.inner_units = text.inner_units;
  options.heads = text.heads;
  options.epsilon = text.epsilon;
  options.has_bias = config.Boolean("qkv_bias", true);
  options.activation = text.activation;
  return options;
}

/// Embeddings of words and of patches, each with its kind added.
class ViltEmbeddings {
 public:
  ViltEmbeddings(const WeightTree& weights, const HubConfig& config)
      : grid_(ReadPatchGrid(config, kViltImageSize, kViltPatchSize)),
        text_(weights.In("text_embeddings"), ReadViltText(config)) {
    const auto units = ReadViltText(config).units;
    const auto types = config.Integer("type_vocab_size", 2, 1, kMostHubTokens);
    const auto kinds = config.Integer("modality_type_vocab_size", kViltKinds, kViltKinds, kMostHubTokens);
    text_type_ = weights.In("text_embeddings.token_type_embeddings").Take("weight", {types, units})[0];
    kinds_ = weights.In("token_type_embeddings").Take("weight", {kinds, units});
    class_token_ = weights.Take("cls_token", {1, 1, units});
    positions_ = weights.Take("position_embeddings", {1, 1 + grid_.size(), units});
    patches_ =
        PatchEmbedding::Take(weights.In("patch_embeddings.projection"), units, grid_.patch_height, grid_.patch_width);
  }

  /// (1 or N, L, units) of ids.
  at::Tensor Words(const at::Tensor& ids, Tape& tape) const {
    return text_.Placed(tape.Input(kPromptInput, text_.Words(ids)) + text_type_, 0) + kinds_[0];
  }

  /// (N, 1 + places, units): the class token, and the patches row by row.
  at::Tensor Image(const at::Tensor& images, const Places& places) const {
    const auto rows = images.size(0);
    const auto first = (class_token_ + positions_.narrow(1, 0, 1)).expand({rows, -1, -1});
    return at::cat({first, patches_(images) + Positions(places)}, 1) + kinds_[1];
  }

  /// Where a sequence with `before` words has an image's patches.
  Places PlacesOf(const at::Tensor& images, int64_t before) const {
    const auto height = images.size(2) / grid_.patch_height;
    const auto width = images.size(3) / grid_.patch_width;
    if (height < 1 || width < 1) {
      ThrowUsage("the network reads patches of " + std::to_string(grid_.patch_width) + " x " +
                 std::to_string(grid_.patch_height) + " pixels, but the image has " + std::to_string(images.size(3)) +
                 " x " + std::to_string(images.size(2)) + ": give a larger one");
    }
    return {height, width, before + 1};
  }

 private:
  /// Learned for a square, and stretched to the image's grid: (1, places, units). Computed in float32, as float16 has
  /// no kernel on every device.
  at::Tensor Positions(const Places& places) const {
    const auto square = positions_.narrow(1, 1, grid_.size()).transpose(1, 2).to(at::kFloat);
    const auto map = square.reshape({1, -1, grid_.height(), grid_.width()});
    const std::vector<int64_t> sizes = {places.height, places.width};
    const auto stretched = at::upsample_bilinear2d(map, sizes, /*align_corners=*/true);
    return stretched.flatten(2).transpose(1, 2).to(positions_.scalar_type());
  }

  PatchGrid grid_;
  BertEmbeddings text_;
  at::Tensor text_type_;
  at::Tensor kinds_;
  at::Tensor class_token_;
  at::Tensor positions_;
  PatchEmbedding patches_;
};

class Vilt : public LabelNetwork {
 public:
  Vilt(const Weights& weights, const HubConfig& config)
      : embeddings_(WeightTree(*this, weights).In("vilt.embeddings"), config) {
    const WeightTree all(*this, weights);
    const auto options = ReadViltBlocks(config);
    const auto layers = ReadViltText(config).layers;
    for (int64_t i = 0; i < layers; ++i) {
      blocks_.emplace_back(all, "vilt.encoder.layer." + std::to_string(i), VitBlockNames(), options);
    }
    norm_ = LayerNorm::Take(all.In("vilt.layernorm"), options.units, options.epsilon);
    pooler_ = LinearLayer::Take(all.In("vilt.pooler.dense"), options.units, options.units);
    constexpr double kNormEpsilon = 1e-5;  // PyTorch's default
    widen_ = LinearLayer::Take(all.In("classifier.0"), options.units, 2 * options.units);
    head_norm_ = LayerNorm::Take(all.In("classifier.1"), 2 * options.units, kNormEpsilon);
    head_ = LinearLayer::TakeHead(all.In("classifier.3"), 2 * options.units);
  }

  at::Tensor Logits(const Input& input, Tape& tape) override {
    if (!input.prompt.defined()) ThrowUsage("the network reads a question beside the image, and none is given");
    const auto pixels = tape.At(kImageLayer, input.images);
    const auto words = embeddings_.Words(input.prompt, tape);
    const auto places = embeddings_.PlacesOf(pixels, words.size(1));
    auto x = at::cat({words.expand({pixels.size(0), -1, -1}), embeddings_.Image(pixels, places)}, 1);
    x = tape.At("vilt.embeddings", x, places);
    for (const auto& block : blocks_) x = block(x, places, tape);
    const auto pooled = pooler_(norm_(x.select(1, 0))).tanh();
    return head_(at::gelu(head_norm_(widen_(pooled))));
  }
  const torch::nn::Module& image_part() const override { return *this; }

  int64_t labels() const { return head_.weight.size(0); }

  /// The last layer at which patches have a gradient: the head reads the sequence's first token alone.
  const std::string& last_layer_before_mixing() const { return blocks_.back().norm_before(); }

 private:
  ViltEmbeddings embeddings_;
  std::vector<PreNormBlock> blocks_;
  LayerNorm norm_;
  LinearLayer pooler_;
  LinearLayer widen_;
  LayerNorm head_norm_;
  LinearLayer head_;
};

/// Where key 'max_image_length' is set, transformers reads no more patches than that, drawn at random.
void WarnOfDrawnPatches(const HubConfig& config, std::vector<std::string>* warnings) {
  const auto most = config.Integer("max_image_length", -1, -kMostHubTokens, kMostHubTokens);
  if (most < 0) return;
  warnings->push_back(config.file() + ": key 'max_image_length' is " + std::to_string(most) +
                      ": of larger photographs transformers reads as many patches, drawn at random; here all are read");
}

Model LoadVilt(const ModelFiles& files, const LoadOptions& options) {
  const HubConfig config(files.config, files.config_path());
  RequireRgb(config);
  const std::shared_ptr<const HuggingFaceTokenizer> tokenizer = LoadHuggingFaceTokenizer(files.directory);
  const auto weights = HubWeights(files, options);
  const auto network = std::make_shared<Vilt>(weights, config);
  weights.RequireAllTaken({"position_ids"});
  auto model =
      HubClassifier(files, network, network->labels(), network->last_layer_before_mixing(), "ViltImageProcessor");
  model.info.tasks = {Task::kVqa};
  ReadTextsWith(tokenizer, ReadViltText(config).positions, &model);
  // Trained with the binary cross-entropy of each answer, and shown so by transformers.
  model.labels_are_independent = true;
  WarnOfDrawnPatches(config, &model.info.warnings);
  return model;
}

}  // namespace

Family ViltFamily() {
  return HubFamily("vilt", "ViltForQuestionAnswering", "ViLT, answers to questions (Kim et al. 2021)", {Task::kVqa},
                   LoadVilt);
}

}  // namespace wherefore
