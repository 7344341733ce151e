#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

namespace wherefore {

/// A caption's decoder of the size of BLIP base's, with random weights: 12 layers of 768 channels and 12 heads, which
/// attend to themselves and to an image's 577 places of 768 channels; 30524 words.
class CrossAttendingDecoder {
 public:
  static constexpr int64_t kPlaces = 577;
  static constexpr int64_t kChannels = 768;
  static constexpr int64_t kWords = 12;

  explicit CrossAttendingDecoder(c10::Device device);

  /// For places (rows, 577, 768), the log-probabilities of 12 words and their sum: (rows, 13).
  at::Tensor Scores(const at::Tensor& places) const;

 private:
  struct Attention {
    at::Tensor query, key, value, output;
  };
  struct Layer {
    Attention self, cross;
    at::Tensor widen, narrow;
  };

  at::Tensor Matrix(int64_t rows, int64_t columns) const;
  Attention RandomAttention() const;

  c10::Device device_;
  std::vector<Layer> layers_;
  at::Tensor embedded_;  // (1, 12, 768)
  at::Tensor words_;     // (1, 12, 1)
  at::Tensor vocabulary_;
};

}  // namespace wherefore
