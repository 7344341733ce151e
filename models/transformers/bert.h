#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "explain/tape.h"
#include "models/hugging_face/hub_config.h"
#include "models/transformers/parts.h"

namespace wherefore {

/// BERT as text models are made of it (Devlin et al. 2019), under transformers' names: blocks that normalise after each
/// part, which may attend to other tokens beside their own.
struct BertOptions {
  /// What a class of configurations has where a key is missing, and others have otherwise; BlipTextConfig's here.
  struct Defaults {
    int64_t vocabulary = 30524;
    int64_t layers = 12;
    int64_t heads = 8;
    int64_t positions = 512;
  };

  /// `config`: of the text. `seen_units`: of the tokens that the blocks attend to beside their own; 0: none.
  BertOptions(const HubConfig& config, int64_t seen_units, const Defaults& defaults);

  int64_t vocabulary;
  int64_t units;
  int64_t inner_units;
  int64_t layers;
  int64_t heads;
  int64_t positions;  ///< most tokens of a text
  int64_t seen_units;
  double epsilon;
  Activation activation;
};

/// Word and position embeddings, normalised.
class BertEmbeddings {
 public:
  BertEmbeddings() = default;
  BertEmbeddings(const WeightTree& weights, const BertOptions& options);

  /// (rows, L, units) of ids (rows, L).
  at::Tensor Words(const at::Tensor& ids) const;

  /// Embeddings of words that stand at position `first` and behind. Throws Error(kUsage) for more positions than the
  /// network has learned.
  at::Tensor Placed(const at::Tensor& words, int64_t first) const;

  const at::Tensor& words() const { return words_; }  ///< (vocabulary, units)

 private:
  at::Tensor words_;
  at::Tensor positions_;
  LayerNorm norm_;
};

/// Queries, keys, values and what becomes of them, normalised with what goes past.
struct BertAttention {
  static BertAttention Take(const WeightTree& weights, const std::string& name, const BertOptions& options,
                            int64_t seen_units);

  KeysAndValues See(const at::Tensor& tokens, const Tape& tape) const;
  at::Tensor operator()(const at::Tensor& x, const KeysAndValues& seen, const at::Tensor& mask, Tape& tape) const;

  std::string name;  ///< of its probabilities: "text_decoder.bert.encoder.layer.0.crossattention.self"
  int64_t heads;
  LinearLayer query;
  LinearLayer key;
  LinearLayer value;
  LinearLayer output;
  LayerNorm norm;
};

/// One block.
struct BertBlock {
  BertBlock(const WeightTree& weights, const std::string& name, const BertOptions& options);

  /// `own`: of the block's tokens and those before them; `seen`: of others, where the block attends to them.
  at::Tensor operator()(const at::Tensor& x, const KeysAndValues& own, const at::Tensor& mask,
                        const std::optional<KeysAndValues>& seen, Tape& tape) const;

  BertAttention attention;
  std::optional<BertAttention> cross_attention;
  Activation activation;
  LinearLayer widen;
  LinearLayer narrow;
  LayerNorm norm;
};

/// Blocks under `name`.layer.0, .1 ...; `name` is also the beginning of the names of attention probabilities.
std::vector<BertBlock> TakeBertBlocks(const WeightTree& all, const std::string& name, const BertOptions& options);

}  // namespace wherefore
