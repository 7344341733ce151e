#include "explain/explainer.h"

#include <algorithm>
#include <utility>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <c10/util/accumulate.h>
#include <torch/csrc/autograd/autograd.h>

#include "explain/error.h"
#include "explain/pullback.h"

namespace wherefore {
namespace {

std::string Rows(int64_t count) { return std::to_string(count) + (count == 1 ? " row" : " rows"); }

at::Tensor CheckedScores(const Tape& tape, const at::Tensor& given) {
  tape.CheckAllReached();
  if (tape.layers().empty()) ThrowUsage("the tape wants no layer; name at least one to explain");
  const at::Tensor scores = given.dim() == 0 ? given.reshape({1}) : given;
  if (scores.dim() != 1 || scores.size(0) == 0) {
    ThrowUsage("scores must be a vector, one score a target; the forward pass gave " + std::to_string(scores.dim()) +
               " dimensions with " + std::to_string(scores.numel()) + " values");
  }
  const auto& cut = tape.layers().front();
  const int64_t rows = cut.value.size(0);
  if (rows != 1 && rows != scores.size(0)) {
    ThrowUsage("the forward pass gave " + std::to_string(scores.size(0)) + " scores, but layer '" + cut.name +
               "' has " + Rows(rows) + "; there must be one score a row, or one row");
  }
  if (!scores.requires_grad()) {
    ThrowUsage("the scores do not depend on layer '" + cut.name +
               "', or were computed without gradients (NoGradGuard, InferenceMode, detach())");
  }
  return scores;
}

/// The mean over the places of a grid, at each of them, from the gradient of a shift of all.
at::Tensor MeanAtEachPlace(const at::Tensor& gradient, const at::Tensor& value) {
  const auto places = value.size(2) * value.size(3);
  return (gradient / static_cast<double>(places)).expand({gradient.size(0), -1, value.size(2), value.size(3)});
}

/// (T, ...) for each of `tapped`, from one backward pass.
std::vector<at::Tensor> GradientsOf(const at::Tensor& scores, const std::vector<Tapped>& tapped) {
  std::vector<at::Tensor> values;
  for (const auto& one : tapped) {
    values.push_back(one.shift.defined() ? one.shift : one.value);
    if (one.value.size(0) == values.front().size(0)) continue;
    ThrowUsage("'" + one.name + "' has " + Rows(one.value.size(0)) + ", but '" + tapped.front().name + "' has " +
               Rows(values.front().size(0)) + "; gradients of one score a row need as many rows of both");
  }
  auto gradients = values.front().size(0) == 1
                       ? PullBack(scores, values)
                       : torch::autograd::grad({scores.sum()}, values, {}, /*retain_graph=*/true,
                                               /*create_graph=*/false, /*allow_unused=*/true);
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i].defined()) ThrowUsage("the score does not depend on '" + tapped[i].name + "'");
    if (tapped[i].shift.defined()) gradients[i] = MeanAtEachPlace(gradients[i], tapped[i].value);
  }
  return gradients;
}

/// A pass a target: side by side, all of them would hold their gradients of every layer at once.
at::Tensor ImageGradient(const at::Tensor& scores, const Tapped& image, RectifierRule rule) {
  const RectifierGuard guard(scores, rule);
  if (image.value.size(0) > 1) return GradientsOf(scores, {image}).front();
  std::vector<at::Tensor> rows;
  for (int64_t t = 0; t < scores.size(0); ++t) rows.push_back(GradientsOf(scores.narrow(0, t, 1), {image}).front());
  return at::cat(rows, 0);
}

/// The same of layers and inputs, of which a rule other than the plain one is for the layers alone.
std::vector<at::Tensor> GradientsByRule(const at::Tensor& scores, const std::vector<Tapped>& tapped, std::size_t layers,
                                        RectifierRule layer_rule) {
  if (layer_rule == RectifierRule::kPlain || layers == 0) return GradientsOf(scores, tapped);
  const auto split = tapped.begin() + static_cast<std::ptrdiff_t>(layers);
  std::vector<at::Tensor> gradients;
  {
    const RectifierGuard guard(scores, layer_rule);
    gradients = GradientsOf(scores, {tapped.begin(), split});
  }
  if (split == tapped.end()) return gradients;
  for (const auto& gradient : GradientsOf(scores, {split, tapped.end()})) gradients.push_back(gradient);
  return gradients;
}

