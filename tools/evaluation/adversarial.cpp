#include "tools/evaluation/adversarial.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "explain/error.h"
#include "models/decoding/decode.h"
#include "models/decoding/text_scores.h"
#include "tasks/explain.h"
#include "tasks/labels.h"
#include "tasks/method_run.h"
#include "tasks/prompt.h"
#include "tasks/text_input.h"

namespace wherefore {
namespace {

// What preparing an image may add to its values by rounding, in units of 1/255.
constexpr double kRounding = 0.01;

/// What the noisy image may be: within epsilon of the image, and of values that pixels have.
class NoiseBox {
 public:
  NoiseBox(const at::Tensor& image, const ImageOptions& prepared, double epsilon) : image_(image) {
    const auto a_channel = [&](const std::vector<double>& values) {
      return at::tensor(values, at::kDouble).to(image.device()).reshape({1, -1, 1, 1});
    };
    const auto mean = a_channel(prepared.mean);
    const auto std = a_channel(prepared.std);
    const auto exact = image.to(at::kDouble);
    const auto lowest = -mean / std;
    const auto highest = (1 - mean) / std;
    unit_ = 1 / (255 * std);
    CheckPixels(exact, lowest, highest);
    reach_ = (epsilon * unit_).to(image.scalar_type());
    // Rounded inwards, so that the bounds hold to the last bit. A pixel that preparing rounded out of the range stays.
    const double infinity = std::numeric_limits<double>::infinity();
    lower_ = at::minimum(Inwards(at::maximum(exact - epsilon * unit_, lowest), infinity), image);
    upper_ = at::maximum(Inwards(at::minimum(exact + epsilon * unit_, highest), -infinity), image);
  }

  at::Tensor RandomStart(int64_t seed) const {
    // Drawn on the host, so that every device has the same.
    const auto generator = at::make_generator<at::CPUGeneratorImpl>(static_cast<std::uint64_t>(seed));
    const auto drawn = at::rand(image_.sizes(), generator, at::kFloat).to(image_.options());
    return Within(image_ + reach_ * (2 * drawn - 1));
  }

  /// One step uphill, `size` in units of 1/255.
  at::Tensor Step(const at::Tensor& from, const at::Tensor& gradient, double size) const {
    return Within(from + (size * unit_).to(from.scalar_type()) * gradient.sign());
  }

 private:
  void CheckPixels(const at::Tensor& exact, const at::Tensor& lowest, const at::Tensor& highest) const {
    const auto beyond = at::maximum(lowest - exact, exact - highest) / unit_;
    const double worst = beyond.max().item<double>();
    if (worst <= kRounding) return;
    ThrowUsage("the image has a value that no pixel has, by " + c10::str(worst) +
               "/255; give the mean and std that it was prepared with");
  }

  at::Tensor Inwards(const at::Tensor& exact, double towards) const {
    const auto rounded = exact.to(image_.scalar_type());
    const auto is_out = towards > 0 ? rounded.to(at::kDouble) < exact : rounded.to(at::kDouble) > exact;
    return at::where(is_out, at::nextafter(rounded, at::full_like(rounded, towards)), rounded);
  }

  at::Tensor Within(const at::Tensor& image) const { return at::minimum(at::maximum(image, lower_), upper_); }

