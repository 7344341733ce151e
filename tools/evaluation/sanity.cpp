#include "tools/evaluation/sanity.h"

#include <cmath>

#include <ATen/ATen.h>

#include "explain/measures/rank_correlation.h"
#include "explain/measures/structural_similarity.h"
#include "explain/measures/weight_cascade.h"
#include "tools/evaluation/heat.h"

namespace wherefore {
namespace {

constexpr const char* kTrunk = "trunk.";

/// "trunk.layer4" of "trunk.layer4.0.conv1", "output" of "output.weight".
std::string ModuleOf(const std::string& step, bool is_trunk) {
  std::size_t begin = step.rfind(kTrunk, 0) == 0 ? std::string(kTrunk).size() : 0;
  const std::string features = "features.";
  if (is_trunk && step.compare(begin, features.size(), features) == 0) begin += features.size();
  return step.substr(0, step.find('.', begin));
}

/// At most so many, evenly, the last one among them.
std::vector<CascadeStage> Thinned(const std::vector<CascadeStage>& stages, std::size_t most) {
  if (stages.size() <= most) return stages;
  std::vector<CascadeStage> some;
  for (std::size_t i = 1; i <= most; ++i) some.push_back(stages[i * stages.size() / most - 1]);
  return some;
}

/// Of a map that is the same everywhere nothing can stay as it was: its likeness would look like a check that is
/// passed.
double OfMap(const at::Tensor& before, double likeness) {
  return before.eq(before.flatten()[0]).all().item<bool>() ? NAN : likeness;
}

}  // namespace

std::vector<CascadeStage> CascadeStages(const std::vector<std::string>& steps, bool is_all_trunk, std::size_t most) {
  std::vector<CascadeStage> decoder;
  std::vector<CascadeStage> trunk;
  const auto head = ModuleOf(steps.front(), false);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool is_trunk = is_all_trunk ? ModuleOf(steps[i], false) != head : steps[i].rfind(kTrunk, 0) == 0;
    auto& stages = is_trunk ? trunk : decoder;
    const auto name = ModuleOf(steps[i], is_trunk);
    if (stages.empty() || stages.back().name != name) stages.push_back({name, i, is_trunk});
    stages.back().steps = i + 1;
  }
  for (const auto& stage : Thinned(trunk, most)) decoder.push_back(stage);
  return decoder;
}

std::vector<Likeness> CompareThroughCascade(ExplainedCase& explained, const std::vector<Column>& columns,
                                            const std::vector<int64_t>& rows, bool through_trunk, std::uint64_t seed) {
  for (const auto& column : columns) explained.By(column);  // before anything is random
  WeightCascade cascade(*explained.model().network, seed);
  const bool is_all_trunk = &explained.model().network->image_part() == explained.model().network.get();
  std::vector<Likeness> all;
  for (const auto& stage : CascadeStages(cascade.steps(), is_all_trunk)) {
    if (stage.is_trunk && !through_trunk) continue;
    cascade.RandomiseUpTo(stage.steps);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const auto& before = explained.By(columns[c]);
      const auto after = explained.ByOn(columns[c], explained.image());
      for (const auto row : rows) {
        all.push_back({stage.name, stage.is_trunk, c, row, NAN, NAN, NAN});
        if (!after.maps[row].isfinite().all().item<bool>()) continue;  // random weights may be too large
        auto& likeness = all.back();
        const auto strength = StrengthOf(before, row).abs();
        const auto heat = explained.HeatOnImage(columns[c], row);
        likeness.rank = OfMap(before.maps[row], RankCorrelation(before.maps[row], after.maps[row]));
        likeness.absolute = OfMap(strength, RankCorrelation(strength, StrengthOf(after, row).abs()));
        likeness.ssim = OfMap(heat, StructuralSimilarity(heat, HeatOf(after, row, heat.size(0), heat.size(1))));
      }
    }
  }
  return all;
}

}  // namespace wherefore
