#pragma once

#include <string>
#include <utility>
#include <vector>

#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/rnn.h>

#include "models/caption_network.h"

namespace wherefore {

struct UpDownOptions {
  TrunkOptions trunk;  ///< until: BuiltUntilStage(annotation_stage), as loading sets it
  /// The trunk's stage whose feature map is attended to, such as "layer3"; "": the trunk's feature stage.
  std::string annotation_stage;
  int64_t annotation_channels = 0;  ///< K of that map
  int64_t attention_size = 512;     ///< of the layer that compares a place with the hidden state
  int64_t embedding_size = 1000;    ///< of words
  int64_t hidden_size = 1000;       ///< of both LSTMs, and of the places once embedded
  int64_t vocabulary_size = 0;      ///< rows of the embedding, outputs of the softmax
};

/// The captioner of "Bottom-up and top-down attention" (Anderson et al. 2018, section 3.2) on a grid of places (as in
/// Jiang et al. 2020, "In defense of grid features"), with the names of github.com/ruotianluo/ImageCaptioning.pytorch.
/// A first LSTM reads the word, the mean of the image and the second's hidden state; the attention is of its hidden
/// state, so that it knows the word; the second reads what was attended to, and scores the words that may follow.
/// Without the dropout that it was trained with.
class UpDown : public CaptionNetwork {
 public:
  explicit UpDown(const UpDownOptions& options);

  /// Annotations (N, h * w, annotation_channels) of images (N, 3, H, W), row by row of the feature map. Throws
  /// Error(kUsage) where the stage gives no map of so many channels.
  at::Tensor Encode(const at::Tensor& images, Tape& tape) override;

  /// NextWordLogits(), and the part of its attention that each place had for them: (N, L, h * w), rows that sum to 1.
  std::pair<at::Tensor, at::Tensor> AttendedLogits(const at::Tensor& annotations, const at::Tensor& words);

  const UpDownOptions& options() const { return options_; }

 protected:
  DecoderState Start(const at::Tensor& annotations) override;
  at::Tensor Run(const at::Tensor& embedded, DecoderState* state) override;

 private:
  /// Reads one embedded word (rows, E); returns the attention (rows, h * w).
  at::Tensor Read(const at::Tensor& word, DecoderState* state);

  /// Reads embedded words (rows, L, E): the second LSTM's hidden states (rows, L, H), and the attention.
  std::pair<at::Tensor, at::Tensor> ReadAll(const at::Tensor& embedded, DecoderState* state);

  UpDownOptions options_;
  torch::nn::Linear fc_embed_{nullptr};
  torch::nn::Linear att_embed_{nullptr};
  torch::nn::Linear ctx2att_{nullptr};
  torch::nn::Linear h2att_{nullptr};
  torch::nn::Linear alpha_net_{nullptr};
  torch::nn::LSTMCell att_lstm_{nullptr};
  torch::nn::LSTMCell lang_lstm_{nullptr};
};

}  // namespace wherefore
