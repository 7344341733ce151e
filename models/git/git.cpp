#include "models/git/git.h"

#include <utility>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "models/hugging_face/generation_config.h"
#include "models/hugging_face/hub_family.h"
#include "models/text/hugging_face_tokenizer.h"
#include "models/transformers/bert.h"
#include "models/transformers/clip_tower.h"
#include "models/transformers/decoder_memory.h"

namespace wherefore {
namespace {

constexpr const char* kGitTower = "git.image_encoder.vision_model";

/// Class defaults of GitConfig.
BertOptions ReadGitOptions(const HubConfig& config) { return {config, 0, {30522, 6, 12, 1024}}; }

/// Of GitVisionConfig.
VisionTowerOptions ReadGitTower(const HubConfig& vision) {
  return ReadVisionTowerOptions(vision, {1e-5, 224, 16, "quick_gelu"});
}

class Git : public TextNetwork {
 public:
  Git(const Weights& weights, const BertOptions& options, const VisionTowerOptions& vision)
      : tower_({*this, weights}, ClipTowerNames(kGitTower), vision),
        projection_(LinearLayer::Take(ProjectionIn({*this, weights}, 0), vision.units, options.units)),
        norm_(LayerNorm::Take(ProjectionIn({*this, weights}, 1), options.units, vision.epsilon)),
        embeddings_(WeightTree(*this, weights).In("git.embeddings"), options),
        blocks_(TakeBertBlocks({*this, weights}, "git.encoder", options)),
        head_(LinearLayer::Take(WeightTree(*this, weights).In("output"), options.units, options.vocabulary)) {}

  DecoderState Start(const Input& input, Tape& tape) override {
    DecoderState state;
    auto image = norm_(projection_(tower_(input.images, tape), tape));
    for (const auto& block : blocks_) {
      const auto own = block.attention.See(image, tape);
      AddBlock(own, &state);
      image = block(image, own, {}, {}, tape);
    }
    if (!input.prompt.defined()) ThrowUsage("the network reads a prompt beside the image, and none is given");
    const auto words = tape.Input(kPromptInput, embeddings_.Words(input.prompt));
    const auto hidden = Continue(words, &state, tape);
    // The prompt is of the image's kind from now on: the text's own pieces begin behind it.
    for (std::size_t i = 0; i < state.rows.size(); ++i) {
      const auto& prompt = state.rows[i];
      state.shared[i] = at::cat({state.shared[i], prompt}, 2);
      state.rows[i] = prompt.narrow(2, 0, 0);
    }
    state.length = 0;
    state.hidden = hidden.select(1, -1);
    return state;
  }

  at::Tensor Read(const at::Tensor& ids, DecoderState* state, Tape& tape) override {
    return Continue(tape.Input(kTextInput, embeddings_.Words(ids)), state, tape);
  }

  VocabularyLayer vocabulary_layer() const override { return {head_.weight, head_.bias}; }
  const torch::nn::Module& image_part() const override { return *this; }
  const VisionTower& tower() const { return tower_; }

 private:
  /// A linear layer, 0, and a normalisation, 1.
  static WeightTree ProjectionIn(const WeightTree& all, int part) {
    return all.In("git.visual_projection.visual_projection." + std::to_string(part));
  }

  /// Hidden states (rows, L, units) of words (1 or rows, L, units) behind those of the state.
  at::Tensor Continue(const at::Tensor& words, DecoderState* state, Tape& tape) const {
    const int64_t length = words.size(1);
    const int64_t before = TokensBefore(*state) + state->length;
    auto x = embeddings_.Placed(words, before - tower_.tokens());
    x = x.expand({state->size(), length, x.size(2)});
    const auto mask = CausalMask(before, length, x);
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const auto own = Remember(i, blocks_[i].attention.See(x, tape), state);
      x = blocks_[i](x, WithThoseBefore(i, own, *state), mask, {}, tape);
    }
    state->length += length;
    return x;
  }

  VisionTower tower_;
  LinearLayer projection_;
  LayerNorm norm_;
  BertEmbeddings embeddings_;
  std::vector<BertBlock> blocks_;
  LinearLayer head_;
};

/// Ids of positions, and embeddings of a film's pictures: one photograph has none.
const std::vector<std::string>& GitLeftovers() {
  static const std::vector<std::string> leftovers = {"position_ids"};
  return leftovers;
}

Model LoadGit(const ModelFiles& files, const LoadOptions& options) {
  const HubConfig config(files.config, files.config_path());
  const std::shared_ptr<const HuggingFaceTokenizer> tokenizer = LoadHuggingFaceTokenizer(files.directory);
  const auto sizes = ReadGitOptions(config);
  const auto begin = config.Integer("bos_token_id", 101, 0, sizes.vocabulary - 1);
  const auto weights = HubWeights(files, options);
  weights.PassOver("git.img_temperal_embedding.");
  const auto network = std::make_shared<Git>(weights, sizes, ReadGitTower(config.Section("vision_config")));
  weights.RequireAllTaken(GitLeftovers());

  auto model = HubModel(files, network, Task::kCaption, network->tower().last_layer(), "CLIPImageProcessor");
  model.info.tasks = {Task::kCaption, Task::kVqa};
  model.tokenizer = tokenizer;
  model.question_form.ids_before = {begin};
  model.caption_question = "";
  model.decoding = ReadHubGeneration(files, config, &model.info.warnings);
  model.decoding.begin = {};
  model.decoding.ends = ReadHubIds(files, {config}, "eos_token_id", sizes.vocabulary, 102);
  model.text.max_length = sizes.positions - 1;
  return model;
}

}  // namespace

Family GitFamily() {
  return HubFamily("git", "GitForCausalLM", "GIT, captions and answers that are written (Wang et al. 2022)",
                   {Task::kCaption, Task::kVqa}, LoadGit);
}

}  // namespace wherefore
