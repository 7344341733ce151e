#include "tasks/labels.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <optional>

#include <ATen/ATen.h>

#include "explain/accumulation.h"
#include "explain/error.h"
#include "models/text/text.h"

namespace wherefore {
namespace {

// Enough of the ranking for a reader to see what else was likely.
constexpr int64_t kShownPredictions = 5;

std::vector<std::string> Synonyms(const std::string& label) {
  std::vector<std::string> names = {label};
  std::size_t begin = 0;
  while (label.find(',') != std::string::npos && begin <= label.size()) {
    const auto end = std::min(label.find(',', begin), label.size());
    const auto first = label.find_first_not_of(' ', begin);
    if (first < end) names.push_back(label.substr(first, end - first));
    begin = end + 1;
  }
  return names;
}

bool IsIndex(const std::string& name, std::size_t count) {
  return !name.empty() && name.size() < 10 &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c) != 0; }) &&
         std::stoul(name) < count;
}

/// Of logits (C), on the host; none of one label that is chosen among no others.
std::vector<std::optional<double>> Probabilities(const at::Tensor& logits, bool independent) {
  const int64_t count = logits.size(0);
  if (count == 1 && !independent) return {std::nullopt};
  const auto all = independent ? logits.sigmoid() : logits.softmax(0);
  std::vector<std::optional<double>> probabilities;
  for (int64_t i = 0; i < count; ++i) probabilities.emplace_back(all[i].item<double>());
  return probabilities;
}

}  // namespace

int64_t IndexOfLabel(const std::vector<std::string>& labels, const std::string& name, const std::string& what) {
  const std::string wanted = LowerCaseUtf8(name);
  std::vector<int64_t> whole;
  std::vector<int64_t> synonym;
  std::vector<std::string> known;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto names = Synonyms(labels[i]);
    known.insert(known.end(), names.begin(), names.end());
    for (std::size_t n = 0; n < names.size(); ++n) {
      if (LowerCaseUtf8(names[n]) == wanted) (n == 0 ? whole : synonym).push_back(static_cast<int64_t>(i));
    }
  }
  const auto& found = whole.empty() ? synonym : whole;
  if (found.size() == 1) return found.front();
  if (IsIndex(name, labels.size())) return std::stol(name);
  if (found.empty()) {
    ThrowUsage("the model has no " + what + " '" + name + "'" + DidYouMean(name, known) + "; it has " +
               std::to_string(labels.size()) + ", which can also be named by their index from 0");
  }
  std::string indices;
  for (const int64_t index : found) indices += (indices.empty() ? "" : ", ") + std::to_string(index);
  ThrowUsage("'" + name + "' names several " + what + (what == "class" ? "es" : "s") + "; give one of the indices " +
             indices);
}

std::vector<Prediction> BestOf(const at::Tensor& logits, const std::vector<std::string>& labels, int64_t count,
                               bool independent) {
  const auto on_host = logits.detach().to(at::kCPU, at::kDouble);
  const auto probabilities = Probabilities(on_host, independent);
  const auto [values, indices] = on_host.topk(std::min(count, on_host.size(0)));
  std::vector<Prediction> best;
  for (int64_t i = 0; i < values.size(0); ++i) {
    const auto index = indices[i].item<int64_t>();
    const auto place = static_cast<std::size_t>(index);
    best.push_back({index, labels.at(place), values[i].item<double>(), probabilities.at(place)});
  }
  return best;
}

LabelTargets TargetsNamed(const std::vector<std::string>& labels, const std::vector<std::string>& names, int64_t top,
                          const std::string& versus, const std::string& what, const std::vector<int64_t>& indices) {
  const auto most = static_cast<int64_t>(labels.size());
  LabelTargets targets;
  targets.top = top;
  for (const auto& name : names) targets.named.push_back(IndexOfLabel(labels, name, what));
  for (const int64_t index : indices) {
    if (index < 0 || index >= most) {
      ThrowUsage("the model has no " + what + " of index " + std::to_string(index) + "; it has " +
                 std::to_string(most) + ", from 0 on");
    }
    targets.named.push_back(index);
  }
  if (!versus.empty()) targets.versus = IndexOfLabel(labels, versus, what);
  for (const int64_t index : targets.named) {
    if (index == targets.versus) {
      ThrowUsage("'" + versus + "' cannot be contrasted with itself; name two different " + what +
                 (what == "class" ? "es" : "s"));
    }
  }
  if (targets.named.empty() && (top < 1 || top > most)) {
    ThrowUsage("the best " + std::to_string(top) + " were asked for; the model has " + std::to_string(most) +
               ": give 1 to " + std::to_string(most));
  }
  if (targets.named.empty() && targets.versus >= 0 && top == most) {
    ThrowUsage("all " + std::to_string(most) + " were asked for, but '" + versus +
               "' cannot be contrasted with itself: give at most " + std::to_string(most - 1));
  }
  return targets;
}