Gradients GradientsOfChunk(const Tape& tape, const at::Tensor& scores, const ExplainerOptions& options) {
  Gradients result;
  result.scores = scores.detach();
  auto tapped = tape.layers();
  if (tapped.front().name == kImageLayer) {
    result.layers.push_back(
        {kImageLayer, tapped.front().value.detach(), ImageGradient(scores, tapped.front(), options.image_rule)});
    tapped.erase(tapped.begin());
  }
  const std::size_t layers = tapped.size();
  tapped.insert(tapped.end(), tape.inputs().begin(), tape.inputs().end());
  if (tapped.empty()) return result;
  const auto gradients = GradientsByRule(scores, tapped, layers, options.layer_rule);
  for (std::size_t i = 0; i < tapped.size(); ++i) {
    auto& list = i < layers ? result.layers : result.inputs;
    list.push_back(
        {tapped[i].name, tapped[i].value.detach(), gradients[i], tapped[i].is_attention, tapped[i].shift.defined()});
  }
  return result;
}

/// Bytes of the largest output or attention matrix that was announced from the cut on, of which a backward pass holds a
/// gradient a target on its way to the cut.
int64_t LargestFromTheCutOn(const Tape& tape) {
  const auto& cut = tape.layers().front();
  int64_t largest = 0;
  bool is_behind = false;
  for (const auto& seen : tape.seen()) {
    is_behind = is_behind || seen.name == cut.name;
    if (is_behind) largest = std::max(largest, c10::multiply_integers(seen.shape));
  }
  return largest * static_cast<int64_t>(cut.value.element_size());
}

int64_t TargetsThatFit(const Tape& tape, int64_t targets, int64_t memory_bound) {
  if (tape.layers().front().value.size(0) > 1) return targets;  // each has a row of its own: one pass has them all
  int64_t bytes = LargestFromTheCutOn(tape) - static_cast<int64_t>(tape.layers().front().value.nbytes());
  for (const auto& layer : tape.layers()) bytes += static_cast<int64_t>(layer.value.nbytes());
  for (const auto& input : tape.inputs()) bytes += static_cast<int64_t>(input.value.nbytes());
  return std::clamp<int64_t>(memory_bound / std::max<int64_t>(1, bytes), 1, targets);
}

}  // namespace

const Differentiated& Gradients::Layer(const std::string& name) const {
  std::vector<std::string> names;
  for (const auto& layer : layers) {
    if (layer.name == name) return layer;
    names.push_back(layer.name);
  }
  ThrowUsage("no gradient was taken at layer '" + name + "'" + DidYouMean(name, names));
}

const Differentiated* Gradients::FindInput(const std::string& name) const {
  const auto found = std::find_if(inputs.begin(), inputs.end(), [&](const auto& input) { return input.name == name; });
  return found == inputs.end() ? nullptr : &*found;
}

void DifferentiateInChunks(const Tape& tape, const at::Tensor& given_scores, const ExplainerOptions& options,
                           const std::function<void(const Gradients& chunk)>& consume) {
  const at::Tensor scores = CheckedScores(tape, given_scores);
  const int64_t targets = scores.size(0);
  const int64_t at_once = TargetsThatFit(tape, targets, options.memory_bound);
  for (int64_t first = 0; first < targets; first += at_once) {
    // The whole as it is: a view of it would be one more step for every row to go back through.
    const auto chunk = at_once == targets ? scores : scores.narrow(0, first, std::min(at_once, targets - first));
    consume(GradientsOfChunk(tape, chunk, options));
  }
}

Gradients Differentiate(const Tape& tape, const at::Tensor& scores, const ExplainerOptions& options) {
  Gradients all;
  const auto append = [](std::vector<Differentiated>* into, const std::vector<Differentiated>& chunk) {
    for (std::size_t i = 0; i < chunk.size(); ++i)
      (*into)[i].gradient = at::cat({(*into)[i].gradient, chunk[i].gradient});
  };
  DifferentiateInChunks(tape, scores, options, [&](const Gradients& chunk) {
    if (!all.scores.defined()) {
      all = chunk;
      return;
    }
    all.scores = at::cat({all.scores, chunk.scores});
    append(&all.layers, chunk.layers);
    append(&all.inputs, chunk.inputs);
  });
  return all;
}

Gradients Explain(std::vector<std::string> wanted, const std::function<at::Tensor(Tape& tape)>& forward,
                  const ExplainerOptions& options) {
  const c10::AutoGradMode grad_mode(true);
  Tape tape(std::move(wanted));
  const at::Tensor scores = forward(tape);
  return Differentiate(tape, scores, options);
}

}  // namespace wherefore
