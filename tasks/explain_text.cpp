#include "tasks/explain_text.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "explain/error.h"
#include "models/decoding/decode.h"
#include "models/decoding/text_scores.h"
#include "models/half_in_float32.h"
#include "tasks/explain.h"
#include "tasks/method_run.h"
#include "tasks/prompt.h"
#include "tasks/text_input.h"
#include "tasks/written_words.h"

namespace wherefore {
namespace {

/// A text, the model's or the user's, and what the model thinks of it: that is added last where it was not found here.
struct ScoredText {
  TokenizedText text;
  DecodedText decoded;
};

/// What users call a text of the model's.
std::string TextWord(const Prompt& prompt) { return prompt.is_asked() ? "answer" : "caption"; }

ScoredText OwnText(const Model& model, const DecoderState& start, const DecodeOptions& options, const Prompt& prompt) {
  ScoredText text;
  text.decoded = Decode(model.text_network(), start, options);
  if (text.decoded.ids.empty()) {
    const auto what = TextWord(prompt);
    ThrowNothingToExplain("the model ended its " + what + " before the first word; give one of your own with --" +
                          what);
  }
  text.text = model.tokenizer->Describe(text.decoded.ids);
  return text;
}

/// The text that a request gives, by its letters or by its pieces; nothing where it gives none.
TokenizedText GivenText(const Model& model, const Request& request, const std::string& what,
                        std::vector<std::string>* warnings) {
  const int64_t longest = model.text.max_length;
  if (!request.text.empty() && !request.ids.empty()) {
    ThrowUsage("the " + what + " is given twice, by its text and by its pieces; leave one of them out");
  }
  if (!request.text.empty() && !request.prompt.empty() && !model.FollowsInstructions()) {
    ThrowUsage("the prompt is for the model's own " + what + "; leave it out where one is given");
  }
  if (!request.text.empty()) return EncodeChecked(*model.tokenizer, request.text, what, longest, warnings);
  const auto length = static_cast<int64_t>(request.ids.size());
  if (length > longest) {
    ThrowUsage("the " + what + " has " + std::to_string(length) + " pieces; the model takes at most " +
               std::to_string(longest));
  }
  return model.tokenizer->Describe(request.ids);
}

/// The part of a text that starts at a word.
ExplainedTarget PartOf(const TokenizedText& text, TextPart part, int64_t first, int64_t count) {
  const auto span = SpanOfWords(text, first, count);
  ExplainedTarget target;
  target.about = TextTarget{part, TextIn(text.text, span), span, first, count, 0};
  return target;
}

ExplainedTarget PhraseIn(const TokenizedText& text, const std::string& phrase, const Tokenizer& tokenizer,
                         bool is_given) {
  const auto wanted = tokenizer.Encode(phrase).words;
  if (wanted.empty()) ThrowUsage("a phrase to explain is empty; give words of the caption");
  const auto& words = text.words;
  const auto found = std::search(words.begin(), words.end(), wanted.begin(), wanted.end());
  if (found == words.end()) {
    throw Error(
        is_given ? ErrorKind::kUsage : ErrorKind::kNothingToExplain,
        "'" + phrase + "' is no part of the caption '" + text.text + "'; give words that stand there side by side");
  }
  return PartOf(text, TextPart::kPhrase, found - words.begin(), static_cast<int64_t>(wanted.size()));
}

std::vector<ExplainedTarget> TargetsOf(const TokenizedText& text, const Request& request, const Tokenizer& tokenizer) {
  const auto words = static_cast<int64_t>(text.words.size());
  std::vector<ExplainedTarget> targets;
  for (int64_t word = 0; word < words; ++word) targets.push_back(PartOf(text, TextPart::kWord, word, 1));
  for (const auto& phrase : request.phrases) {
    targets.push_back(PhraseIn(text, phrase, tokenizer, !request.text.empty()));
  }
  targets.push_back(PartOf(text, TextPart::kWhole, 0, words));
  return targets;
}

/// Positions of a part's pieces in the text.
std::vector<int64_t> PiecesOf(const TextTarget& part, const TokenizedText& text) {
  std::vector<int64_t> pieces;
  for (std::size_t piece = 0; piece < text.word.size(); ++piece) {
    const int64_t word = text.word[piece];
    if (word >= part.first_word && word < part.first_word + part.word_count) {
      pieces.push_back(static_cast<int64_t>(piece));
    }
  }
  return pieces;
}

std::vector<std::vector<int64_t>> PiecesOf(const std::vector<ExplainedTarget>& targets, const TokenizedText& text) {
  std::vector<std::vector<int64_t>> pieces;
  for (const auto& target : targets) pieces.push_back(PiecesOf(*AsText(target), text));
  return pieces;
}

Subject SubjectOfPieces(const Model& model, const at::Tensor& image, const std::string& layer, const Prompt& prompt,
                        const std::vector<int64_t>& ids, const std::vector<std::vector<int64_t>>& pieces) {
  auto subject = SubjectOn(model, image, layer);
  subject.targets = static_cast<int64_t>(pieces.size());
  subject.score = [model, prompt, ids, pieces, half = model.NeedsHalfInFloat32()](const at::Tensor& images,
                                                                                  Tape& tape) {
    const HalfInFloat32 in_float32(half);  // it is asked after SubjectOf() returned, too
    auto& network = model.text_network();
    const auto start = network.Start(InputWith(images, prompt), tape);
    const auto scores = TextScores(network, start, ids, pieces, model.decoding, tape);
    return TargetScores{scores, scores};
  };
  return subject;
}

/// What the model thinks of a text that was given.
void Judge(std::vector<double> log_probs, ScoredText* text) {
  text->decoded.finished = true;
  text->decoded.end_log_prob = log_probs.back();
  log_probs.pop_back();
  text->decoded.log_probs = log_probs;
}

/// A text of the model's own that has as many pieces as there may be was cut there: END was never asked for.
void ForgetEnd(ScoredText* text) {
  text->decoded.finished = false;
  text->decoded.end_log_prob = 0;
}

/// How likely the model finds the part of the text.
double ProbabilityOfPart(const TextTarget& part, const ScoredText& text) {
  double log_prob = 0;
  for (const int64_t piece : PiecesOf(part, text.text)) {
    log_prob += text.decoded.log_probs[static_cast<std::size_t>(piece)];
  }
  return std::exp(log_prob);
}

/// What the text's parts owe to the picture, where a grey one is at hand to tell.
void CompareWithGrey(const Model& model, const Request& request, const Prompt& prompt, const ScoredText& text,
                     std::vector<ExplainedTarget>* targets) {
  if (!request.grey.defined()) return;
  const at::NoGradGuard no_gradients;
  Tape tape;
  auto& network = model.text_network();
  const auto start = network.Start(InputWith(request.grey, prompt), tape);
  const auto grey = TextLogProbabilities(network, start, text.text.ids, model.decoding);
  SetFromPicture(text.text, text.decoded.log_probs, grey, targets);
}

/// What the model says of a text as a whole.
void DescribeText(Explanation* explanation, const ScoredText& text, bool is_given) {
  for (auto& target : explanation->targets) {
    auto& part = std::get<TextTarget>(target.about);
    part.probability = ProbabilityOfPart(part, text);
    part.is_of_answer = explanation->task == Task::kVqa;
  }
  WrittenText written{text.text, is_given, text.decoded.log_probs, 0, std::nullopt, {}};
  written.log_probability = std::accumulate(written.log_probs.begin(), written.log_probs.end(), 0.0);
  if (text.decoded.finished) written.end_log_probability = text.decoded.end_log_prob;
  explanation->said = written;
}

}  // namespace

DecodeOptions DecodingOf(const Model& model, const Request& request) {
  auto options = model.decoding;
  if (request.beam != 0) options.beam = request.beam;
  if (request.prompt.empty() || model.FollowsInstructions()) return options;
  const auto beginning = model.tokenizer->Encode(request.prompt);
  if (!beginning.unknown_words.empty()) {
    ThrowUsage("the text must begin with '" + request.prompt + "', but the model's vocabulary lacks '" +
               beginning.unknown_words.front() + "'; give words that it knows");
  }
  if (beginning.ids.empty()) ThrowUsage("the text must begin with '" + request.prompt + "', which has no word");
  for (const int64_t id : beginning.ids) {
    if (IsEnd(options, id) || std::find(options.begin.begin(), options.begin.end(), id) != options.begin.end()) {
      ThrowUsage("the text must begin with '" + request.prompt +
                 "', which holds a mark that begins or ends texts; give words");
    }
  }
  options.forced.insert(options.forced.end(), beginning.ids.begin(), beginning.ids.end());
  return options;
}

Subject SubjectOfText(const Model& model, const at::Tensor& image, const Request& request) {
  std::vector<std::string> warnings;
  const auto prompt = PromptOf(model, request, &warnings);
  ScoredText text;
  text.text = GivenText(model, request, TextWord(prompt), &warnings);
  if (text.text.ids.empty()) {
    const at::NoGradGuard no_gradients;
    Tape tape;
    text =
        OwnText(model, model.text_network().Start(InputWith(image, prompt), tape), DecodingOf(model, request), prompt);
  }
  const auto pieces = PiecesOf(TargetsOf(text.text, request, *model.tokenizer), text.text);
  return SubjectOfPieces(model, image, Choose(request, model.info).layer, prompt, text.text.ids, pieces);
}

Explanation ExplainText(const Model& model, const at::Tensor& image, const Request& request) {
  const auto how = Choose(request, model.info);
  Explanation explanation;
  const auto prompt = PromptOf(model, request, &explanation.warnings);
  ScoredText text;
  text.text = GivenText(model, request, TextWord(prompt), &explanation.warnings);
  const bool is_found_here = text.text.ids.empty();

  auto& network = model.text_network();
  Tape tape = TapeFor(how, InputsOf(prompt));
  const c10::AutoGradMode grad_mode(true);
  const auto start = network.Start(InputWith(image, prompt), tape);
  if (is_found_here) text = OwnText(model, start, DecodingOf(model, request), prompt);
  explanation.targets = TargetsOf(text.text, request, *model.tokenizer);
  const auto pieces = PiecesOf(explanation.targets, text.text);
  const auto scores = TextScores(network, start, text.text.ids, pieces, model.decoding, tape)[0];
  const auto subject = SubjectOfPieces(model, image, how.layer, prompt, text.text.ids, pieces);
  const auto run = RunMethod(how, request, tape, scores, subject);

  TextReading reading;
  if (!is_found_here || request.alternatives > 0) {
    const auto likeliest = request.alternatives > 0 ? request.alternatives + 1 : 0;
    reading = ReadText(network, start, text.text.ids, model.decoding, likeliest);
  }
  if (!is_found_here) Judge(reading.log_probs, &text);
  if (static_cast<int64_t>(request.ids.size()) == DecodingOf(model, request).most_pieces()) ForgetEnd(&text);
  explanation.task = TaskOf(model, prompt);
  CompareWithGrey(model, request, prompt, text, &explanation.targets);
  DescribeText(&explanation, text, !request.text.empty());
  if (request.alternatives > 0) {
    std::get<WrittenText>(explanation.said).alternatives =
        AlternativesOf(text.text, reading, model, request.alternatives);
  }
  FillFromRun(&explanation, model.info, how, image, run);
  FillFromPrompt(&explanation, request, prompt, run);
  return explanation;
}

}  // namespace wherefore
