#include "tools/evaluation/case_measures.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "explain/error.h"
#include "explain/measures/pointing_game.h"
#include "explain/measures/rank_correlation.h"
#include "explain/measures/sensitivity.h"
#include "tools/evaluation/case_request.h"
#include "tools/evaluation/heat.h"
#include "tools/evaluation/sanity.h"
#include "tools/evaluation/target_map.h"

namespace wherefore {
namespace {

const char* const kOcclusion = "occlusion";

/// A target, and its part of a record.
struct Measured {
  int64_t row = 0;
  std::string text;
  std::string group;
  MapSubject subject;
};

/// Probability of a target; of several words together the geometric mean of theirs, since the product is next to none.
ScoreImages ProbabilityOf(const Subject& subject, int64_t row, int64_t words) {
  return [subject, row, words = static_cast<double>(std::max<int64_t>(words, 1))](const at::Tensor& images) {
    const at::NoGradGuard no_gradients;
    Tape tape;
    const auto prepared = images.to(subject.image.options());
    return (subject.score(prepared, tape).log_probabilities.select(1, row) / words).exp();
  };
}

class CaseMeasurer {
 public:
  CaseMeasurer(ExplainedCase* explained, const CaseSettings& settings, int64_t index, CaseResult* result)
      : explained_(*explained), settings_(settings), index_(index), result_(*result) {
    options_ = settings.options;
    options_.seed += static_cast<std::uint64_t>(index);
  }

  void Measure() {
    CountTargets();
    if (Asks(kPointingRecall)) AddRecall();
    if (explained_.asked().asks_absent) return;
    ListTargets();
    for (const auto& target : targets_) AddMaps(target);
    if (Asks("agreement")) AddAgreement();
    if (Asks("sensitivity")) AddSensitivity();
    if (Asks("sanity-decoder") || Asks("sanity-trunk")) AddSanity();
    if (Asks("adversarial")) AddAdversarial();
  }

 private:
  bool IsClassification() const { return explained_.own().task == Task::kClassification; }

  /// Of all classes that pointing-recall asks for, the other measures know the best one only.
  void CountTargets() {
    const auto& places = explained_.places();
    if (!IsClassification()) {
      result_.placed = static_cast<int64_t>(places.placed.size());
      result_.wrong = places.wrong;
      result_.placeless = places.placeless;
      return;
    }
    const auto is_best = [](const auto& target) { return target.row == 0; };
    result_.placed = std::any_of(places.placed.begin(), places.placed.end(), is_best) ? 1 : 0;
    result_.wrong = std::any_of(places.absent.begin(), places.absent.end(), is_best) ? 1 : 0;
    result_.placeless = 1 - result_.placed - result_.wrong;
  }

  bool Asks(const std::string& measure) const { return settings_.Asks(measure); }

  bool AsksAnyOf(Scope scope) const {
    return std::any_of(settings_.measures.begin(), settings_.measures.end(),
                       [&](const std::string& name) { return MeasureNamed(name).scope == scope; });
  }

  void Add(int64_t row, const std::string& text, const std::string& group, const std::string& method,
           const std::string& measure, const std::string& part, const MeasureValue& value) {
    if (!std::isfinite(value.value)) {
      result_.undefined.push_back({group, method, measure, part});
      return;
    }
    result_.records.push_back({row, text, group, method, measure, part, value.value, value.over});
  }

  void Add(const Measured& target, const std::string& method, const std::string& measure, const std::string& part,
           const MeasureValue& value) {
    Add(target.row, target.text, target.group, method, measure, part, value);
  }

  const std::string& TextOf(int64_t row) const {
    return wherefore::TextOf(explained_.own().targets.at(static_cast<std::size_t>(row)));
  }

  void ListTargets() {
    for (const auto& placed : explained_.places().placed) {
      if (IsClassification() && placed.row > 0) continue;
      Measured target{placed.row, TextOf(placed.row), placed.group, {}};
      target.subject.image = explained_.image();
      target.subject.mask = placed.mask;
      target.subject.boxes = placed.boxes;
      targets_.push_back(std::move(target));
    }
    placed_ = targets_.size();
    if (!AsksAnyOf(Scope::kTargets) && !AsksAnyOf(Scope::kCase)) return;
    AddPlaceless();
    if (AsksAnyOf(Scope::kTargets)) PrepareToAsk();
  }

