#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include "explain/tape.h"

namespace wherefore {

/// The name under which networks hand the word embeddings of a prompt or a question to Tape::Input().
inline constexpr const char* kPromptInput = "prompt";

/// The name under which networks that write text hand the embeddings of its pieces to Tape::Input().
inline constexpr const char* kTextInput = "text";

/// What a network reads.
struct Input {
  at::Tensor images;  ///< (N, 3, H, W), preprocessed, on the network's device
  at::Tensor prompt;  ///< ids (R, L) of a question or prompt: R = 1, one for all images, or N; undefined: none
  at::Tensor seen;    ///< bool (N, H, W), false where an image is padding; undefined: all is photograph
  at::Tensor labels;  ///< of a ZeroShotNetwork: embeddings (C, D) of those that it chooses among; undefined: of none
};

/// Images, with one prompt of these ids for all of them; no ids: no prompt.
Input InputOf(const at::Tensor& images, const std::vector<int64_t>& prompt = {});

/// A network that can be explained: one of the two kinds below.
class Network : public torch::nn::Module {
 public:
  ~Network() override = default;

  /// The part that sees the image alone, whose modules have the names of the tape's layers.
  virtual const torch::nn::Module& image_part() const = 0;
};

/// A network that chooses among labels: a classifier, or one that answers questions from a list of answers.
class LabelNetwork : public Network {
 public:
  /// Logits (N, labels) of N images, and of rows that the tape substitutes for a layer's output.
  virtual at::Tensor Logits(const Input& input, Tape& tape) = 0;
};

/// A network that chooses among labels that it reads as texts, and has none of its own.
class ZeroShotNetwork : public LabelNetwork {
 public:
  /// The embedding (1, D) of a label's ids (1, L): a row of Input::labels.
  virtual at::Tensor LabelEmbedding(const at::Tensor& ids) = 0;
};

/// What a network that writes carries from piece to piece.
struct DecoderState {
  /// Dimension 0 is a text's row: LSTM states, or keys and values. Empty: nothing was read yet, so that all texts about
  /// an image are still the same.
  std::vector<at::Tensor> rows;
  std::vector<at::Tensor> shared;  ///< of image and prompt: N rows, one an image; one row serves any number of texts
  int64_t length = 0;              ///< pieces read
  /// Of a network that reads what stands before a text in Start() already: the hidden state (N, H) behind it, one an
  /// image, from which the text's first piece is scored. DecodeOptions::begin is empty then, else this is undefined.
  at::Tensor hidden = {};

  /// How many texts it holds; where `rows` is empty, how many images; 0 where `shared` is empty too.
  int64_t size() const;

  /// Keeps these rows (int64) of what belongs to texts, in this order; a row may be kept more than once. `shared` stays
  /// as it is, and where `rows` is empty so does all.
  void Select(const at::Tensor& kept);

  /// The values without their graph.
  DecoderState Detached() const;
};

/// The layer that scores the pieces that may follow, from a hidden state.
struct VocabularyLayer {
  at::Tensor weight;  ///< (V, H)
  at::Tensor bias;    ///< (V), or undefined
};

/// A network that writes text about an image, piece by piece.
class TextNetwork : public Network {
 public:
  /// Encodes N images, and the prompt where the network reads one: the state before the first piece.
  virtual DecoderState Start(const Input& input, Tape& tape) = 0;

  /// Hidden states (rows, L, H) after each of the pieces `ids` (rows, L), which are read after those before; `state`
  /// becomes that after the last. `ids` of one row are read by all rows of the state. Their embeddings pass through
  /// tape.Input(kTextInput).
  virtual at::Tensor Read(const at::Tensor& ids, DecoderState* state, Tape& tape) = 0;

  virtual VocabularyLayer vocabulary_layer() const = 0;
};

}  // namespace wherefore
