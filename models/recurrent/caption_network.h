#pragma once

#include <memory>
#include <vector>

#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>

#include "models/convolutional/trunk.h"
#include "models/decoding/beam_search.h"
#include "models/recurrent/embedding_input.h"
#include "models/recurrent/recurrent.h"

namespace wherefore {

/// What a decoder carries from word to word.
struct DecoderState {
  LstmState lstm;                 ///< each (rows, hidden size), or (layers, rows, hidden size)
  std::vector<at::Tensor> image;  ///< what every word looks at again: a row a caption, or one row for all
};

/// A network that captions images: a trunk, and a decoder that embeds words, runs an LSTM over them, and scores the
/// words that may follow by a linear layer. What it gets of N images, their features, is the decoder's own matter:
/// (N, ...), one row an image.
///
/// Training: train() puts the trunk in training mode too; who keeps it frozen calls trunk().eval() after it.
class CaptionNetwork : public torch::nn::Module {
 public:
  ~CaptionNetwork() override = default;

  /// Features (N, ...) of images (N, 3, H, W).
  virtual at::Tensor Encode(const at::Tensor& images, Tape& tape) = 0;

  /// Best caption of one image's features (1, ...), without gradients.
  DecodedCaption Decode(const at::Tensor& feature, const DecodeOptions& options);

  /// Greedy captions of N images' features, decoded side by side, without gradients; options.beam is not used.
  std::vector<DecodedCaption> DecodeGreedy(const at::Tensor& features, const DecodeOptions& options);

  /// log p(piece | earlier pieces, image) of a caption of L pieces, then of END: (L + 1), without gradients.
  std::vector<double> LogProbabilities(const at::Tensor& feature, const std::vector<int64_t>& ids,
                                       const DecodeOptions& options);

  /// Scores to differentiate, one a target: the sum of log p over the pieces (positions in `ids`) that
  /// `pieces[target]` names: (T), all from one image's features (1, ...).
  /// Word embeddings pass through tape.Input(kEmbeddingInput): (1, L, E), that of `begin` first.
  at::Tensor Score(const at::Tensor& feature, const std::vector<int64_t>& ids,
                   const std::vector<std::vector<int64_t>>& pieces, const DecodeOptions& options, Tape& tape);

  /// The same scores of N images' features: (N, T). Embeddings as there.
  at::Tensor Scores(const at::Tensor& features, const std::vector<int64_t>& ids,
                    const std::vector<std::vector<int64_t>>& pieces, const DecodeOptions& options, Tape& tape);

  /// The log-probability (N) of a caption an image, END not counted, to differentiate a batch: `captions` holds ids
  /// (N, L), all of L pieces; put captions of other lengths into other batches.
  /// Word embeddings pass through tape.Input(kEmbeddingInput): (N, L, E), those of `begin` first.
  at::Tensor CaptionScores(const at::Tensor& features, const at::Tensor& captions, const DecodeOptions& options,
                           Tape& tape);

  /// What may follow each word, to train the network: logits (N, L, vocabulary) of ids `words` (N, L), whose first
  /// column is `begin`. With gradients; captions of several lengths may be padded at their ends with any id.
  at::Tensor NextWordLogits(const at::Tensor& features, const at::Tensor& words);

  Trunk& trunk() { return *trunk_; }
  int64_t vocabulary_size() const { return output_->options.out_features(); }

 protected:
  explicit CaptionNetwork(const TrunkOptions& trunk);

  /// The state before the first word, `begin`.
  virtual DecoderState Start(const at::Tensor& features) = 0;

  /// Hidden states (rows, L, H) after each of the embedded words (rows, L, E); `state` becomes that after the last.
  virtual at::Tensor Run(const at::Tensor& embedded, DecoderState* state) = 0;

  // Registered by the network, under its own names.
  torch::nn::Embedding embed_{nullptr};
  torch::nn::Linear output_{nullptr};  ///< from hidden states to logits

 private:
  at::Tensor HiddenStates(const at::Tensor& features, const at::Tensor& embedded);

  std::shared_ptr<Trunk> trunk_;
};

}  // namespace wherefore
