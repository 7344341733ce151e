#include "tests/support/tiny_transformer.h"

#include <cmath>

#include <ATen/ATen.h>

namespace wherefore {
namespace {

constexpr int64_t kChannels = 8;
constexpr int64_t kHeads = 2;

at::Tensor Wave(at::IntArrayRef sizes, double frequency, at::ScalarType type) {
  const int64_t count = at::empty(sizes).numel();
  return (at::arange(count, at::kDouble) * frequency + 0.3).sin().reshape(sizes).to(type);
}

at::Tensor Norm(const at::Tensor& x) { return at::layer_norm(x, {kChannels}); }

/// (N, L, 8) as (N, 2, L, 4).
at::Tensor Heads(const at::Tensor& x) {
  return x.reshape({x.size(0), x.size(1), kHeads, kChannels / kHeads}).transpose(1, 2);
}

at::Tensor Probabilities(const at::Tensor& queries, const at::Tensor& keys) {
  const double size = static_cast<double>(keys.size(-1));
  return (at::matmul(queries, keys.transpose(-2, -1)) / std::sqrt(size)).softmax(-1);
}

}  // namespace

TinyTransformer::TinyTransformer(TinyHead kind, at::ScalarType type)
    : head(kind),
      patches(Wave({kChannels, 2, 2, 2}, 1.7, type)),
      class_token(Wave({1, 1, kChannels}, 2.9, type)),
      positions(Wave({1, 7, kChannels}, 0.7, type)),
      query(Wave({kChannels, kChannels}, 2.3, type)),
      key(Wave({kChannels, kChannels}, 1.3, type)),
      value(Wave({kChannels, kChannels}, 3.1, type)),
      output(Wave({kChannels, kChannels}, 0.9, type)),
      widen(Wave({2 * kChannels, kChannels}, 1.9, type)),
      narrow(Wave({kChannels, 2 * kChannels}, 2.7, type)),
      head_queries(Wave({5, kChannels}, 1.1, type)),
      head_weights(Wave({5, kChannels}, 0.5, type)) {}

at::Tensor TinyTransformer::Embedded(const at::Tensor& images, const at::Tensor& text) const {
  const auto tokens = at::conv2d(images, patches, {}, 2).flatten(2).transpose(1, 2);
  const auto image = at::cat({class_token.expand({images.size(0), -1, -1}), tokens}, 1) + positions;
  return text.defined() ? at::cat({text, image}, 1) : image;
}

at::Tensor TinyTransformer::Block(const at::Tensor& sequence, Tape& tape) const {
  const auto normed = Norm(sequence);
  const auto queries = Heads(at::linear(normed, query));
  const auto weights = tape.Attention("block.attention", Probabilities(queries, Heads(at::linear(normed, key))));
  const auto attended = at::matmul(weights, Heads(at::linear(normed, value))).transpose(1, 2).flatten(2);
  const auto x = sequence + at::linear(attended, output);
  return x + at::linear(at::relu(at::linear(Norm(x), widen)), narrow);
}

at::Tensor TinyTransformer::Logits(const at::Tensor& sequence, Tape& tape) const {
  if (head == TinyHead::kMean) return at::linear(sequence.slice(1, -6).mean(1), head_weights);
  if (head == TinyHead::kClassToken) return at::linear(sequence.select(1, -7), head_weights);
  const auto weights = tape.Attention("head.attention", Probabilities(head_queries, sequence).unsqueeze(1));
  return (at::matmul(weights.squeeze(1), sequence) * head_weights).sum(2);
}

at::Tensor TinyTransformer::Forward(const at::Tensor& images, Tape& tape, const at::Tensor& text) const {
  auto x = Embedded(tape.At(kImageLayer, images), text);
  x = tape.At("embeddings", x, Grid());
  x = tape.At("block", Block(x, tape), Grid());
  return Logits(x, tape);
}

at::Tensor TinyTransformer::LogitsFrom(const std::string& layer, const at::Tensor& sequence) const {
  Tape nothing;
  return Logits(layer == "embeddings" ? Block(sequence, nothing) : sequence, nothing);
}

at::Tensor TinyPicture(at::ScalarType type) { return Wave({1, 2, 4, 6}, 0.8, type); }

at::Tensor TinyMap(const at::Tensor& sequence) {
  const int64_t first = sequence.size(1) - 6;
  auto map = at::empty({sequence.size(0), sequence.size(2), 2, 3}, sequence.options());
  for (int64_t y = 0; y < 2; ++y) {
    for (int64_t x = 0; x < 3; ++x) map.select(3, x).select(2, y).copy_(sequence.select(1, first + 3 * y + x));
  }
  return map;
}

}  // namespace wherefore