  at::Tensor image_, unit_, reach_, lower_, upper_;
};

void CheckShape(const at::Tensor& image, const ImageOptions& prepared) {
  const auto channels = static_cast<int64_t>(prepared.mean.size());
  const bool is_one = image.dim() == 4 && image.size(0) == 1 && image.numel() > 0;
  if (is_one && image.size(1) == channels && prepared.std.size() == prepared.mean.size()) return;
  ThrowUsage("noise is added to an image (1, channels, height, width) with a mean and a std a channel; this one is " +
             c10::str(image.sizes()) + " with " + std::to_string(channels) + " and " +
             std::to_string(prepared.std.size()));
}

double ValueOf(const at::Tensor& objective) {
  if (objective.numel() != 1) {
    ThrowUsage("the objective of adversarial noise must be one number; this one is " + c10::str(objective.sizes()));
  }
  const double value = objective.item<double>();
  if (!std::isfinite(value)) ThrowUsage("the objective of adversarial noise is NaN or infinity");
  return value;
}

/// Of zeros where the objective does not depend on the image.
at::Tensor GradientAt(const at::Tensor& image, const at::Tensor& objective) {
  if (!objective.requires_grad()) return at::zeros_like(image);
  const auto gradient = torch::autograd::grad({objective.sum()}, {image}, {}, /*retain_graph=*/false,
                                              /*create_graph=*/false, /*allow_unused=*/true)[0];
  return gradient.defined() ? gradient : at::zeros_like(image);
}

}  // namespace

void NoiseOptions::Check() const {
  const auto check = [](const char* what, double value, double lowest, double highest) {
    if (value >= lowest && value <= highest) return;
    ThrowUsage(std::string("adversarial noise has ") + what + " from " + c10::str(lowest) + " to " + c10::str(highest) +
               ", not " + c10::str(value));
  };
  check("an epsilon", epsilon, 0, 255);
  check("a step size", step_size, 0, 255);
  check("steps", static_cast<double>(steps), 0, 1e6);
  check("a probability that is enough", enough, 0, 1);
}

NoisyImage AddNoise(const at::Tensor& image, const ImageOptions& prepared, const NoiseObjective& objective,
                    const IsEnough& is_enough, const NoiseOptions& options) {
  options.Check();
  CheckShape(image, prepared);
  const NoiseBox box(image.detach(), prepared, options.epsilon);
  auto now = box.RandomStart(options.seed);
  NoisyImage noisy;
  double highest = -std::numeric_limits<double>::infinity();
  for (int64_t step = 0;; ++step) {
    const c10::AutoGradMode with_gradients(step < options.steps);
    Tape tape({kImageLayer});
    const auto raised = objective(now, tape);
    tape.CheckAllReached();
    noisy.objective.push_back(ValueOf(raised));
    noisy.was_enough = is_enough && is_enough(now);
    if (noisy.was_enough || noisy.objective.back() > highest) noisy.image = now;
    highest = std::max(highest, noisy.objective.back());
    if (noisy.was_enough || step == options.steps) return noisy;
    const auto gradient = GradientAt(tape.layers().front().value, raised);
    if (!gradient.ne(0).any().item<bool>()) return noisy;  // it would stay where it is
    const c10::AutoGradMode no_gradients(false);
    now = box.Step(now, gradient, options.step_size);
  }
}

namespace {

/// log p / (1 - p) of one of the logits (C).
at::Tensor LogOdds(const at::Tensor& logits, int64_t index) {
  const auto others = at::cat({logits.narrow(0, 0, index), logits.narrow(0, index + 1, logits.size(0) - index - 1)});
  return logits[index] - others.logsumexp(0);
}

int64_t BestBut(const at::Tensor& logits, int64_t index) {
  auto others = logits.detach().clone();
  others[index].fill_(-std::numeric_limits<double>::infinity());
  return others.argmax().item<int64_t>();
}

/// What the model says of the images.
at::Tensor LogitsOf(const Model& model, const at::Tensor& images, const Prompt& prompt, Tape& tape) {
  return model.label_network().Logits(InputWith(images, prompt), tape);
}

}  // namespace

LabelNoise FoolLabels(const Model& model, const at::Tensor& image, const std::string& question,
                      const LabelNoiseRequest& request) {
  CheckImage(image, model);
  Request asked_for;
  asked_for.question = question;
  std::vector<std::string> warnings;
  const auto prompt = PromptOf(model, asked_for, &warnings);
  const std::string what = prompt.is_asked() ? "answer" : "class";
  const auto& labels = model.labels;
  if (labels.size() < 2) ThrowUsage("a model of one " + what + " cannot be made wrong");
  const auto best = [&](const at::Tensor& asked) {
    const at::NoGradGuard no_gradients;
    Tape tape;
    return BestOf(LogitsOf(model, asked, prompt, tape)[0], labels, 1, model.labels_are_independent)[0];
  };
  LabelNoise result;
  result.before = best(image);
  result.right = request.right.empty() ? result.before.index : IndexOfLabel(labels, request.right, what);
  const int64_t wrong = request.wrong.empty() ? -1 : IndexOfLabel(labels, request.wrong, what);
  if (wrong == result.right) ThrowUsage("the " + what + " '" + request.wrong + "' is the right one; give another");
  const auto is_wrong = [&](int64_t index) { return wrong >= 0 ? index == wrong : index != result.right; };

  at::Tensor said;  // of the image that was asked about last
  const auto objective = [&](const at::Tensor& asked, Tape& tape) {
    const auto all = LogitsOf(model, asked, prompt, tape)[0];
    said = all.detach();
    return LogOdds(all, wrong >= 0 ? wrong : BestBut(all, result.right));
  };
  const auto is_enough = [&](const at::Tensor&) {
    const auto [probability, index] = said.to(at::kDouble).softmax(0).max(0);
    return is_wrong(index.item<int64_t>()) && probability.item<double>() > request.noise.enough;
  };
  result.noisy = AddNoise(image, model.info.image, objective, is_enough, request.noise);
  result.after = best(result.noisy.image);
  result.is_fooled = is_wrong(result.after.index);
  return result;
}

namespace {

/// A captioner, and what it is to say no longer.
class CaptionTarget {
 public:
  CaptionTarget(const Model& model, const CaptionNoiseRequest& request)
      : model_(model), options_(model.decoding), word_(request.word) {
    if (request.beam != 0) options_.beam = request.beam;
  }

