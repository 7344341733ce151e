#pragma once

#include <string>
#include <tuple>

#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/rnn.h>

#include "models/caption_network.h"

namespace wherefore {

struct ShowAttendAndTellOptions {
  TrunkOptions trunk;  ///< until: BuiltUntilStage(annotation_stage), as loading sets it
  /// The trunk's stage whose feature map is attended to, such as "layer3"; "": the trunk's feature stage.
  std::string annotation_stage;
  int64_t annotation_channels = 0;  ///< K of that map
  int64_t attention_size = 512;     ///< of the layer that compares a place with the hidden state
  int64_t embedding_size = 512;     ///< of words
  int64_t hidden_size = 512;        ///< of the LSTM
  int64_t vocabulary_size = 0;      ///< rows of the embedding, outputs of the softmax
};

/// Show, attend and tell (Xu et al. 2015) with soft attention (section 4.2), in the variant and with the names of the
/// implementation at github.com/sgrvinod/a-PyTorch-Tutorial-to-Image-Captioning: the LSTM's input at each word is its
/// embedding and the gated mean of the annotations, weighted by attention; its first state is a linear function of
/// their plain mean; words are scored from the hidden state alone. Without the dropout that it was trained with.
class ShowAttendAndTell : public CaptionNetwork {
 public:
  explicit ShowAttendAndTell(const ShowAttendAndTellOptions& options);

  /// Annotations (N, h * w, annotation_channels) of images (N, 3, H, W), row by row of the feature map. Throws
  /// Error(kUsage) where the stage gives no map of so many channels.
  at::Tensor Encode(const at::Tensor& images, Tape& tape) override;

  /// What part of its attention each word gives each place, as it is read and the next one predicted: (N, L, h * w),
  /// rows that sum to 1, of annotations and ids (N, L), whose first column is `begin`.
  at::Tensor AttentionWeights(const at::Tensor& annotations, const at::Tensor& words);

  const ShowAttendAndTellOptions& options() const { return options_; }

 protected:
  DecoderState Start(const at::Tensor& annotations) override;
  at::Tensor Run(const at::Tensor& embedded, DecoderState* state) override;

 private:
  /// Attention weights (rows, h * w) for the word to come; state.image holds the annotations, and what the attention
  /// makes of them.
  at::Tensor Attend(const DecoderState& state);

  /// Reads one embedded word (rows, E) with that attention.
  void Read(const at::Tensor& word, const at::Tensor& attention, DecoderState* state);

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
