#pragma once

#include <string>
#include <utility>

#include <torch/nn/modules/linear.h>

#include "models/recurrent/caption_network.h"
#include "models/recurrent/non_local.h"

namespace wherefore {

/// The sizes that every captioner with attention has.
struct AttendingOptions {
  TrunkOptions trunk;  ///< until: BuiltUntilStage(annotation_stage), as loading sets it
  /// The trunk's stage whose feature map is attended to, such as "layer3"; "": the trunk's feature stage.
  std::string annotation_stage;
  int64_t annotation_channels = 0;  ///< K of that map
  int64_t attention_size = 512;     ///< of the layer that compares a place with the hidden state
  int64_t embedding_size = 512;     ///< of words
  int64_t hidden_size = 512;        ///< of the LSTM, or of each
  int64_t vocabulary_size = 0;      ///< rows of the embedding, outputs of the softmax
  /// Whether five more channels tell where each place is: x1 / W, y1 / H, x2 / W, y2 / H of its box and the box's share
  /// of the image (the option of that name of github.com/ruotianluo/ImageCaptioning.pytorch, here of the map's cells).
  bool use_box = false;
  /// Of the embeddings of a non-local block between the annotations and the decoder (NonLocalBlock); 0: none.
  int64_t non_local_size = 0;
};

/// A captioner that attends to the places of a feature map, softly, once for each word. The rows of its state are the
/// hidden and the cell state of its LSTM, (rows, H) each, or of both its LSTMs, (rows, 2, H) each.
class AttendingCaptioner : public CaptionNetwork {
 public:
  /// Annotations (N, h * w, K) of images (N, 3, H, W), row by row of the feature map: K is annotation_channels, and 5
  /// more with use_box. They have been through the non-local block where there is one. Throws Error(kUsage) where the
  /// stage gives no map of so many channels.
  at::Tensor Encode(const at::Tensor& images, Tape& tape) override;

  /// The same before the block, which is to be applied to them.
  at::Tensor Annotate(const at::Tensor& images, Tape& tape);

  /// K of annotations.
  int64_t annotation_size() const { return annotation_size_; }

  /// Null where there is none.
  NonLocalBlock* non_local() { return non_local_.get(); }

  /// NextWordLogits(), and the part of its attention that each place had as a word was read and the next one predicted:
  /// (N, L, h * w), rows that sum to 1.
  std::pair<at::Tensor, at::Tensor> AttendedLogits(const at::Tensor& annotations, const at::Tensor& words);

 protected:
  explicit AttendingCaptioner(const AttendingOptions& options);

  /// Reads one embedded word (rows, E); returns the attention (rows, h * w).
  virtual at::Tensor Read(const at::Tensor& word, DecoderState* state) = 0;

  /// Throws Error(kUsage) for annotations that Encode() does not give.
  void CheckAnnotations(const at::Tensor& annotations) const;

  at::Tensor Run(const at::Tensor& embedded, DecoderState* state) override;

 private:
  /// Reads embedded words (rows, L, E): what is scored after each (rows, L, H), and the attention.
  std::pair<at::Tensor, at::Tensor> ReadAll(const at::Tensor& embedded, DecoderState* state);

  /// What words are scored from, (rows, H).
  virtual at::Tensor Scored(const DecoderState& state) const = 0;

  std::string annotation_stage_;
  int64_t annotation_channels_;
  int64_t annotation_size_;
  std::shared_ptr<NonLocalBlock> non_local_;
};

/// Additive attention (Bahdanau et al. 2015) as the networks of github.com/ruotianluo/ImageCaptioning.pytorch have it.
class AdditiveAttention : public torch::nn::Module {
 public:
  AdditiveAttention(int64_t hidden_size, int64_t attention_size);

  /// Attention (rows, places) of hidden states (rows, H) over places that are projected already, (rows or 1, places,
  /// A).
  at::Tensor forward(const at::Tensor& hidden, const at::Tensor& projected);

 private:
  torch::nn::Linear h2att_{nullptr};
  torch::nn::Linear alpha_net_{nullptr};
};

/// Registers a module as "name.0", as PyTorch names the first of a torch.nn.Sequential.
template <typename ModuleHolder>
ModuleHolder RegisterFirst(torch::nn::Module& network, const std::string& name, const ModuleHolder& module) {
  return network.register_module(name, std::make_shared<torch::nn::Module>())->register_module("0", module);
}

}  // namespace wherefore
