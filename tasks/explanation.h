#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "models/model.h"
#include "neurons/concept_ranking.h"
#include "neurons/importance.h"

namespace wherefore {

/// What a target's score is.
enum class ScoreKind {
  kLogit,           ///< before softmax
  kLogitMargin,     ///< one logit minus another: why this rather than that
  kLogProbability,  ///< natural logarithm; of a phrase or caption the sum over its pieces
};

/// "logit", "logit margin", "log-probability": as printed and as written to explanation.json.
const char* NameOf(ScoreKind kind);

/// One scalar of the model that was explained. Its map is row t of Explanation::maps.
struct ExplainedTarget {
  std::string kind;  ///< "class", "answer", "contrast", "word", "phrase" or "caption"
  std::string text;  ///< "tabby", "dog", "a small child"; of a contrast the answer that is explained
  ScoreKind score_kind = ScoreKind::kLogit;
  double score = 0;
  std::optional<double> probability;  ///< in [0, 1]; none for a contrast
  int64_t index = -1;                 ///< class or answer; -1 for parts of a caption
  std::string versus;                 ///< a contrast's other answer, else ""
  int64_t first_word = -1;            ///< words, phrases, captions: position of the first word in Explanation::words
  int64_t word_count = 0;
  std::vector<std::string> pieces;                    ///< of the vocabulary, as it spells them; captions only
  std::vector<double> piece_log_probs;                ///< one a piece
  std::string why_empty;                              ///< why its map has nothing to show; "" where it has something
  ChannelRanking channels;                            ///< of the explained layer
  std::optional<ConceptRanking> concepts;             ///< of its channels that have names: see NameChannels()
  std::string sentence;                               ///< that ranking in words; "" where there is none
  std::vector<double> word_gradient_times_embedding;  ///< one a question word (summed over its pieces); VQA only
  std::vector<double> word_gradient_norm;             ///< likewise: Euclidean norm
};

/// A class or an answer that the model gave, best first.
struct Prediction {
  int64_t index = -1;
  std::string label;
  double logit = 0;
  double probability = 0;  ///< softmax over all of them
};

/// Why the model said what it said of one photograph: a plain value, on the host.
struct Explanation {
  Task task = Task::kClassification;
  std::string model;                        ///< its name
  std::string layer;                        ///< "" for methods that have none
  std::string method;                       ///< "grad-cam"
  std::string device;                       ///< "cpu", "cuda:0"
  std::string question;                     ///< as it was asked; "" where nothing was
  std::vector<std::string> question_words;  ///< as the model reads them
  std::string text;                ///< of a model that writes: the caption or answer, as the model spells it; else ""
  bool text_is_given = false;      ///< a caption of the user's own rather than the model's
  std::vector<std::string> words;  ///< of that text
  std::vector<int64_t> ids;        ///< caption: of its pieces in the vocabulary
  std::vector<Prediction> predictions;   ///< classification and VQA: the best ones
  double text_log_probability = 0;       ///< caption: sum over its pieces, END not counted
  double end_log_probability = 0;        ///< caption: of END after it
  bool finished = true;                  ///< caption: false where the model was cut at its greatest length
  std::vector<ExplainedTarget> targets;  ///< T of them
  at::Tensor maps;                       ///< (T, h, w) float32, raw and signed: before ReLU, upsampling, normalisation
  at::Tensor pixels;                     ///< (T, 3, H, W) float32 for methods that reach the pixels, else undefined
  std::string neuron_layer;              ///< whose channels the next three are about; "" where there is none
  at::Tensor alpha;                      ///< (T, K) float32, importance of every channel; undefined without a layer
  at::Tensor gradient_times_activation;  ///< (T, K) float32, a second importance
  at::Tensor ablation;                   ///< (T, K) float32, a third; undefined unless HowToExplain::ablate_channels
  at::Tensor activation;                 ///< (K, h, w) float32, the layer's, of this photograph; undefined without one
  std::optional<LayerConcepts> names;    ///< of that layer's channels, where NameChannels() was given any
  Importance named_by = Importance::kGradientTimesActivation;  ///< which importance the targets' `concepts` rank
  std::vector<std::string> warnings;  ///< unknown words, maps that are zero everywhere: for the reader to know

  /// Whether it is of a model that writes text.
  bool writes() const { return !text.empty(); }

  /// Whether a target's map has nothing to show: no value above zero, or the same one everywhere.
  bool IsEmpty(std::size_t target) const { return !targets.at(target).why_empty.empty(); }

  /// alpha, gradient_times_activation or ablation: (T, K). Throws Error(kUsage) where that was not asked for.
  const at::Tensor& ImportanceBy(Importance importance) const;
};

}  // namespace wherefore
