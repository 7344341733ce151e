#pragma once

#include <memory>
#include <string>
#include <vector>

#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/rnn.h>

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

/// What a decoder may do. Ids are the vocabulary's.
struct DecodeOptions {
  int64_t begin = 2;        ///< fed before the first word
  int64_t end = 3;          ///< ends a caption
  int64_t max_length = 24;  ///< most pieces, END not counted
  int64_t beam = 1;         ///< captions kept while searching; 1 is greedy
};

/// A caption as the network sees it.
struct DecodedCaption {
  std::vector<int64_t> ids;       ///< without begin and end
  std::vector<double> log_probs;  ///< natural logarithm, one a piece
  double end_log_prob = 0;        ///< of END after the last piece; 0 where `finished` is false
  bool finished = true;           ///< false: cut at max_length
};

/// Show and tell (Vinyals et al. 2015): the trunk's vector, projected, is the LSTM's first input; then begin and
/// the words. The output after the image is not used; the one after `begin` is the distribution of word 1.
class ShowAndTell : public torch::nn::Module {
 public:
  explicit ShowAndTell(const ShowAndTellOptions& options);

  /// The trunk's vector (N, image_feature_size) of images (N, 3, H, W).
  at::Tensor Encode(const at::Tensor& images, Tape& tape);

  /// Best caption of one feature row (1, F), without gradients: greedy, or beam search by the sum of
  /// log-probabilities, END included, divided by the number of pieces with END.
  DecodedCaption Decode(const at::Tensor& feature, const DecodeOptions& options);

  /// log p(piece | earlier pieces, image) for each piece of a caption of L pieces, then END: (R, L + 1).
  /// `feature` is (R, F); `ids` the same caption for every row. Word embeddings pass through
  /// tape.Input(kEmbeddingInput): (R, L + 1, E), that of `begin` first.
  at::Tensor LogProbabilities(const at::Tensor& feature, const std::vector<int64_t>& ids,
                              const DecodeOptions& options, Tape& tape);

  /// The same for R captions of equal length: ids (R, L) -> (R, L + 1).
  at::Tensor LogProbabilities(const at::Tensor& feature, const at::Tensor& ids, const DecodeOptions& options,
                              Tape& tape);

  const ShowAndTellOptions& options() const { return options_; }
  Trunk& trunk() { return *trunk_; }

 private:
  ShowAndTellOptions options_;
  std::shared_ptr<Trunk> trunk_;
  torch::nn::Linear image_proj_{nullptr};
  torch::nn::Embedding embed_{nullptr};
  torch::nn::LSTM lstm_{nullptr};
  torch::nn::Linear output_{nullptr};
};

}  // namespace wherefore