  /// The whole caption, or an answer or class without a place.
  void AddPlaceless() {
    const auto& own = explained_.own();
    const bool is_caption = own.writes();
    if (!is_caption && !targets_.empty()) return;
    const auto row = is_caption ? static_cast<int64_t>(own.targets.size()) - 1 : 0;
    Measured target{row, TextOf(row), is_caption ? kWholeCaption : GroupWithoutPlace(), {}};
    target.subject.image = explained_.image();
    targets_.push_back(std::move(target));
  }

  const char* GroupWithoutPlace() const {
    if (result_.wrong == 0) return kNoPlace;
    return IsClassification() ? kWrongClass : kWrongAnswer;
  }

  void PrepareToAsk() {
    const auto subject = explained_.ToAsk();
    const auto& own = explained_.own();
    for (auto& target : targets_) {
      const auto* text = AsText(own.targets[static_cast<std::size_t>(target.row)]);
      const int64_t words = text == nullptr ? 0 : text->word_count;
      target.subject.probability = ProbabilityOf(subject, target.row, words);
      if (!Asks("occlusion-correlation")) continue;
      const auto& map = explained_.By({kOcclusion, kOcclusion, ""}).maps;
      target.subject.occlusion = map[target.row];
    }
  }

  bool AsksOfMaps() const {
    return std::any_of(settings_.measures.begin(), settings_.measures.end(),
                       [](const std::string& name) { return MeasureNamed(name).of_map != nullptr; });
  }

  void AddMaps(const Measured& target) {
    if (!AsksOfMaps()) return;  // or maps are made that nobody looks at
    for (const auto& column : settings_.columns) {
      const TargetMap map(
          target.subject, [&] { return explained_.HeatOnPicture(column, target.row); },
          [&] { return explained_.HeatOnImage(column, target.row); }, options_.steps);
      for (const auto& name : settings_.measures) {
        const auto& measure = MeasureNamed(name);
        const bool has_place = target.subject.mask.defined();
        if (measure.of_map == nullptr || (measure.scope == Scope::kPlaced && !has_place)) continue;
        constexpr MeasureValue kNone{NAN, std::nullopt};
        Add(target, column.name, name, "", measure.of_map(map, options_).value_or(kNone));
      }
    }
  }

  void AddRecall() {
    for (const auto& column : settings_.columns) {
      const auto& by = explained_.By(column);
      const auto& places = explained_.places();
      for (const auto& placed : places.placed) {
        const double hit = PointingGame(explained_.HeatOnPicture(column, placed.row), placed.mask);
        Add(placed.row, TextOf(placed.row), placed.group, column.name, kPointingRecall, "",
            {HighestOf(by, placed.row), hit});
      }
      for (const auto& absent : places.absent) {
        Add(absent.row, TextOf(absent.row), kAbsent, column.name, kPointingRecall, "",
            {HighestOf(by, absent.row), std::nullopt});
      }
    }
  }

  void AddAgreement() {
    const auto& columns = settings_.columns;
    for (const auto& target : targets_) {
      std::vector<at::Tensor> heats;
      for (const auto& column : columns) heats.push_back(explained_.HeatOnImage(column, target.row));
      const auto matrix = RankCorrelations(at::stack(heats));
      for (std::size_t a = 0; a < columns.size(); ++a) {
        for (std::size_t b = 0; b < columns.size(); ++b) {
          const auto value = matrix[static_cast<int64_t>(a)][static_cast<int64_t>(b)].item<double>();
          Add(target, columns[a].name, "agreement", columns[b].name, {value, std::nullopt});
        }
      }
    }
  }

