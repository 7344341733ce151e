#include "models/blip/blip_decoder.h"

#include <ATen/ATen.h>

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

DecoderState BlipDecoder::Start(const at::Tensor& tokens) const {
  DecoderState state;
  const auto none = tokens.new_empty({tokens.size(0), options_.heads, 0, options_.units / options_.heads});
  for (const auto& block : blocks_) {
    const auto seen = block.cross_attention->See(tokens);
    state.shared.insert(state.shared.end(), {seen.keys, seen.values});
    state.rows.insert(state.rows.end(), {none, none});
  }
  return state;
}

at::Tensor BlipDecoder::Read(const at::Tensor& ids, DecoderState* state, Tape& tape) const {
  const int64_t length = ids.size(1);
  auto x = embeddings_.Placed(tape.Input(kTextInput, embeddings_.Words(ids)), state->length);
  x = x.expand({state->size(), length, options_.units});
  const auto mask = CausalMask(state->length, length, x);
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    auto& keys = state->rows[2 * i];
    auto& values = state->rows[2 * i + 1];
    const auto own = blocks_[i].attention.See(x);
    keys = at::cat({keys, own.keys}, 2);
    values = at::cat({values, own.values}, 2);
    const KeysAndValues seen = {state->shared[2 * i], state->shared[2 * i + 1]};
    x = blocks_[i](x, {keys, values}, mask, seen, tape);
  }
  state->length += length;
  return norm_(options_.activation(transform_(x)));
}

}  // namespace wherefore
