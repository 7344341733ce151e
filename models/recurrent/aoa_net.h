#pragma once

#include <memory>

#include <torch/nn/modules/rnn.h>

#include "models/recurrent/attending_captioner.h"

namespace wherefore {

struct AoaNetOptions : AttendingOptions {
  AoaNetOptions() { embedding_size = hidden_size = 1024; }
};

/// The decoder with attention on attention of AoANet (Huang et al. 2019, section 3.2.2), on a grid of places, with the
/// names of github.com/husthuaan/AoANet: an LSTM reads the word, and the sum of the image's mean and of what it made of
/// the image at the word before; a gate decides, channel by channel, what of the attended places is of use, and the
/// words that may follow are a linear function of that. Its attention is additive and it has no refiner (use_multi_head
/// 0 and refine 0 of the authors' options). Without the dropout that it was trained with.
class AoaNet : public AttendingCaptioner {
 public:
  explicit AoaNet(const AoaNetOptions& options);

  const AoaNetOptions& options() const { return options_; }

 protected:
  DecoderState Begin(const at::Tensor& annotations) override;
  at::Tensor Read(const at::Tensor& word, DecoderState* state) override;

 private:
  at::Tensor Scored(const DecoderState& state) const override;

  AoaNetOptions options_;
  torch::nn::Linear att_embed_{nullptr};
  torch::nn::Linear ctx2att_{nullptr};
  torch::nn::Linear att2ctx_{nullptr};
  std::shared_ptr<AdditiveAttention> attention_;
  torch::nn::LSTMCell att_lstm_{nullptr};
};

}  // namespace wherefore
