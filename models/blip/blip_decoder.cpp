#include "models/blip/blip_decoder.h"

#include <ATen/ATen.h>

#include "models/transformers/decoder_memory.h"

namespace wherefore {

BlipDecoder::BlipDecoder(const WeightTree& all, const BertOptions& options)
    : options_(options),
      embeddings_(all.In("text_decoder.bert.embeddings"), options),
      blocks_(TakeBertBlocks(all, "text_decoder.bert.encoder", options)) {
  const auto head = all.In("text_decoder.cls.predictions");
  transform_ = LinearLayer::Take(head.In("transform.dense"), options.units, options.units);
  norm_ = LayerNorm::Take(head.In("transform.LayerNorm"), options.units, options.epsilon);
  head_bias_ = head.Take("bias", {options.vocabulary});
}

DecoderState BlipDecoder::Start(const at::Tensor& tokens, const Tape& tape) const {
  DecoderState state;
  for (const auto& block : blocks_) AddBlock(block.cross_attention->See(tokens, tape), &state);
  return state;
}

at::Tensor BlipDecoder::Read(const at::Tensor& ids, DecoderState* state, Tape& tape) const {
  const int64_t length = ids.size(1);
  auto x = embeddings_.Placed(tape.Input(kTextInput, embeddings_.Words(ids)), state->length);
  x = x.expand({state->size(), length, options_.units});
  const auto mask = CausalMask(state->length, length, x);
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const auto own = Remember(i, blocks_[i].attention.See(x, tape), state);
    x = blocks_[i](x, own, mask, SeenBy(i, *state), tape);
  }
  state->length += length;
  return norm_(options_.activation(transform_(x)));
}

}  // namespace wherefore
