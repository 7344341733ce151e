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

/// The one target of a request for a word, or for what is rather than something else.
ExplainedTarget TheOneAskedFor(const TokenizedText& text, const Request& request) {
  const auto words = static_cast<int64_t>(text.words.size());
  if (!request.phrases.empty())
    ThrowUsage("phrases are explained beside all words; leave them out where one is chosen");
  if (request.word < 0 || request.word > words) {
    ThrowUsage("there is no word " + std::to_string(request.word) + " in '" + text.text + "'; give 1 to " +
               std::to_string(words));
  }
  auto target =
      request.word == 0 ? PartOf(text, TextPart::kWhole, 0, words) : PartOf(text, TextPart::kWord, request.word - 1, 1);
  std::get<TextTarget>(target.about).versus = request.versus;
  return target;
}

std::vector<ExplainedTarget> TargetsOf(const TokenizedText& text, const Request& request, const Tokenizer& tokenizer) {
  if (request.word != 0 || !request.versus.empty()) return {TheOneAskedFor(text, request)};
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

/// What of a text is scored: T targets, each the sum of some of its pieces; of the one target of a contrast those of
/// other words in its place are taken away.
struct ScoredParts {
  std::vector<int64_t> ids;
  std::vector<std::vector<int64_t>> pieces;  ///< of each target, as positions in `ids`
  std::vector<int64_t> versus_ids;           ///< as far as the other words go; empty: there are none
  std::vector<int64_t> versus_pieces;
};

/// What stands before a part, and other words in its place.
void SetVersus(const Model& model, const TokenizedText& text, const TextTarget& part,
               std::vector<std::string>* warnings, ScoredParts* parts) {
  auto before = text.text.substr(0, static_cast<std::size_t>(part.span.begin));
  const auto all =
      EncodeChecked(*model.tokenizer, before + part.versus, "other text", model.text.max_length, warnings).ids;
  while (!before.empty() && IsWhiteSpace(before.back())) before.pop_back();
  const auto known = before.empty() ? std::vector<int64_t>() : model.tokenizer->Encode(before).ids;
  if (all.size() <= known.size() || !std::equal(known.begin(), known.end(), all.begin())) {
    ThrowUsage("'" + part.versus + "' cannot stand behind '" + before +
               "' alone: the model's vocabulary has a piece that is of both; give other words");
  }
  const std::vector<int64_t> others(all.begin() + static_cast<std::ptrdiff_t>(known.size()), all.end());
  if (std::find(others.begin(), others.end(), model.tokenizer->unknown_id()) != others.end()) {
    ThrowUsage("the model's vocabulary lacks words of '" + part.versus + "'; give others");
  }
  const auto own = PiecesOf(part, text);
  const auto first = text.ids.begin() + own.front();
  if (others == std::vector<int64_t>(first, first + static_cast<std::ptrdiff_t>(own.size()))) {
    ThrowUsage("'" + part.versus + "' cannot be contrasted with itself; give other words");
  }
  parts->versus_ids.assign(text.ids.begin(), first);
  for (const int64_t id : others) {
    parts->versus_pieces.push_back(static_cast<int64_t>(parts->versus_ids.size()));
    parts->versus_ids.push_back(id);
  }
}

ScoredParts PartsToScore(const Model& model, const TokenizedText& text, const std::vector<ExplainedTarget>& targets,
                         std::vector<std::string>* warnings) {
  ScoredParts parts;
  parts.ids = text.ids;
  parts.pieces = PiecesOf(targets, text);
  const auto& part = *AsText(targets.front());
  if (!part.versus.empty()) SetVersus(model, text, part, warnings, &parts);
  return parts;
}

/// (N, T)
at::Tensor ScoresOf(const Model& model, const ScoredParts& parts, const DecoderState& start, Tape& tape) {
  auto& network = model.text_network();
  const auto scores = TextScores(network, start, parts.ids, parts.pieces, model.decoding, tape);
  if (parts.versus_ids.empty()) return scores;
  return scores - TextScores(network, start, parts.versus_ids, {parts.versus_pieces}, model.decoding, tape);
}

Subject SubjectOfParts(const Model& model, const at::Tensor& image, const std::string& layer, const Prompt& prompt,
                       const ScoredParts& parts) {
  auto subject = SubjectOn(model, image, layer);
  subject.targets = static_cast<int64_t>(parts.pieces.size());
  subject.score = [model, prompt, parts, half = model.NeedsHalfInFloat32()](const at::Tensor& images, Tape& tape) {
    const HalfInFloat32 in_float32(half);  // it is asked after SubjectOf() returned, too
    const auto start = model.text_network().Start(InputWith(images, prompt), tape);
    const auto scores = ScoresOf(model, parts, start, tape);
    return TargetScores{scores, parts.versus_ids.empty() ? scores : at::log_sigmoid(scores)};
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

/// What the text's parts, which have these scores, owe to the picture, where a grey one is at hand to tell.
void CompareWithGrey(const Model& model, const Request& request, const Prompt& prompt, const ScoredParts& parts,
                     const std::vector<double>& scores, std::vector<ExplainedTarget>* targets) {
  if (!request.grey.defined()) return;
  const at::NoGradGuard no_gradients;
  Tape tape;
  const auto start = model.text_network().Start(InputWith(request.grey, prompt), tape);
  const auto grey = ScoresOf(model, parts, start, tape)[0];
  for (std::size_t t = 0; t < targets->size(); ++t) {
    targets->at(t).from_picture = scores[t] - grey[static_cast<int64_t>(t)].item<double>();
  }
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
  const auto parts = PartsToScore(model, text.text, TargetsOf(text.text, request, *model.tokenizer), &warnings);
  return SubjectOfParts(model, image, Choose(request, model.info).layer, prompt, parts);
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
  const auto parts = PartsToScore(model, text.text, explanation.targets, &explanation.warnings);
  const auto scores = ScoresOf(model, parts, start, tape)[0];
  const auto subject = SubjectOfParts(model, image, how.layer, prompt, parts);
  const auto run = RunMethod(how, request, tape, scores, subject);

  TextReading reading;
  if (!is_found_here || request.alternatives > 0) {
    const auto likeliest = request.alternatives > 0 ? request.alternatives + 1 : 0;
    reading = ReadText(network, start, text.text.ids, model.decoding, likeliest);
  }
  if (!is_found_here) Judge(reading.log_probs, &text);
  if (static_cast<int64_t>(request.ids.size()) == DecodingOf(model, request).most_pieces()) ForgetEnd(&text);
  explanation.task = TaskOf(model, prompt);
  CompareWithGrey(model, request, prompt, parts, run.scores, &explanation.targets);
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