  TokenizedText Caption(const DecoderState& start) const {
    const auto decoded = Decode(model_.text_network(), start, options_);
    return decoded.ids.empty() ? TokenizedText() : model_.tokenizer->Describe(decoded.ids);
  }

  TokenizedText CaptionOf(const at::Tensor& image) const {
    const at::NoGradGuard no_gradients;
    Tape tape;
    return Caption(model_.text_network().Start(InputOf(image), tape));
  }

  /// Begins with the caption of the image without noise.
  void Aim(const TokenizedText& caption) {
    if (caption.ids.empty()) ThrowNothingToExplain("the model ended its caption before the first word");
    if (!word_.empty() && !SaysWord(caption)) {
      std::string text;
      for (const auto& word : caption.words) text += (text.empty() ? "" : " ") + word;
      ThrowNothingToExplain("'" + word_ + "' is no word of the caption '" + text + "'; give one of its words");
    }
    aim_ = own_ = caption;
  }

  /// The log-probability, with its sign turned, of what is to go: where a word comes several times, of any of them, or
  /// one would fall without bound while the others stay. It may come back at another place: it is pursued.
  at::Tensor Unlikeliness(const at::Tensor& image, Tape& tape) {
    const auto start = model_.text_network().Start(InputOf(image), tape);
    now_ = Caption(start);
    if (!word_.empty() && SaysWord(now_)) aim_ = now_;
    const auto log_probability =
        TextScores(model_.text_network(), start, aim_.ids, PiecesToLose(), options_, tape).logsumexp(1);
    probability_ = std::exp(log_probability.item<double>());
    return -log_probability;
  }

  bool IsLost(const TokenizedText& caption) const {
    return word_.empty() ? caption.ids != own_.ids : !SaysWord(caption);
  }

  /// Of the image that was asked about last.
  bool IsLostForSure(double enough) const { return IsLost(now_) && (!word_.empty() || probability_ < 1 - enough); }

 private:
  bool SaysWord(const TokenizedText& caption) const {
    return std::find(caption.words.begin(), caption.words.end(), word_) != caption.words.end();
  }

  /// Their positions, of each time that the word comes; or all.
  std::vector<std::vector<int64_t>> PiecesToLose() const {
    std::vector<std::vector<int64_t>> pieces(word_.empty() ? 1 : aim_.words.size());
    for (std::size_t piece = 0; piece < aim_.ids.size(); ++piece) {
      const auto word = static_cast<std::size_t>(aim_.word[piece]);
      if (word_.empty()) {
        pieces[0].push_back(static_cast<int64_t>(piece));
      } else if (aim_.words[word] == word_) {
        pieces[word].push_back(static_cast<int64_t>(piece));
      }
    }
    pieces.erase(std::remove_if(pieces.begin(), pieces.end(), [](const auto& one) { return one.empty(); }),
                 pieces.end());
    return pieces;
  }

  const Model& model_;
  DecodeOptions options_;
  std::string word_;
  TokenizedText own_;       ///< the caption without noise
  TokenizedText aim_;       ///< whose probability is lowered
  TokenizedText now_;       ///< of the image that was asked about last
  double probability_ = 1;  ///< likewise
};

}  // namespace

CaptionNoise FoolCaptioner(const Model& model, const at::Tensor& image, const CaptionNoiseRequest& request) {
  CheckImage(image, model);
  CaptionTarget target(model, request);
  CaptionNoise result;
  const auto before = target.CaptionOf(image);
  target.Aim(before);
  result.noisy = AddNoise(
      image, model.info.image, [&](const at::Tensor& asked, Tape& tape) { return target.Unlikeliness(asked, tape); },
      [&](const at::Tensor&) { return target.IsLostForSure(request.noise.enough); }, request.noise);
  const auto after = target.CaptionOf(result.noisy.image);
  result.before = before.words;
  result.after = after.words;
  result.is_fooled = target.IsLost(after);
  return result;
}

}  // namespace wherefore
