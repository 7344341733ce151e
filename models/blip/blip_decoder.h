#pragma once

#include <vector>

#include "models/network.h"
#include "models/transformers/bert.h"

namespace wherefore {

/// BLIP's decoder: writes a text while it attends to other tokens, an image's or a question's. Its state is that of
/// models/transformers/decoder_memory.h.
class BlipDecoder {
 public:
  /// Of weights "text_decoder.bert..." and "text_decoder.cls.predictions...".
  BlipDecoder(const WeightTree& all, const BertOptions& options);

  /// The state before the first piece, of tokens (N, L, seen units).
  DecoderState Start(const at::Tensor& tokens, const Tape& tape) const;

  /// TextNetwork::Read().
  at::Tensor Read(const at::Tensor& ids, DecoderState* state, Tape& tape) const;

  /// The word embeddings once more: the head has none of its own.
  VocabularyLayer vocabulary_layer() const { return {embeddings_.words(), head_bias_}; }

 private:
  BertOptions options_;
  BertEmbeddings embeddings_;
  std::vector<BertBlock> blocks_;
  LinearLayer transform_;
  LayerNorm norm_;
  at::Tensor head_bias_;
};

}  // namespace wherefore
