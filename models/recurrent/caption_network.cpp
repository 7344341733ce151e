#include "models/recurrent/caption_network.h"

#include <string>

#include <ATen/ATen.h>

#include "explain/error.h"

namespace wherefore {

CaptionNetwork::CaptionNetwork(const TrunkOptions& trunk) : trunk_(register_module("trunk", MakeTrunk(trunk))) {}

DecoderState CaptionNetwork::Start(const Input& input, Tape& tape) {
  if (input.prompt.defined()) ThrowUsage("this captioner is asked nothing: it reads no prompt beside the image");
  return StartFrom(Encode(input.images, tape));
}

at::Tensor CaptionNetwork::Read(const at::Tensor& ids, DecoderState* state, Tape& tape) {
  const auto embedded = tape.Input(kTextInput, embed_(ids.to(embed_->weight.device())));
  const int64_t read = state->length;
  // The decoder's own state is made with the first word: what it is made from, the features, can be of N images.
  if (read == 0) *state = Begin(state->shared.front());
  const auto rows = state->rows.front().size(0);
  const auto hidden = Run(embedded.size(0) == rows ? embedded : embedded.expand({rows, -1, -1}), state);
  state->length = read + ids.size(1);
  return hidden;
}

at::Tensor CaptionNetwork::NextWordLogits(const at::Tensor& features, const at::Tensor& words) {
  if (words.dim() != 2 || words.size(0) != features.size(0) || words.size(1) == 0) {
    ThrowUsage("words must be ids (N, L), one row for each of the " + std::to_string(features.size(0)) +
               " images, and begin with the id that begins captions");
  }
  auto state = StartFrom(features);
  Tape tape;
  return at::linear(Read(words, &state, tape), output_->weight, output_->bias);
}

}  // namespace wherefore
