#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <ATen/core/Tensor.h>

#include "models/model.h"
#include "models/text/text.h"
#include "neurons/concepts.h"
#include "neurons/importance.h"
#include "tasks/explained_target.h"

namespace wherefore {

/// A class or an answer that the model gave, best first.
struct Prediction {
  int64_t index = -1;
  std::string label;
  double logit = 0;
  /// Softmax over all of them, or where several may hold its own sigmoid; none where there is nothing else to choose.
  std::optional<double> probability;
};

/// A question as the model read it.
struct AskedText : TokenizedText {
  std::string asked;  ///< as it was asked
};

/// A piece that might have stood at a place of a text.
struct Alternative {
  int64_t id = 0;
  std::string text;            ///< as a reader sees it; "" of END
  bool is_end = false;         ///< the text might have ended there
  double log_probability = 0;  ///< natural logarithm, after the pieces that stand before
};

/// A text of a model that writes: its own, or one that it was given. Words and pieces as the model reads them.
struct WrittenText : TokenizedText {
  bool is_given = false;          ///< the user's own rather than the model's
  std::vector<double> log_probs;  ///< natural logarithm, one a piece
  double log_probability = 0;     ///< their sum: END is not counted
  /// Of END after the last piece: see EndLogProbability(). None where the model was cut at its greatest length.
  std::optional<double> end_log_probability;
  /// What might have stood where each word begins, likeliest first, the piece that stands there left out; behind the
  /// last word one list more, of what might have followed. Empty unless Request::alternatives asks for them.
  std::vector<std::vector<Alternative>> alternatives;
};

/// Why the model said what it said of one photograph: a plain value, on the host.
struct Explanation {
  Task task = Task::kClassification;
  std::string model;                  ///< its name
  std::string layer;                  ///< "" for methods that have none
  std::string method;                 ///< "grad-cam"
  std::string device;                 ///< "cpu", "cuda:0"
  std::optional<AskedText> question;  ///< none where nothing was asked
  /// What the model said: its best labels, best first, where it chooses among labels, or its text.
  std::variant<std::vector<Prediction>, WrittenText> said;
  std::vector<ExplainedTarget> targets;  ///< T of them
  at::Tensor maps;                       ///< (T, h, w) float32, raw and signed: before ReLU, upsampling, normalisation
  at::Tensor pixels;                     ///< (T, 3, H, W) float32 for methods that reach the pixels, else undefined
  std::string neuron_layer;              ///< whose channels the next three are about; "" where there is none
  at::Tensor alpha;                      ///< (T, K) float32, importance of every channel; undefined without a layer
  at::Tensor gradient_times_activation;  ///< (T, K) float32, a second importance; undefined at a grid of
                                         ///< tokens where the method takes the gradient's mean alone, unless
                                         ///< HowToExplain::neuron_layer asks for it
  at::Tensor ablation;                   ///< (T, K) float32, a third; undefined unless HowToExplain::ablate_channels
  at::Tensor activation;                 ///< (K, h, w) float32, the layer's, of this photograph; undefined without one
  std::optional<LayerConcepts> names;    ///< of that layer's channels, where NameChannels() was given any
  Importance named_by = Importance::kGradientTimesActivation;  ///< which importance the targets' `concepts` rank
  std::vector<std::string> warnings;  ///< unknown words, maps that are zero everywhere: for the reader to know

  /// Whether the model writes text rather than choosing among labels.
  bool writes() const { return std::holds_alternative<WrittenText>(said); }

  /// What the model said, of the one kind or of the other. Each throws Error(kUsage) where it is of the other kind.
  const std::vector<Prediction>& predictions() const;
  const WrittenText& written() const;

  /// Whether a target's map has nothing to show: no value above zero, or the same one everywhere.
  bool IsEmpty(std::size_t target) const { return !targets.at(target).why_empty.empty(); }

  /// alpha, gradient_times_activation or ablation: (T, K). Throws Error(kUsage) where that was not asked for.
  const at::Tensor& ImportanceBy(Importance importance) const;
};

}  // namespace wherefore
