#include "tasks/labels.h"

#include <algorithm>
#include <cctype>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "models/text.h"

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

std::vector<Prediction> BestOf(const at::Tensor& logits, const std::vector<std::string>& labels, int64_t count) {
  const auto on_host = logits.detach().to(at::kCPU, at::kDouble);
  const auto probabilities = on_host.softmax(0);
  const auto [values, indices] = on_host.topk(std::min(count, on_host.size(0)));
  std::vector<Prediction> best;
  for (int64_t i = 0; i < values.size(0); ++i) {
    const auto index = indices[i].item<int64_t>();
    best.push_back({index, labels.at(static_cast<std::size_t>(index)), values[i].item<double>(),
                    probabilities[index].item<double>()});
  }
  return best;
}

LabelTargets TargetsNamed(const std::vector<std::string>& labels, const std::vector<std::string>& names, int64_t top,
                          const std::string& versus, const std::string& what) {
  LabelTargets targets;
  for (const auto& name : names) targets.indices.push_back(IndexOfLabel(labels, name, what));
  if (!versus.empty()) targets.versus = IndexOfLabel(labels, versus, what);
  for (const int64_t index : targets.indices) {
    if (index == targets.versus) {
      ThrowUsage("'" + versus + "' cannot be contrasted with itself; name two different " + what +
                 (what == "class" ? "es" : "s"));
    }
  }
  const auto most = static_cast<int64_t>(labels.size());
  if (names.empty() && (top < 1 || top > most)) {
    ThrowUsage("the best " + std::to_string(top) + " were asked for; the model has " + std::to_string(most) +
               ": give 1 to " + std::to_string(most));
  }
  return targets;
}

at::Tensor ScoresOf(LabelTargets* targets, const at::Tensor& logits, const std::vector<std::string>& labels,
                    int64_t top) {
  const auto row = logits[0];
  const auto values = row.detach().to(at::kCPU, at::kDouble).softmax(0).contiguous();
  targets->probabilities.assign(values.data_ptr<double>(), values.data_ptr<double>() + values.numel());
  targets->predictions = BestOf(row, labels, std::max(top + 1, kShownPredictions));
  if (targets->indices.empty()) {
    for (const auto& best : targets->predictions) {
      const bool enough = static_cast<int64_t>(targets->indices.size()) >= top;
      // What is contrasted with cannot be a target as well: the runner-up takes its place.
      if (!enough && best.index != targets->versus) targets->indices.push_back(best.index);
    }
  }
  const auto scores = row.index_select(0, at::tensor(targets->indices, at::kLong).to(row.device()));
  return targets->versus < 0 ? scores : scores - row[targets->versus];
}

std::vector<ExplainedTarget> Described(const LabelTargets& targets, const std::vector<std::string>& labels,
                                       const std::string& kind) {
  std::vector<ExplainedTarget> described;
  for (const int64_t index : targets.indices) {
    ExplainedTarget target;
    target.kind = targets.versus < 0 ? kind : "contrast";
    target.text = labels.at(static_cast<std::size_t>(index));
    target.index = index;
    if (targets.versus < 0) {
      target.probability = targets.probabilities.at(static_cast<std::size_t>(index));
    } else {
      target.score_kind = ScoreKind::kLogitMargin;
      target.versus = labels.at(static_cast<std::size_t>(targets.versus));
    }
    described.push_back(target);
  }
  return described;
}

}  // namespace wherefore
