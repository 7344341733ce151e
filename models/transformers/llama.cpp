#include "models/transformers/llama.h"

#include <cmath>

#include <ATen/ATen.h>

#include "explain/accumulation.h"
#include "explain/error.h"
#include "models/hugging_face/hub_family.h"
#include "models/transformers/decoder_memory.h"

namespace wherefore {
namespace {

/// The base of the rotary positions: an old key, or in one object with others that would scale them.
double ReadRopeBase(const HubConfig& config) {
  constexpr double kMost = 1e12;
  const auto base = config.Number("rope_theta", 10000, 1, kMost);
  for (const char* key : {"rope_scaling", "rope_parameters"}) {
    const auto section = config.Section(key);
    const auto type = section.Text("rope_type", section.Text("type", "default"));
    if (type != "default") section.Refuse(section.Has("rope_type") ? "rope_type" : "type", "\"default\"");
  }
  return config.Section("rope_parameters").Number("rope_theta", base, 1, kMost);
}

/// What LlamaConfig and GemmaConfig share; `defaults` has Gemma's or Llama's sizes.
LlamaOptions ReadOptions(const HubConfig& config, const LlamaOptions& defaults) {
  auto options = defaults;
  options.vocabulary = config.Integer("vocab_size", defaults.vocabulary, 1, kMostHubTokens);
  options.units = config.Integer("hidden_size", defaults.units, 1, kMostHubUnits);
  options.inner_units = config.Integer("intermediate_size", defaults.inner_units, 1, 4 * kMostHubUnits);
  options.layers = config.Integer("num_hidden_layers", defaults.layers, 1, kMostHubLayers);
  options.heads = config.Integer("num_attention_heads", defaults.heads, 1, kMostHubUnits);
  options.key_heads = config.Integer("num_key_value_heads", options.heads, 1, kMostHubUnits);
  if (options.heads % options.key_heads != 0) {
    config.Refuse("num_key_value_heads", "a number that divides that of the heads, " + std::to_string(options.heads));
  }
  options.positions = config.Integer("max_position_embeddings", defaults.positions, 1, kMostHubTokens);
  options.epsilon = config.Number("rms_norm_eps", 1e-6, 0, 1);
  options.rope_base = ReadRopeBase(config);
  options.has_attention_bias = config.Boolean("attention_bias", false);
  options.is_tied = config.Boolean("tie_word_embeddings", defaults.is_tied);
  return options;
}

/// The halves of each head (rows, heads, L, units) turned by the angles of their positions.
at::Tensor Rotated(const at::Tensor& x, const at::Tensor& cosines, const at::Tensor& sines) {
  const auto halves = x.chunk(2, 3);
  return x * cosines + at::cat({-halves[1], halves[0]}, 3) * sines;
}

at::Tensor Repeated(const at::Tensor& x, int64_t rows) { return x.expand({rows, x.size(1), x.size(2)}); }

}  // namespace

LlamaOptions ReadLlamaOptions(const HubConfig& config) {
  LlamaOptions defaults;
  defaults.vocabulary = 32000;
  defaults.units = 4096;
  defaults.inner_units = 11008;
  defaults.layers = 32;
  defaults.heads = 32;
  defaults.positions = 2048;
  auto options = ReadOptions(config, defaults);
  options.head_units = config.Has("head_dim")
                           ? config.Integer("head_dim", 0, 2, kMostHubUnits)
                           : options.units / HubHeads(config, "num_attention_heads", options.heads, options.units);
  options.activation = ReadActivation(config, "hidden_act", "silu");
  options.has_inner_bias = config.Boolean("mlp_bias", false);
  return options;
}

LlamaOptions ReadGemmaOptions(const HubConfig& config) {
  LlamaOptions defaults;
  defaults.vocabulary = 256000;
  defaults.units = 3072;
  defaults.inner_units = 24576;
  defaults.layers = 28;
  defaults.heads = 16;
  defaults.positions = 8192;
  defaults.is_tied = true;
  auto options = ReadOptions(config, defaults);
  options.head_units = config.Integer("head_dim", 256, 2, kMostHubUnits);
  // Old configurations say "gelu" under 'hidden_act' and mean this one all the same.
  options.activation = ReadActivation(config, "hidden_activation", "gelu_pytorch_tanh");
  options.norm_adds_one = true;
  options.word_scale = std::sqrt(static_cast<double>(options.units));
  return options;
}

RmsNorm RmsNorm::Take(const WeightTree& weights, const LlamaOptions& options) {
  return {weights.Take("weight", {options.units}), options.epsilon, options.norm_adds_one};
}

at::Tensor RmsNorm::operator()(const at::Tensor& x) const {
  const auto wide = Widened(x);
  const auto normed = wide * (wide * wide).mean(-1, true).add(epsilon).rsqrt();
  const auto factor = adds_one ? Widened(weight) + 1 : Widened(weight);
  return (normed * factor).to(x.scalar_type());
}

LlamaDecoder::LlamaDecoder(const WeightTree& all, const std::string& name, const LlamaOptions& options)
    : options_(options) {
  const auto model = all.In(name + ".model");
  words_ = model.In("embed_tokens").Take("weight", {options.vocabulary, options.units});
  for (int64_t i = 0; i < options.layers; ++i) {
    const auto block = name + ".model.layers." + std::to_string(i);
    blocks_.push_back(TakeBlock(all.In(block), block));
  }
  norm_ = RmsNorm::Take(model.In("norm"), options);
  head_ = options.is_tied ? words_ : all.In(name + ".lm_head").Take("weight", {options.vocabulary, options.units});
}

LlamaDecoder::Block LlamaDecoder::TakeBlock(const WeightTree& weights, const std::string& name) const {
  const auto units = options_.units;
  const auto inner = options_.inner_units;
  const auto query_units = options_.heads * options_.head_units;
  const auto key_units = options_.key_heads * options_.head_units;
  const bool bias = options_.has_attention_bias;
  const auto attention = weights.In("self_attn");
  const auto mlp = weights.In("mlp");
  return {name + ".self_attn",
          RmsNorm::Take(weights.In("input_layernorm"), options_),
          LinearLayer::Take(attention.In("q_proj"), units, query_units, bias),
          LinearLayer::Take(attention.In("k_proj"), units, key_units, bias),
          LinearLayer::Take(attention.In("v_proj"), units, key_units, bias),
          LinearLayer::Take(attention.In("o_proj"), query_units, units, bias),
          RmsNorm::Take(weights.In("post_attention_layernorm"), options_),
          LinearLayer::Take(mlp.In("gate_proj"), units, inner, options_.has_inner_bias),
          LinearLayer::Take(mlp.In("up_proj"), units, inner, options_.has_inner_bias),
          LinearLayer::Take(mlp.In("down_proj"), inner, units, options_.has_inner_bias)};
}

at::Tensor LlamaDecoder::Words(const at::Tensor& ids) const {
  const auto words = at::embedding(words_, ids);
  return options_.word_scale == 1 ? words : words * options_.word_scale;
}

LlamaDecoder::Rotation LlamaDecoder::RotationFrom(int64_t first, int64_t length, const at::Tensor& like) const {
  const auto half = options_.head_units / 2;
  const auto numbers = at::TensorOptions(at::kDouble).device(at::kCPU);
  const auto frequencies = at::pow(options_.rope_base, at::arange(half, numbers) * (-1.0 / static_cast<double>(half)));
  const auto places = at::arange(first, first + length, numbers) + options_.first_position;
  const auto angles = at::outer(places, frequencies).repeat({1, 2});
  return {angles.cos().to(like.options()), angles.sin().to(like.options())};
}

KeysAndValues LlamaDecoder::Own(const Block& block, const at::Tensor& normed, const Rotation& rotation) const {
  const auto keys = SplitHeads(block.key(normed), options_.key_heads);
  return {Rotated(keys, rotation.cosines, rotation.sines), SplitHeads(block.value(normed), options_.key_heads)};
}

at::Tensor LlamaDecoder::Run(const Block& block, const at::Tensor& x, const at::Tensor& normed,
                             const KeysAndValues& seen, const Rotation& rotation, const at::Tensor& mask,
                             Tape& tape) const {
  const auto queries = Rotated(SplitHeads(block.query(normed), options_.heads), rotation.cosines, rotation.sines);
  const auto attended = x + block.output(Attend(queries, seen, mask, block.name, tape));
  const auto inner = block.inner_norm(attended);
  return attended + block.narrow(options_.activation(block.gate(inner)) * block.widen(inner));
}

void LlamaDecoder::RequirePositions(int64_t tokens) const {
  if (tokens <= options_.positions) return;
  ThrowUsage("image, prompt and text together have " + std::to_string(tokens) + " tokens; the model has learned " +
             std::to_string(options_.positions) + " positions: give a shorter prompt or text");
}

DecoderState LlamaDecoder::Start(const at::Tensor& sequence, Tape& tape) const {
  const int64_t length = sequence.size(1);
  RequirePositions(length);
  const auto rotation = RotationFrom(0, length, sequence);
  const auto mask = options_.prompt_sees_all ? at::Tensor() : CausalMask(0, length, sequence);
  DecoderState state;
  auto x = sequence;
  for (const auto& block : blocks_) {
    const auto normed = block.norm(x);
    const auto own = Own(block, normed, rotation);
    AddBlock(own, &state);
    x = Run(block, x, normed, own, rotation, mask, tape);
  }
  state.hidden = norm_(x.select(1, -1));
  return state;
}

at::Tensor LlamaDecoder::Read(const at::Tensor& ids, DecoderState* state, Tape& tape) const {
  const int64_t length = ids.size(1);
  const int64_t before = TokensBefore(*state) + state->length;
  RequirePositions(before + length);
  auto x = Repeated(tape.Input(kTextInput, Words(ids)), state->size());
  const auto rotation = RotationFrom(before, length, x);
  const auto mask = CausalMask(before, length, x);
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const auto& block = blocks_[i];
    const auto normed = block.norm(x);
    const auto own = Remember(i, Own(block, normed, rotation), state);
    x = Run(block, x, normed, WithThoseBefore(i, own, *state), rotation, mask, tape);
  }
  state->length += length;
  return norm_(x);
}

at::Tensor WithImageTokens(const at::Tensor& ids, const at::Tensor& words, const at::Tensor& image, int64_t image_id) {
  const auto rows = image.size(0);
  const auto all = Repeated(words, rows);
  const auto places = (ids[0] == image_id).nonzero().to(at::kCPU);
  if (places.size(0) == 0) return at::cat({image, all}, 1);
  if (places.size(0) > 1 || (ids.select(1, places.item<int64_t>()) != image_id).any().item<bool>()) {
    ThrowUsage("a prompt must have one place for the image, the same in every row; this one has " +
               std::to_string(places.size(0)) + ": leave its name out of the question");
  }
  const auto place = places.item<int64_t>();
  return at::cat({all.narrow(1, 0, place), image, all.narrow(1, place + 1, all.size(1) - place - 1)}, 1);
}

}  // namespace wherefore
