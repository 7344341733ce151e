#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/text/text.h"
#include "neurons/concept_ranking.h"
#include "neurons/importance.h"

namespace wherefore {

/// What a target's score is.
enum class ScoreKind {
  kLogit,                 ///< before softmax
  kLogitMargin,           ///< one logit minus another: why this rather than that
  kLogProbability,        ///< natural logarithm; of a phrase or caption the sum over its pieces
  kLogProbabilityMargin,  ///< one of these minus that of other words in its place
};

/// "logit", "logit margin", "log-probability": as printed and as written to explanation.json.
const char* NameOf(ScoreKind kind);

/// A label that a model chose among others: a class, or an answer to the question. Its score is its logit.
struct LabelTarget {
  int64_t index = 0;  ///< among the model's labels
  std::string label;  ///< "tabby", "dog"
  /// Softmax over all labels, or where several may hold its own sigmoid, in [0, 1]; none where there is no other label.
  std::optional<double> probability;
};

/// One label rather than another. Its score is how much the first's logit exceeds the second's.
struct ContrastTarget {
  int64_t index = 0;  ///< of the label that is explained
  std::string label;
  int64_t versus_index = 0;  ///< of the label that it is contrasted with
  std::string versus;
};

/// What of a text is explained.
enum class TextPart {
  kWord,
  kPhrase,  ///< words side by side
  kWhole,   ///< all words, END not counted
};

/// Words of a text that a model wrote, or was given. Its score is the sum of their pieces' log-probabilities, or how
/// much that exceeds the one of other words in their place.
struct TextTarget {
  TextPart part = TextPart::kWord;
  std::string text;        ///< "dog", "a small child": as it stands there
  ByteSpan span;           ///< where, in WrittenText::text
  int64_t first_word = 0;  ///< position in WrittenText::words
  int64_t word_count = 1;
  double probability = 0;     ///< of all its pieces together, in [0, 1]
  bool is_of_answer = false;  ///< of an answer to a question, rather than a caption
  std::string versus = {};    ///< the words that it is contrasted with, in its place; "": none
};

/// One scalar of the model that was explained. Its map is row t of Explanation::maps.
struct ExplainedTarget {
  std::variant<LabelTarget, ContrastTarget, TextTarget> about;
  double score = 0;  ///< what that is, ScoreKindOf() says
  /// Of what has no probability, a contrast or an only label, `score` with this photograph minus that with a grey one;
  /// of others the log-probability with it minus that with a grey one. None unless Request::grey asks for it.
  std::optional<double> from_picture;
  std::string why_empty;                   ///< why its map has nothing to show; "" where it has something
  ChannelRanking channels;                 ///< of the explained layer
  std::optional<ConceptRanking> concepts;  ///< of its channels that have names: see NameChannels()
  std::string sentence;                    ///< that ranking in words; "" where there is none
  /// Gradient times embedding, summed over a word's pieces: one a word of Explanation::question.
  std::vector<double> word_gradient_times_embedding;
  std::vector<double> word_gradient_norm;  ///< Euclidean norm of a question word's gradient, in the order of its words
};

ScoreKind ScoreKindOf(const ExplainedTarget& target);

/// "label", "contrast", "word", "phrase" or "text": as written to explanation.json.
const char* KindOf(const ExplainedTarget& target);

/// The label that is explained, or the words: "tabby", "a small child".
const std::string& TextOf(const ExplainedTarget& target);

/// What it is contrasted with: the other label, or the other words; "" where it is not.
const std::string& VersusOf(const ExplainedTarget& target);

/// The probability, in [0, 1]; none of a contrast, and of a label that is the only one.
std::optional<double> ProbabilityOf(const ExplainedTarget& target);

/// A target's alternatives; null where it is another one.
const LabelTarget* AsLabel(const ExplainedTarget& target);
const ContrastTarget* AsContrast(const ExplainedTarget& target);
const TextTarget* AsText(const ExplainedTarget& target);

/// Whether a target is this part of a text.
bool IsPart(const ExplainedTarget& target, TextPart part);

}  // namespace wherefore
