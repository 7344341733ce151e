#include "explain/explainer.h"

#include <algorithm>
#include <utility>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "explain/error.h"

namespace wherefore {
namespace {

// Rows of a first pass, before the size of the cut's activation is known. Enough for a top ten.
constexpr int64_t kRowsBeforeSizeIsKnown = 16;

/// The tensors to differentiate by, one list for the plain gradient and one for the image's rule.
struct Wanted {
  std::vector<Tapped> tapped;
  RectifierRule rule = RectifierRule::kPlain;
};

std::string Rows(int64_t count) { return std::to_string(count) + (count == 1 ? " row" : " rows"); }

std::vector<at::Tensor> GradientsOf(const at::Tensor& score, const Wanted& wanted, bool keep_graph) {
  std::vector<at::Tensor> values;
  for (const auto& tapped : wanted.tapped) values.push_back(tapped.value);
  auto gradients =
      torch::autograd::grad({score}, values, {}, keep_graph, /*create_graph=*/false, /*allow_unused=*/true);
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i].defined()) ThrowUsage("the score does not depend on '" + wanted.tapped[i].name + "'");
  }
  return gradients;
}

/// (T, ...) for each wanted tensor.
std::vector<at::Tensor> GradientsOfAll(const at::Tensor& scores, const Wanted& wanted, bool one_pass, bool keep_graph) {
  const RectifierGuard guard(scores, wanted.rule);
  if (one_pass) return GradientsOf(scores.sum(), wanted, keep_graph);
  const int64_t targets = scores.size(0);
  std::vector<std::vector<at::Tensor>> rows(wanted.tapped.size());
  for (int64_t t = 0; t < targets; ++t) {
    const auto gradients = GradientsOf(scores[t], wanted, keep_graph || t + 1 < targets);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].push_back(gradients[i]);
  }
  std::vector<at::Tensor> stacked;
  for (auto& row : rows) stacked.push_back(at::cat(row, 0));
  return stacked;
}

void CheckRows(const Tape& tape, const at::Tensor& scores) {
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
}

void Append(std::vector<Differentiated>* into, const std::vector<Differentiated>& chunk) {
  if (into->empty()) {
    *into = chunk;
    return;
  }
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    auto& whole = (*into)[i];
    whole.gradient = at::cat({whole.gradient, chunk[i].gradient}, 0);
    // The rows of a cut are copies of one; those of what lies behind it may differ from target to target.
    whole.value = at::cat({whole.value, chunk[i].value}, 0);
  }
}

int64_t RowsThatFit(const Tape& tape, int64_t targets, int64_t memory_bound) {
  const auto& value = tape.layers().front().value;
  const int64_t bytes_a_row = 2 * static_cast<int64_t>(value.nbytes()) / std::max<int64_t>(1, value.size(0));
  return std::clamp<int64_t>(memory_bound / std::max<int64_t>(1, bytes_a_row), 1, targets);
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

Gradients Differentiate(const Tape& tape, const at::Tensor& given_scores, RectifierRule image_rule) {
  tape.CheckAllReached();
  if (tape.layers().empty()) ThrowUsage("the tape wants no layer; name at least one to explain");
  const at::Tensor scores = given_scores.dim() == 0 ? given_scores.reshape({1}) : given_scores;
  if (scores.dim() != 1 || scores.size(0) == 0) {
    ThrowUsage("scores must be a vector, one score a target; the forward pass gave " + std::to_string(scores.dim()) +
               " dimensions with " + std::to_string(scores.numel()) + " values");
  }
  CheckRows(tape, scores);

  Wanted plain;
  Wanted image{{}, image_rule};
  for (const auto& layer : tape.layers()) (layer.name == kImageLayer ? image : plain).tapped.push_back(layer);
  plain.tapped.insert(plain.tapped.end(), tape.inputs().begin(), tape.inputs().end());

  const bool one_pass = scores.size(0) == 1 || tape.layers().front().value.size(0) == scores.size(0);
  Gradients result;
  result.scores = scores.detach();
  std::vector<at::Tensor> gradients;
  if (!plain.tapped.empty()) {
    gradients = GradientsOfAll(scores, plain, one_pass, /*keep_graph=*/!image.tapped.empty());
  }
  for (std::size_t i = 0; i < plain.tapped.size(); ++i) {
    auto& list = i < tape.layers().size() - image.tapped.size() ? result.layers : result.inputs;
    list.push_back({plain.tapped[i].name, plain.tapped[i].value.detach(), gradients[i]});
  }
  if (!image.tapped.empty()) {
    const auto image_gradients = GradientsOfAll(scores, image, one_pass, /*keep_graph=*/false);
    result.layers.insert(result.layers.begin(),
                         {kImageLayer, image.tapped.front().value.detach(), image_gradients.front()});
  }
  return result;
}

void ExplainInChunks(Tape& tape, int64_t targets, const ScoreFunction& score, const ExplainerOptions& options,
                     const std::function<void(const Gradients& chunk)>& consume) {
  if (targets < 1) ThrowUsage("there is nothing to explain: no target was given");
  const c10::AutoGradMode grad_mode(true);
  for (int64_t first = 0; first < targets;) {
    const int64_t left = targets - first;
    int64_t count = left;
    // One row that all targets share: where the image is the cut, and where a first pass has just one target.
    const bool use_pass_before = first == 0 && tape.HasCut() && (tape.WantsImage() || targets == 1);
    if (!use_pass_before) {
      if (!tape.WantsImage()) {
        count = tape.HasCut() ? RowsThatFit(tape, left, options.memory_bound) : std::min(left, kRowsBeforeSizeIsKnown);
      }
      tape.Resume(count);
    }
    consume(Differentiate(tape, score(tape, first, count), options.image_rule));
    first += count;
  }
}

Gradients Explain(Tape& tape, int64_t targets, const ScoreFunction& score, const ExplainerOptions& options) {
  Gradients all;
  ExplainInChunks(tape, targets, score, options, [&](const Gradients& chunk) {
    all.scores = all.scores.defined() ? at::cat({all.scores, chunk.scores}) : chunk.scores;
    Append(&all.layers, chunk.layers);
    Append(&all.inputs, chunk.inputs);
  });
  return all;
}

Gradients Explain(std::vector<std::string> layers, const std::function<at::Tensor(Tape& tape)>& forward,
                  RectifierRule image_rule) {
  const c10::AutoGradMode grad_mode(true);
  Tape tape(std::move(layers));
  const at::Tensor scores = forward(tape);
  return Differentiate(tape, scores, image_rule);
}

}  // namespace wherefore
