#include "tasks/captioning.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "explain/error.h"
#include "tasks/method_run.h"
#include "tasks/text_input.h"

namespace wherefore {
namespace {

/// A caption, the model's or the user's, and what the model thinks of it: that is added last where it was not found
/// here.
struct ScoredCaption {
  TokenizedText text;
  DecodedCaption decoded;
};

ScoredCaption OwnCaption(const CaptionModel& model, const at::Tensor& feature, const DecodeOptions& options) {
  ScoredCaption caption;
  caption.decoded = model.network->Decode(feature, options);
  if (caption.decoded.ids.empty()) {
    ThrowNothingToExplain("the model ended its caption before the first word; give one of your own with --caption");
  }
  caption.text = model.tokenizer->Describe(caption.decoded.ids);
  return caption;
}

/// The caption that a request gives, by its text or by its pieces; nothing where it gives none.
TokenizedText GivenText(const CaptionModel& model, const CaptionRequest& request, int64_t max_length,
                        std::vector<std::string>* warnings) {
  if (!request.caption.empty() && !request.ids.empty()) {
    ThrowUsage("the caption is given twice, by its text and by its pieces; leave one of them out");
  }
  if (!request.caption.empty()) {
    return EncodeChecked(*model.tokenizer, request.caption, "caption", max_length, warnings);
  }
  const auto length = static_cast<int64_t>(request.ids.size());
  if (length > max_length) {
    ThrowUsage("the caption has " + std::to_string(length) + " pieces; the model takes at most " +
               std::to_string(max_length));
  }
  return model.tokenizer->Describe(request.ids);
}

std::string Joined(const std::vector<std::string>& words, int64_t first, int64_t count) {
  std::string text;
  for (int64_t i = first; i < first + count; ++i) text += (i == first ? "" : " ") + words[static_cast<std::size_t>(i)];
  return text;
}

/// The part of a caption that starts at a word.
ExplainedTarget PartOf(const ScoredCaption& caption, const std::string& kind, int64_t first, int64_t count) {
  ExplainedTarget target;
  target.kind = kind;
  target.score_kind = ScoreKind::kLogProbability;
  target.first_word = first;
  target.word_count = count;
  target.text = Joined(caption.text.words, first, count);
  return target;
}

ExplainedTarget PhraseIn(const ScoredCaption& caption, const std::string& phrase, const Tokenizer& tokenizer,
                         bool is_given) {
  const auto wanted = tokenizer.Encode(phrase).words;
  if (wanted.empty()) ThrowUsage("a phrase to explain is empty; give words of the caption");
  const auto& words = caption.text.words;
  const auto found = std::search(words.begin(), words.end(), wanted.begin(), wanted.end());
  if (found == words.end()) {
    throw Error(is_given ? ErrorKind::kUsage : ErrorKind::kNothingToExplain,
                "'" + phrase + "' is no part of the caption '" + Joined(words, 0, static_cast<int64_t>(words.size())) +
                    "'; give words that stand there side by side");
  }
  return PartOf(caption, "phrase", found - words.begin(), static_cast<int64_t>(wanted.size()));
}

std::vector<ExplainedTarget> TargetsOf(const ScoredCaption& caption, const CaptionRequest& request,
                                       const Tokenizer& tokenizer) {
  const auto words = static_cast<int64_t>(caption.text.words.size());
  std::vector<ExplainedTarget> targets;
  for (int64_t word = 0; word < words; ++word) targets.push_back(PartOf(caption, "word", word, 1));
  for (const auto& phrase : request.phrases) {
    targets.push_back(PhraseIn(caption, phrase, tokenizer, !request.caption.empty()));
  }
  targets.push_back(PartOf(caption, "caption", 0, words));
  return targets;
}

/// Positions of a target's pieces in the caption.
std::vector<int64_t> PiecesOf(const ExplainedTarget& target, const TokenizedText& text) {
  std::vector<int64_t> pieces;
  for (std::size_t piece = 0; piece < text.word.size(); ++piece) {
    const int64_t word = text.word[piece];
    if (word >= target.first_word && word < target.first_word + target.word_count) {
      pieces.push_back(static_cast<int64_t>(piece));
    }
  }
  return pieces;
}

std::vector<std::vector<int64_t>> PiecesOf(const std::vector<ExplainedTarget>& targets, const TokenizedText& text) {
  std::vector<std::vector<int64_t>> pieces;
  for (const auto& target : targets) pieces.push_back(PiecesOf(target, text));
  return pieces;
}

Subject SubjectOf(const CaptionModel& model, const at::Tensor& image, const std::string& layer,
                  const ScoredCaption& caption, const std::vector<std::vector<int64_t>>& pieces,
                  const DecodeOptions& options) {
  auto subject = SubjectOn(model.info, image, layer, model.network->trunk());
  subject.targets = static_cast<int64_t>(pieces.size());
  subject.score = [network = model.network, ids = caption.text.ids, pieces, options](const at::Tensor& images,
                                                                                     Tape& tape) {
    const auto scores = network->Scores(network->Encode(images, tape), ids, pieces, options, tape);
    return TargetScores{scores, scores};
  };
  return subject;
}

/// What the model thinks of a caption that was given.
void Judge(const CaptionModel& model, const at::Tensor& feature, const DecodeOptions& options, ScoredCaption* caption) {
  auto log_probs = model.network->LogProbabilities(feature, caption->text.ids, options);
  caption->decoded.finished = true;
  caption->decoded.end_log_prob = log_probs.back();
  log_probs.pop_back();
  caption->decoded.log_probs = log_probs;
}

/// A caption of the model's own that has as many pieces as there may be was cut there: END was never asked for.
void ForgetEnd(ScoredCaption* caption) {
  caption->decoded.finished = false;
  caption->decoded.end_log_prob = 0;
}

void AddPieces(const ScoredCaption& caption, ExplainedTarget* target) {
  double log_prob = 0;
  for (const int64_t position : PiecesOf(*target, caption.text)) {
    const auto piece = static_cast<std::size_t>(position);
    target->pieces.push_back(caption.text.pieces[piece]);
    target->piece_log_probs.push_back(caption.decoded.log_probs[piece]);
    log_prob += caption.decoded.log_probs[piece];
  }
  target->probability = std::exp(log_prob);
}

}  // namespace

DecodeOptions DecodeOptionsOf(const CaptionModel& model, int64_t beam) {
  DecodeOptions options;
  options.begin = model.text.begin;
  options.end = model.text.end;
  options.max_length = model.text.max_length;
  options.beam = beam;
  return options;
}

void AskAbout(const TaskExplanation& explanation, CaptionRequest* request) {
  if (!explanation.text_is_given) request->ids = explanation.ids;
}

Subject SubjectOf(const CaptionModel& model, const at::Tensor& image, const CaptionRequest& request) {
  CheckImage(image, *model.network);
  const auto options = DecodeOptionsOf(model, request.beam);
  std::vector<std::string> warnings;
  ScoredCaption caption;
  caption.text = GivenText(model, request, options.max_length, &warnings);
  if (caption.text.ids.empty()) {
    const at::NoGradGuard no_gradients;
    Tape tape;
    caption = OwnCaption(model, model.network->Encode(image, tape), options);
  }
  const auto pieces = PiecesOf(TargetsOf(caption, request, *model.tokenizer), caption.text);
  return SubjectOf(model, image, Completed(request, model.info).layer, caption, pieces, options);
}

TaskExplanation Explain(const CaptionModel& model, const at::Tensor& image, const CaptionRequest& request) {
  CheckImage(image, *model.network);
  const auto how = Completed(request, model.info);
  const auto options = DecodeOptionsOf(model, request.beam);
  TaskExplanation explanation;
  explanation.text_is_given = !request.caption.empty();
  ScoredCaption caption;
  caption.text = GivenText(model, request, options.max_length, &explanation.warnings);
  const bool is_found_here = caption.text.ids.empty();

  Tape tape = TapeFor(how);
  const c10::AutoGradMode grad_mode(true);
  const auto feature = model.network->Encode(image, tape);
  if (is_found_here) caption = OwnCaption(model, feature, options);
  explanation.targets = TargetsOf(caption, request, *model.tokenizer);
  const auto pieces = PiecesOf(explanation.targets, caption.text);
  const auto scores = model.network->Score(feature, caption.text.ids, pieces, options, tape);
  const auto run = RunMethod(how, tape, scores, SubjectOf(model, image, how.layer, caption, pieces, options));

  if (!is_found_here) Judge(model, feature, options, &caption);
  if (static_cast<int64_t>(request.ids.size()) == options.max_length) ForgetEnd(&caption);
  for (auto& target : explanation.targets) AddPieces(caption, &target);
  explanation.words = caption.text.words;
  explanation.ids = caption.text.ids;
  explanation.text = Joined(caption.text.words, 0, static_cast<int64_t>(caption.text.words.size()));
  const auto& log_probs = caption.decoded.log_probs;
  explanation.text_log_probability = std::accumulate(log_probs.begin(), log_probs.end(), 0.0);
  explanation.end_log_probability = caption.decoded.end_log_prob;
  explanation.finished = caption.decoded.finished;
  Fill(&explanation, model.info, how, image, run);
  return explanation;
}

}  // namespace wherefore