std::vector<int64_t> IndicesOf(const Explanation& explanation) {
  std::vector<int64_t> indices;
  for (const auto& target : explanation.targets) {
    if (const auto* label = AsLabel(target)) indices.push_back(label->index);
    if (const auto* contrast = AsContrast(target)) indices.push_back(contrast->index);
  }
  return indices;
}

at::Tensor ChosenIndices(const LabelTargets& targets, const at::Tensor& logits) {
  if (!targets.named.empty()) return at::tensor(targets.named, at::kLong).to(logits.device());
  auto ranked = logits.detach();
  if (targets.versus >= 0) {
    // What is contrasted with cannot be a target as well: the runner-up takes its place.
    ranked = ranked.clone();
    ranked[targets.versus].fill_(-std::numeric_limits<double>::infinity());
  }
  return std::get<1>(ranked.topk(targets.top));
}

at::Tensor ScoresAt(const LabelTargets& targets, const at::Tensor& logits, const at::Tensor& indices) {
  const auto scores = Widened(logits.index_select(0, indices));
  return targets.versus < 0 ? scores : scores - logits[targets.versus];
}

TargetScores TargetScoresAt(const LabelTargets& targets, const at::Tensor& logits, const at::Tensor& indices,
                            bool independent) {
  const auto scores = Widened(logits.index_select(1, indices));
  if (targets.versus < 0 && independent) return {scores, at::log_sigmoid(scores)};
  if (targets.versus < 0) return {scores, logits.log_softmax(1, AccumulationType(logits)).index_select(1, indices)};
  const auto margins = scores - logits.narrow(1, targets.versus, 1);
  return {margins, at::log_sigmoid(margins)};
}

void SetFromPicture(const at::Tensor& logits, const at::Tensor& grey_logits, bool independent,
                    std::vector<ExplainedTarget>* targets) {
  const auto both = at::stack({logits.detach(), grey_logits}).to(at::kCPU, at::kDouble);
  const auto log_probs = independent ? at::log_sigmoid(both) : both.log_softmax(1);
  const auto gain = log_probs[0] - log_probs[1];
  const auto margin_gain = both[0] - both[1];
  for (auto& target : *targets) {
    if (const auto* label = AsLabel(target)) {
      target.from_picture = (label->probability ? gain : margin_gain)[label->index].item<double>();
    }
    if (const auto* contrast = AsContrast(target)) {
      target.from_picture = (margin_gain[contrast->index] - margin_gain[contrast->versus_index]).item<double>();
    }
  }
}

void DescribeLabels(Explanation* explanation, const LabelTargets& targets, const at::Tensor& logits,
                    const at::Tensor& indices, const std::vector<std::string>& labels, bool independent) {
  const auto on_host = logits.detach().to(at::kCPU, at::kDouble);
  const auto probabilities = Probabilities(on_host, independent);
  const auto chosen = indices.to(at::kCPU);
  const auto label_of = [&](int64_t index) { return labels.at(static_cast<std::size_t>(index)); };
  for (int64_t t = 0; t < chosen.size(0); ++t) {
    const auto index = chosen[t].item<int64_t>();
    ExplainedTarget target;
    if (targets.versus < 0) {
      target.about = LabelTarget{index, label_of(index), probabilities.at(static_cast<std::size_t>(index))};
    } else {
      target.about = ContrastTarget{index, label_of(index), targets.versus, label_of(targets.versus)};
    }
    explanation->targets.push_back(target);
  }
  explanation->said = BestOf(on_host, labels, std::max(targets.top, kShownPredictions), independent);
}

}  // namespace wherefore
