#pragma once

#include <memory>

#include <torch/nn/modules/rnn.h>

#include "models/recurrent/attending_captioner.h"

namespace wherefore {

struct UpDownOptions : AttendingOptions {
  UpDownOptions() { embedding_size = hidden_size = 1000; }
};

/// The captioner of "Bottom-up and top-down attention" (Anderson et al. 2018, section 3.2) on a grid of places (as in
/// Jiang et al. 2020, "In defense of grid features"), with the names of github.com/ruotianluo/ImageCaptioning.pytorch.
/// A first LSTM reads the word, the mean of the image and the second's hidden state; the attention is of its hidden
/// state, so that it knows the word; the second reads what was attended to, and scores the words that may follow.
/// Without the dropout that it was trained with.
class UpDown : public AttendingCaptioner {
 public:
  explicit UpDown(const UpDownOptions& options);

  const UpDownOptions& options() const { return options_; }

 protected:
  DecoderState Begin(const at::Tensor& annotations) override;
  at::Tensor Read(const at::Tensor& word, DecoderState* state) override;

 private:
  at::Tensor Scored(const DecoderState& state) const override;

  UpDownOptions options_;
  torch::nn::Linear fc_embed_{nullptr};
  torch::nn::Linear att_embed_{nullptr};
  torch::nn::Linear ctx2att_{nullptr};
  std::shared_ptr<AdditiveAttention> attention_;
  torch::nn::LSTMCell att_lstm_{nullptr};
  torch::nn::LSTMCell lang_lstm_{nullptr};
};

}  // namespace wherefore
