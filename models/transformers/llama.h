#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "explain/tape.h"
#include "models/hugging_face/hub_config.h"
#include "models/network.h"
#include "models/transformers/parts.h"

namespace wherefore {

/// Sizes of a text model of Llama's kind (Touvron et al. 2023), and in what Gemma (2024) differs from it.
struct LlamaOptions {
  int64_t vocabulary = 0;
  int64_t units = 0;
  int64_t inner_units = 0;
  int64_t layers = 0;
  int64_t heads = 0;
  int64_t key_heads = 0;  ///< of keys and values
  int64_t head_units = 0;
  int64_t positions = 0;  ///< most tokens of image, prompt and text
  double epsilon = 0;     ///< of normalisations
  double rope_base = 0;   ///< of the rotary positions: theta
  Activation activation = nullptr;
  bool has_attention_bias = false;
  bool has_inner_bias = false;
  bool is_tied = false;          ///< whether the word embeddings are also the head
  bool norm_adds_one = false;    ///< normalisations multiply with 1 + weight
  double word_scale = 1;         ///< word embeddings are multiplied with it
  int64_t first_position = 0;    ///< of the first token
  bool prompt_sees_all = false;  ///< whether what stands before the text is seen whole by each of its tokens
};

/// Reads a configuration, with LlamaConfig's or GemmaConfig's defaults. Throws Error(kBadFile), also for rotary
/// positions that are scaled.
LlamaOptions ReadLlamaOptions(const HubConfig& config);
LlamaOptions ReadGemmaOptions(const HubConfig& config);

/// Layer normalisation without a mean (Zhang & Sennrich 2019), computed in float32 at least.
struct RmsNorm {
  at::Tensor weight;
  double epsilon = 0;
  bool adds_one = false;

  static RmsNorm Take(const WeightTree& weights, const LlamaOptions& options);
  at::Tensor operator()(const at::Tensor& x) const;
};

/// A text model that goes on with a sequence of which an image's tokens may be a part: blocks that normalise before
/// attention, with rotary positions, and before a gated layer. The state's `shared` holds keys and values of what
/// stands before the text, `rows` those of its pieces, as models/transformers/decoder_memory.h has them.
class LlamaDecoder {
 public:
  /// Of weights "`name`.model..." and "`name`.lm_head". Attention is announced as "`name`.model.layers.I.self_attn".
  LlamaDecoder(const WeightTree& all, const std::string& name, const LlamaOptions& options);

  /// Word embeddings (rows, L, units) of ids (rows, L).
  at::Tensor Words(const at::Tensor& ids) const;

  /// The state behind a sequence (N, L, units) of embeddings. Throws Error(kUsage) for more tokens than the model has
  /// positions.
  DecoderState Start(const at::Tensor& sequence, Tape& tape) const;

  /// TextNetwork::Read().
  at::Tensor Read(const at::Tensor& ids, DecoderState* state, Tape& tape) const;

  VocabularyLayer vocabulary_layer() const { return {head_, {}}; }

 private:
  struct Block {
    std::string name;  ///< of its attention
    RmsNorm norm;
    LinearLayer query;
    LinearLayer key;
    LinearLayer value;
    LinearLayer output;
    RmsNorm inner_norm;
    LinearLayer gate;
    LinearLayer widen;
    LinearLayer narrow;
  };

  /// Cosines and sines (L, units of a head) of the positions from `first` on.
  struct Rotation {
    at::Tensor cosines;
    at::Tensor sines;
  };

  Block TakeBlock(const WeightTree& weights, const std::string& name) const;
  Rotation RotationFrom(int64_t first, int64_t length, const at::Tensor& like) const;
  KeysAndValues Own(const Block& block, const at::Tensor& normed, const Rotation& rotation) const;
  at::Tensor Run(const Block& block, const at::Tensor& x, const at::Tensor& normed, const KeysAndValues& seen,
                 const Rotation& rotation, const at::Tensor& mask, Tape& tape) const;
  void RequirePositions(int64_t tokens) const;

  LlamaOptions options_;
  at::Tensor words_;
  std::vector<Block> blocks_;
  RmsNorm norm_;
  at::Tensor head_;
};

/// Embeddings (N, L - 1 + T, units) of a prompt with ids (1 or N, L) and word embeddings (1 or N, L, units), in which
/// an image's tokens (N, T, units) stand in place of the one id `image_id`, or before all where there is none. Throws
/// Error(kUsage) for several of that id.
at::Tensor WithImageTokens(const at::Tensor& ids, const at::Tensor& words, const at::Tensor& image, int64_t image_id);

}  // namespace wherefore
