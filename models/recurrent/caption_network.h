#pragma once

#include <memory>

#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>

#include "models/convolutional/trunk.h"
#include "models/network.h"
#include "models/recurrent/recurrent.h"

namespace wherefore {

/// A network that captions images: a trunk, and a decoder that embeds words, runs an LSTM over them, and scores the
/// words that may follow by a linear layer. What it gets of N images, their features, is the decoder's own matter:
/// (N, ...), one row an image.
///
/// Training: train() puts the trunk in training mode too; who keeps it frozen calls trunk().eval() after it.
class CaptionNetwork : public TextNetwork {
 public:
  /// Features (N, ...) of images (N, 3, H, W).
  virtual at::Tensor Encode(const at::Tensor& images, Tape& tape) = 0;

  /// The state before the first word, of features (N, ...) that Encode() gave.
  DecoderState StartFrom(const at::Tensor& features) const { return {{}, {features}, 0}; }

  /// Throws Error(kUsage) where there is a prompt: these decoders read an image only.
  DecoderState Start(const Input& input, Tape& tape) override;
  at::Tensor Read(const at::Tensor& ids, DecoderState* state, Tape& tape) override;
  VocabularyLayer vocabulary_layer() const override { return {output_->weight, output_->bias}; }

  /// What may follow each word, to train the network: logits (N, L, vocabulary) of ids `words` (N, L), whose first
  /// column is the id that begins captions. With gradients; captions of several lengths may be padded at their ends
  /// with any id.
  at::Tensor NextWordLogits(const at::Tensor& features, const at::Tensor& words);

  Trunk& trunk() { return *trunk_; }
  const torch::nn::Module& image_part() const override { return *trunk_; }
  int64_t vocabulary_size() const { return output_->options.out_features(); }

 protected:
  explicit CaptionNetwork(const TrunkOptions& trunk);

  /// The state in which the decoder reads its first word: rows of its LSTM, and what each word looks at again.
  virtual DecoderState Begin(const at::Tensor& features) = 0;

  /// Hidden states (rows, L, H) after each of the embedded words (rows, L, E); `state` becomes that after the last.
  virtual at::Tensor Run(const at::Tensor& embedded, DecoderState* state) = 0;

  // Registered by the network, under its own names.
  torch::nn::Embedding embed_{nullptr};
  torch::nn::Linear output_{nullptr};  ///< from hidden states to logits

 private:
  std::shared_ptr<Trunk> trunk_;
};

}  // namespace wherefore