  /// The changed images are the same for every target, so that each is explained once.
  void AddSensitivity() {
    SensitivityOptions options;
    options.samples = options_.samples;
    options.radius = options_.radius;
    options.seed = static_cast<int64_t>(options_.seed);
    for (const auto& column : settings_.columns) {
      std::vector<Explanation> explanations;
      for (const auto& target : targets_) {
        std::size_t asked = 0;
        const auto map_of = [&](const at::Tensor& image) {
          if (asked == explanations.size()) explanations.push_back(explained_.ByOn(column, image));
          return explanations[asked++].maps[target.row];
        };
        const double value = MaxSensitivity(explained_.image(), map_of, options);
        Add(target, column.name, "sensitivity", "", {value, std::nullopt});
      }
    }
  }

  void AddSanity() {
    if (index_ >= options_.sanity_cases) return;
    std::vector<int64_t> rows;
    for (const auto& target : targets_) rows.push_back(target.row);
    const auto all = CompareThroughCascade(explained_, settings_.columns, rows, Asks("sanity-trunk"), options_.seed);
    const std::pair<const char*, double Likeness::*> kinds[] = {
        {"rank correlation", &Likeness::rank}, {"of absolute values", &Likeness::absolute}, {"SSIM", &Likeness::ssim}};
    for (const auto& [kind, value] : kinds) {
      for (const auto& likeness : all) {
        const auto measure = likeness.is_trunk ? "sanity-trunk" : "sanity-decoder";
        if (!Asks(measure)) continue;
        const auto target = std::find_if(targets_.begin(), targets_.end(),
                                         [&](const Measured& one) { return one.row == likeness.row; });
        Add(*target, settings_.columns[likeness.column].name, measure, std::string(kind) + ": " + likeness.stage,
            {likeness.*value, std::nullopt});
      }
    }
  }

  /// On the first target with a place.
  void AddAdversarial() {
    if (placed_ == 0) return;
    const auto& target = targets_.front();
    auto noise = options_.noise;
    noise.seed = static_cast<int64_t>(options_.seed);
    const auto attack = AttackOn(explained_.model(), explained_.image(), explained_.asked(), target.text, noise);
    Add(target, "", "adversarial", kFooled, {attack.is_fooled ? 1.0 : 0.0, std::nullopt});
    if (!attack.is_fooled) return;
    if (attack.confidence) Add(target, "", "adversarial", kConfidence, {*attack.confidence, std::nullopt});
    for (const auto& column : settings_.columns) {
      const auto after = explained_.ByOn(column, attack.image);
      const auto& mask = target.subject.mask;
      const auto heat = HeatOf(after, target.row, mask.size(0), mask.size(1));
      const double before = PointingGame(explained_.HeatOnPicture(column, target.row), mask);
      Add(target, column.name, "adversarial", "hit before", {before, std::nullopt});
      Add(target, column.name, "adversarial", "hit after", {PointingGame(heat, mask), std::nullopt});
    }
  }

  ExplainedCase& explained_;
  const CaseSettings& settings_;
  MeasureOptions options_;
  int64_t index_;
  CaseResult& result_;
  std::vector<Measured> targets_;  ///< those with a place first
  std::size_t placed_ = 0;
};

/// Which picture a case is of: its name without the question, or the caption, behind it.
std::string PictureNameOf(const EvaluationCase& asked) {
  for (const auto& text : {asked.question, asked.caption}) {
    const auto end = ": " + text;
    const auto& name = asked.name;
    const bool has_end =
        !text.empty() && name.size() > end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
    if (has_end) return name.substr(0, name.size() - end.size());
  }
  return asked.name;
}

}  // namespace

bool CaseSettings::Asks(const std::string& measure) const {
  return std::find(measures.begin(), measures.end(), measure) != measures.end();
}

CaseResult MeasureCase(const Model& model, const EvaluationCase& asked, int64_t index, const CaseSettings& settings,
                       c10::Device device) {
  CaseResult result;
  result.index = index;
  result.name = asked.name;
  result.picture = PictureNameOf(asked);
  try {
    ExplainedCase explained(model, asked, index, device, settings.columns.at(0), settings.method_options);
    CaseMeasurer(&explained, settings, index, &result).Measure();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNothingToExplain) throw Error(error.kind(), asked.name + ": " + error.what());
    result.placed = result.wrong = 0;
    result.placeless = 1;
    result.records.clear();
    result.undefined.clear();
  }
  return result;
}

}  // namespace wherefore
