#pragma once

#include <memory>
#include <string>
#include <vector>

#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/rnn.h>

#include "models/beam_search.h"
#include "models/trunk.h"

namespace wherefore {

/// Name under which the captioner and the VQA models hand word embeddings to Tape::Input().
inline constexpr const char* kEmbeddingInput = "embedding";

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
class ShowAndTell : public torch::nn::Module {
 public:
  explicit ShowAndTell(const ShowAndTellOptions& options);

  /// The trunk's vector (N, image_feature_size) of images (N, 3, H, W).
  at::Tensor Encode(const at::Tensor& images, Tape& tape);

  /// Best caption of one feature row (1, F), without gradients.
  DecodedCaption Decode(const at::Tensor& feature, const DecodeOptions& options);

  /// Greedy captions of N feature rows (N, F), decoded side by side, without gradients; options.beam is not used.
  std::vector<DecodedCaption> DecodeGreedy(const at::Tensor& features, const DecodeOptions& options);

  /// log p(piece | earlier pieces, image) of a caption of L pieces, then of END: (L + 1), without gradients.
  std::vector<double> LogProbabilities(const at::Tensor& feature, const std::vector<int64_t>& ids,
                                       const DecodeOptions& options);

  /// Scores to differentiate, one a target: the sum of log p over the pieces (positions in `ids`) that
  /// `pieces[target]` names: (T), all from the one feature row (1, F).
  /// Word embeddings pass through tape.Input(kEmbeddingInput): (1, L, E), that of `begin` first.
  at::Tensor Score(const at::Tensor& feature, const std::vector<int64_t>& ids,
                   const std::vector<std::vector<int64_t>>& pieces, const DecodeOptions& options, Tape& tape);

  /// The log-probability (N) of a caption an image, END not counted, to differentiate a batch: `captions` holds ids
  /// (N, L), all of L pieces; put captions of other lengths into other batches.
  /// Word embeddings pass through tape.Input(kEmbeddingInput): (N, L, E), those of `begin` first.
  at::Tensor CaptionScores(const at::Tensor& features, const at::Tensor& captions, const DecodeOptions& options,
                           Tape& tape);

  const ShowAndTellOptions& options() const { return options_; }
  Trunk& trunk() { return *trunk_; }

 private:
  /// Hidden states (N, L, H) of feature rows (N, F) and embedded words (N, L, E): after each of the words.
  at::Tensor HiddenStates(const at::Tensor& feature, const at::Tensor& embedded);

  ShowAndTellOptions options_;
  std::shared_ptr<Trunk> trunk_;
  torch::nn::Linear image_proj_{nullptr};
  torch::nn::Embedding embed_{nullptr};
  torch::nn::LSTM lstm_{nullptr};
  torch::nn::Linear output_{nullptr};
};

}  // namespace wherefore
