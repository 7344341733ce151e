#include "tests/bench/cross_attending_decoder.h"

#include <cmath>

#include <ATen/ATen.h>

namespace wherefore {
namespace {

constexpr int64_t kLayers = 12;
constexpr int64_t kHeads = 12;
constexpr int64_t kWidth = 3072;
constexpr int64_t kVocabulary = 30524;

at::Tensor Heads(const at::Tensor& x) {
  return x.reshape({x.size(0), x.size(1), kHeads, x.size(2) / kHeads}).transpose(1, 2);
}

/// `queries` and `values` are (rows, tokens, 768), `mask` is added to the logits of attention.
template <typename Weights>
at::Tensor Attended(const Weights& weights, const at::Tensor& queries, const at::Tensor& values,
                    const at::Tensor& mask) {
  const auto key = Heads(at::linear(values, weights.key));
  const double scale = std::sqrt(static_cast<double>(key.size(3)));
  const auto logits = at::matmul(Heads(at::linear(queries, weights.query)), key.transpose(2, 3)) / scale;
  const auto attended = at::matmul((logits + mask).softmax(-1), Heads(at::linear(values, weights.value)));
  return at::linear(attended.transpose(1, 2).flatten(2), weights.output);
}

at::Tensor Norm(const at::Tensor& x) { return at::layer_norm(x, {x.size(-1)}); }

}  // namespace

CrossAttendingDecoder::CrossAttendingDecoder(c10::Device device) : device_(device) {
  at::manual_seed(1);
  for (int64_t i = 0; i < kLayers; ++i) {
    layers_.push_back({RandomAttention(), RandomAttention(), Matrix(kWidth, kChannels), Matrix(kChannels, kWidth)});
  }
  embedded_ = at::randn({1, kWords, kChannels}).to(device);
  words_ = at::randint(kVocabulary, {1, kWords, 1}, at::kLong).to(device);
  vocabulary_ = Matrix(kVocabulary, kChannels);
}

at::Tensor CrossAttendingDecoder::Matrix(int64_t rows, int64_t columns) const {
  return (at::randn({rows, columns}) / std::sqrt(static_cast<double>(columns))).to(device_);
}

CrossAttendingDecoder::Attention CrossAttendingDecoder::RandomAttention() const {
  const auto square = [&] { return Matrix(kChannels, kChannels); };
  return {square(), square(), square(), square()};
}

at::Tensor CrossAttendingDecoder::Scores(const at::Tensor& places) const {
  const auto causal = at::full({kWords, kWords}, -1e9, embedded_.options()).triu(1);
  const auto none = at::zeros({1}, embedded_.options());
  auto x = embedded_.expand({places.size(0), -1, -1});
  for (const auto& layer : layers_) {
    x = Norm(x + Attended(layer.self, x, x, causal));
    x = Norm(x + Attended(layer.cross, x, places, none));
    x = Norm(x + at::linear(at::gelu(at::linear(x, layer.widen)), layer.narrow));
  }
  const auto all = at::linear(x, vocabulary_).log_softmax(-1);
  const auto each = all.gather(2, words_.expand({places.size(0), -1, -1})).squeeze(2);
  return at::cat({each, each.sum(1, /*keepdim=*/true)}, 1);
}

}  // namespace wherefore
