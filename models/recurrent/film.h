#pragma once

#include <memory>
#include <string>
#include <vector>

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/rnn.h>

#include "models/recurrent/vqa_network.h"

namespace wherefore {

struct FilmOptions {
  TrunkOptions trunk;  ///< until: BuiltUntilStage(feature_stage), as loading sets it
  /// The trunk's stage whose feature map the network sees, such as "layer3"; "": the trunk's feature stage.
  std::string feature_stage;
  int64_t feature_channels = 0;       ///< K of that map
  int64_t embedding_size = 200;       ///< of words
  int64_t hidden_size = 4096;         ///< of the GRU that reads the question
  int64_t modules = 4;                ///< residual blocks that the question modulates
  int64_t module_dim = 128;           ///< channels of each
  int64_t classifier_channels = 512;  ///< of the 1 x 1 convolution before the pooling; 0: there is none
  /// How the map becomes a vector: "max" as in the paper, or "average" (maxpoolfull and avgpoolfull of the authors'
  /// code). An average can add up, what a maximum cannot, and its gradient is the same at every place.
  std::string classifier_pooling = "max";
  int64_t classifier_hidden = 1024;
  int64_t vocabulary_size = 0;
  int64_t answers = 0;
};

inline constexpr const char* kMaxPooling = "max";
inline constexpr const char* kAveragePooling = "average";

class FilmBlock;

/// FiLM (Perez et al. 2018, "FiLM: Visual Reasoning with a General Conditioning Layer"), with the structure and the
/// names of github.com/ethanjperez/film: a GRU reads the question, and what it understood scales and shifts every
/// channel of residual blocks over the image's feature map. Coordinates join the channels before each 1 x 1
/// convolution and before the stem.
///
/// The tape is announced the trunk's layers, then "stem" and "function_modules.0", "function_modules.1", ..., each
/// (N, module_dim, h, w). In training mode batch normalisation takes the statistics of the batch, which must then have
/// more than one question.
class Film : public VqaNetwork {
 public:
  explicit Film(const FilmOptions& options);

  using VqaNetwork::Logits;
  at::Tensor Logits(const at::Tensor& images, const at::Tensor& questions, Tape& tape) override;

  /// The stem's output (N, module_dim, h, w) of images (N, 3, H, W). Throws Error(kUsage) where the trunk's stage gives
  /// no map of feature_channels channels.
  at::Tensor Features(const at::Tensor& images, Tape& tape);

  /// Logits (R, answers) of R questions, ids (R, L), each about its own row of features (R, module_dim, h, w), or all
  /// about the only one; one question may also be about R rows. `lengths`, int64 (R), is how many ids of each belong to
  /// it: the rest may be any ids of the vocabulary, and changes nothing. Undefined: all L.
  /// Throws Error(kUsage) where the rows do not fit, or a length is not from 1 to L.
  at::Tensor LogitsOf(const at::Tensor& features, const at::Tensor& questions, const at::Tensor& lengths, Tape& tape);

  /// What LogitsOf() computes on the way: the output of every residual block, each (R, module_dim, h, w).
  std::vector<at::Tensor> Blocks(const at::Tensor& features, const at::Tensor& questions, const at::Tensor& lengths,
                                 Tape& tape);

  /// Logits (R, answers) of the last block's output (R, module_dim, h, w).
  at::Tensor Classify(const at::Tensor& x);

  int64_t vocabulary_size() const override { return options_.vocabulary_size; }
  int64_t answers() const override { return options_.answers; }
  const FilmOptions& options() const { return options_; }

 private:
  void RegisterGenerator();
  void RegisterImageSide();
  void RegisterClassifier();

  /// For each block its scale, less 1, and its shift: (R, modules, 2 * module_dim).
  at::Tensor Modulations(const at::Tensor& questions, const at::Tensor& lengths, Tape& tape);

  FilmOptions options_;
  torch::nn::Embedding encoder_embed_{nullptr};
  torch::nn::GRU encoder_rnn_{nullptr};
  torch::nn::Linear decoder_linear_{nullptr};
  torch::nn::Conv2d stem_conv_{nullptr};
  torch::nn::BatchNorm2d stem_norm_{nullptr};
  std::vector<std::shared_ptr<FilmBlock>> blocks_;
  torch::nn::Conv2d classifier_conv_{nullptr};
  torch::nn::BatchNorm2d classifier_norm_{nullptr};
  torch::nn::Linear classifier_linear_{nullptr};
  torch::nn::BatchNorm1d classifier_hidden_norm_{nullptr};
  torch::nn::Linear classifier_output_{nullptr};
};

}  // namespace wherefore
