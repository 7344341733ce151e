#pragma once

#include <torch/nn/modules/rnn.h>

#include "models/recurrent/attending_captioner.h"

namespace wherefore {

struct ShowAttendAndTellOptions : AttendingOptions {};

/// Show, attend and tell (Xu et al. 2015) with soft attention (section 4.2), in the variant and with the names of the
/// implementation at github.com/sgrvinod/a-PyTorch-Tutorial-to-Image-Captioning: the LSTM's input at each word is its
/// embedding and the gated mean of the annotations, weighted by attention; its first state is a linear function of
/// their plain mean; words are scored from the hidden state alone. Without the dropout that it was trained with.
class ShowAttendAndTell : public AttendingCaptioner {
 public:
  explicit ShowAttendAndTell(const ShowAttendAndTellOptions& options);

  const ShowAttendAndTellOptions& options() const { return options_; }

 protected:
  DecoderState Begin(const at::Tensor& annotations) override;
  at::Tensor Read(const at::Tensor& word, DecoderState* state) override;

 private:
  at::Tensor Scored(const DecoderState& state) const override;

  ShowAttendAndTellOptions options_;
  torch::nn::Linear encoder_att_{nullptr};
  torch::nn::Linear decoder_att_{nullptr};
  torch::nn::Linear full_att_{nullptr};
  torch::nn::LSTMCell decode_step_{nullptr};
  torch::nn::Linear init_h_{nullptr};
  torch::nn::Linear init_c_{nullptr};
  torch::nn::Linear f_beta_{nullptr};
};

}  // namespace wherefore
