#pragma once

#include <string>

#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/rnn.h>

#include "models/recurrent/caption_network.h"

namespace wherefore {

struct ShowAndTellOptions {
  TrunkOptions trunk;
  /// Which vector of the trunk the decoder is given: "average_pool" (mean over space of the last feature map), or
  /// the name of a stage with a vector output ("classifier.4": fc7 of VGG-16 after its ReLU).
  std::string image_feature = "average_pool";
  int64_t image_feature_size = 0;  ///< length of that vector
  int64_t embedding_size = 512;    ///< of words and of the projected image
  int64_t hidden_size = 512;       ///< of each LSTM layer
  int64_t layers = 1;              ///< LSTM layers
  int64_t vocabulary_size = 0;     ///< rows of the embedding, outputs of the softmax
};

/// Show and tell (Vinyals et al. 2015): the trunk's vector, projected, is the LSTM's first input; then begin and
/// the words. The output after the image is not used; the one after `begin` is the distribution of word 1.
class ShowAndTell : public CaptionNetwork {
 public:
  explicit ShowAndTell(const ShowAndTellOptions& options);

  /// The trunk's vector (N, image_feature_size) of images (N, 3, H, W).
  at::Tensor Encode(const at::Tensor& images, Tape& tape) override;

  const ShowAndTellOptions& options() const { return options_; }

 protected:
  DecoderState Begin(const at::Tensor& features) override;
  at::Tensor Run(const at::Tensor& embedded, DecoderState* state) override;

 private:
  ShowAndTellOptions options_;
  torch::nn::Linear image_proj_{nullptr};
  torch::nn::LSTM lstm_{nullptr};
};

}  // namespace wherefore
