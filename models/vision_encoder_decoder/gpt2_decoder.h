#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/network.h"
#include "models/transformers/parts.h"

namespace wherefore {

/// Sizes of GPT-2 (Radford et al. 2019); class defaults are those of transformers' GPT2Config.
struct Gpt2Options {
  explicit Gpt2Options(const HubConfig& config);

  int64_t vocabulary;
  int64_t units;
  int64_t inner_units;
  int64_t layers;
  int64_t heads;
  int64_t positions;  ///< most tokens of a text
  double epsilon;
  Activation activation;
  bool is_tied;  ///< the head is the word embeddings
};

/// x weight + bias, of a weight (in, out): what GPT-2 calls Conv1D.
struct Conv1d {
  at::Tensor weight;
  at::Tensor bias;

  static Conv1d Take(const WeightTree& weights, int64_t in, int64_t out);
  at::Tensor operator()(const at::Tensor& x) const;

  /// Tape::Linear(): of a layer's output.
  at::Tensor operator()(const at::Tensor& x, const Tape& tape) const { return tape.Linear(x, weight.t(), bias); }
};

/// GPT-2 that attends to an image's tokens, under the names of GPT2LMHeadModel with cross-attention. Its state is
/// that of models/transformers/decoder_memory.h.
class Gpt2Decoder {
 public:
  /// Of weights "decoder.transformer..."; `seen_units`: of the image's tokens.
  Gpt2Decoder(const WeightTree& all, const Gpt2Options& options, int64_t seen_units);

  /// The state before the first piece, of tokens (N, L, seen units).
  DecoderState Start(const at::Tensor& tokens, const Tape& tape) const;

  /// TextNetwork::Read(). Attention probabilities: "decoder.transformer.h.I.attn" and ".crossattention". Throws
  /// Error(kUsage) for more pieces than the network has learned positions.
  at::Tensor Read(const at::Tensor& ids, DecoderState* state, Tape& tape) const;

  VocabularyLayer vocabulary_layer() const { return {head_, {}}; }

 private:
  struct Block {
    std::string name;
    LayerNorm norm;
    LayerNorm cross_norm;
    LayerNorm inner_norm;
    Conv1d queries_keys_values;
    Conv1d output;
    Conv1d cross_query;
    Conv1d cross_keys_values;
    Conv1d cross_output;
    Conv1d widen;
    Conv1d narrow;
  };

  Block TakeBlock(const WeightTree& weights, const std::string& name, int64_t seen_units) const;
  at::Tensor Embedded(const at::Tensor& ids, int64_t first, Tape& tape) const;

  Gpt2Options options_;
  at::Tensor words_;
  at::Tensor positions_;
  std::vector<Block> blocks_;
  LayerNorm norm_;
  at::Tensor head_;
};

}  // namespace wherefore
