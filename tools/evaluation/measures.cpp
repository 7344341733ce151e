#include "tools/evaluation/measures.h"

#include <algorithm>
#include <ostream>
#include <sstream>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "explain/measures/average_drop.h"
#include "explain/measures/energy_inside.h"
#include "explain/measures/inside_outside.h"
#include "explain/measures/pointing_game.h"
#include "explain/measures/rank_correlation.h"
#include "explain/measures/road.h"
#include "tools/evaluation/records.h"

namespace wherefore {
namespace {

using Value = std::optional<MeasureValue>;

Value Only(double value) { return MeasureValue{value, std::nullopt}; }

Value Pointing(const TargetMap& map, const MeasureOptions&) {
  return Only(PointingGame(map.on_picture(), map.subject().mask));
}

Value PointingTolerant(const TargetMap& map, const MeasureOptions& options) {
  return Only(PointingGame(map.on_picture(), map.subject().mask, options.tolerance));
}

Value Energy(const TargetMap& map, const MeasureOptions&) {
  return Only(EnergyInside(map.on_picture(), map.subject().mask));
}

/// Of maps scaled to 1 at most. Nothing is outside of an object that fills the picture, and an empty map would count
/// for nothing in a ratio of means.
Value Inside(const TargetMap& map, const MeasureOptions&) {
  const auto& mask = map.subject().mask;
  if (mask.ne(0).all().item<bool>()) return std::nullopt;
  const double highest = map.on_picture().max().item<double>();
  if (highest == 0) return std::nullopt;
  const auto means = MeanActivations(map.on_picture() / highest, mask);
  return MeasureValue{means.inside, means.outside};
}

/// Of several objects any one will do. Crowds have no box.
Value BoxOverlap(const TargetMap& map, const MeasureOptions&) {
  const auto& boxes = map.subject().boxes;
  if (boxes.empty()) return std::nullopt;
  const auto drawn = LargestSegmentBox(map.on_picture());
  double best = 0;
  for (const auto& box : boxes) best = std::max(best, IntersectionOverUnion(drawn, box));
  return Only(best >= BoxOptions().iou ? 1 : 0);
}

Value OcclusionCorrelation(const TargetMap& map, const MeasureOptions&) {
  return Only(RankCorrelation(map.on_image(), map.subject().occlusion));
}

Value Insertion(const TargetMap& map, const MeasureOptions&) { return Only(map.insertion_deletion().insertion.area); }

Value Deletion(const TargetMap& map, const MeasureOptions&) { return Only(map.insertion_deletion().deletion.area); }

ConfidenceChange ChangeOf(const TargetMap& map) {
  ConfidenceChange change;
  const auto& [whole, kept] = map.whole_and_kept();
  change.Add(whole, kept);
  return change;
}

Value Drop(const TargetMap& map, const MeasureOptions&) { return Only(ChangeOf(map).AverageDrop() / 100); }

Value Increase(const TargetMap& map, const MeasureOptions&) { return Only(ChangeOf(map).Increase() / 100); }

Value RoadScore(const TargetMap& map, const MeasureOptions& options) {
  RoadOptions road;
  road.seed = static_cast<int64_t>(options.seed);
  return Only(Road(map.subject().image, map.on_image_there(), map.subject().probability, road).combined);
}

Measure Of(Scope scope, const char* name, const char* title, Better better, const char* summary, const char* cost) {
  Measure measure;
  measure.name = name;
  measure.title = title;
  measure.summary = summary;
  measure.cost = cost;
  measure.better = better;
  measure.scope = scope;
  return measure;
}

Measure Shown(Measure measure, double scale, int places,
              Value (*of_map)(const TargetMap& map, const MeasureOptions& options) = nullptr) {
  measure.scale = scale;
  measure.places = places;
  measure.of_map = of_map;
  return measure;
}

Measure UndefinedWhere(const char* undefined, Measure measure) {
  measure.undefined = undefined;
  return measure;
}

std::vector<Measure> OfPlaces() {
  constexpr auto kHigher = Better::kHigher;
  return {
      Shown(Of(Scope::kPlaced, "pointing", "pointing game, % hit", kHigher,
               "whether the map is highest on the object (Zhang et al. 2018)", "nothing"),
            100, 1, Pointing),
      Shown(Of(Scope::kPlaced, "pointing-tolerant", "pointing game, % hit within the tolerance", kHigher,
               "the same, missing by --tolerance pixels at most", "nothing"),
            100, 1, PointingTolerant),
      Shown(Of(Scope::kCase, kPointingRecall, "pointing game with recall, % right", kHigher,
               "the same with maps of what is not there too, which a threshold on their maximum should reject; chosen "
               "on the other half of the pictures (Selvaraju et al. 2020)",
               "nothing but --absent more cases a picture"),
            100, 1),
      Shown(Of(Scope::kPlaced, "energy-inside", "energy inside the object, %", kHigher,
               "the share of the map that falls on the object (Wang et al. 2020)", "nothing"),
            100, 1, Energy),
      UndefinedWhere(
          "the object fills the picture or the map is zero everywhere",
          Shown(
              Of(Scope::kPlaced, "inside-outside", "mean inside / outside", kHigher,
                 "the map's mean on the object, over that beside it, each a mean over targets (Selvaraju et al. 2020)",
                 "nothing"),
              1, 2, Inside)),
      UndefinedWhere(
          "a crowd has no box",
          Shown(
              Of(Scope::kPlaced, "box", "box localisation, % with IoU 0.5", kHigher,
                 "whether the box round the map's largest segment above 15 % meets an object's (Selvaraju et al. 2020)",
                 "nothing"),
              100, 1, BoxOverlap)),
  };
}

std::vector<Measure> OfFaith() {
  constexpr auto kHigher = Better::kHigher;
  return {
      Shown(Of(Scope::kTargets, "occlusion-correlation", "rank correlation with the occlusion map", kHigher,
               "whether the map ranks places as hiding them does (Selvaraju et al. 2020)",
               "one occlusion map a case: 169 forward passes at 224 x 224"),
            1, 3, OcclusionCorrelation),
      Shown(Of(Scope::kTargets, "insertion", "insertion, area", kHigher,
               "mean probability as pixels appear, the map's highest first (Petsiuk et al. 2018)",
               "--steps forward passes, and as many for deletion, made together"),
            1, 3, Insertion),
      Shown(Of(Scope::kTargets, "deletion", "deletion, area", Better::kLower,
               "mean probability as pixels vanish, the map's highest first (Petsiuk et al. 2018)", "see insertion"),
            1, 3, Deletion),
      Shown(Of(Scope::kTargets, "average-drop", "average drop, %", Better::kLower,
               "share of the probability that is lost where the map is dark (Chattopadhay et al. 2018)",
               "2 forward passes, shared with increase"),
            100, 1, Drop),
      Shown(Of(Scope::kTargets, "increase", "increase in confidence, %", kHigher,
               "how often the probability rises instead (Chattopadhay et al. 2018)", "see average-drop"),
            100, 1, Increase),
      Shown(Of(Scope::kTargets, "road", "ROAD", kHigher,
               "remove and debias: what removing the least important pixels leaves more than removing the most "
               "(Rong et al. 2022)",
               "14 forward passes, and a second or so to impute"),
            1, 3, RoadScore),
  };
}

constexpr const char* kNoLikeness =
    "the model's own map is the same everywhere, or the map by random weights is not finite";

std::vector<Measure> OfCases() {
  return {
      Shown(Of(Scope::kCase, "agreement", "rank correlation of methods with each other", Better::kNeither,
               "how alike two methods' maps of a target are, mean over targets", "nothing"),
            1, 3),
      UndefinedWhere("the map is zero everywhere",
                     Shown(Of(Scope::kCase, "sensitivity", "max-sensitivity", Better::kLower,
                              "the map's largest relative change under noise that nobody sees (Yeh et al. 2019)",
                              "10 explanations a case"),
                           1, 3)),
      UndefinedWhere(kNoLikeness,
                     Shown(Of(Scope::kCase, "sanity-decoder", "sanity check, weights of the decoder", Better::kLower,
                              "how alike the map stays as weights are made random from the output through the decoder "
                              "(Adebayo et al. 2018); of the first --sanity-cases",
                              "an explanation a stage"),
                           1, 3)),
      UndefinedWhere(
          kNoLikeness,
          Shown(Of(Scope::kCase, "sanity-trunk", "sanity check, weights of the trunk too", Better::kLower,
                   "the same going on through the convolutional trunk to the image", "an explanation a stage"),
                1, 3)),
      Shown(Of(Scope::kCase, "adversarial", "pointing game under adversarial noise, % hit", Better::kHigher,
               "hits on the object before and after noise of at most --epsilon that makes the model wrong (Selvaraju "
               "et al. 2020); of captions, noise that removes a word",
               "up to 41 forward and backward passes a case, and one more explanation"),
            100, 1),
  };
}

}  // namespace

const std::vector<Measure>& Measures() {
  static const std::vector<Measure> measures = [] {
    auto all = OfPlaces();
    for (auto part : {OfFaith(), OfCases()}) all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return measures;
}

const Measure& MeasureNamed(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& measure : Measures()) {
    if (measure.name == name) return measure;
    names.push_back(measure.name);
  }
  ThrowUsage("there is no measure '" + name + "'" + DidYouMean(name, names, ".") + " --list-measures shows all");
}

std::string TitleOf(const Measure& measure, const MeasureOptions& options) {
  std::ostringstream title;
  if (measure.name == "pointing-tolerant") {
    title << "pointing game, % hit within " << options.tolerance << " pixels";
  } else if (measure.name == "adversarial") {
    title << "pointing game under adversarial noise of " << options.noise.epsilon << "/255, % hit";
  } else {
    title << measure.title;
  }
  return title.str();
}

std::vector<std::string> DefaultMeasures() {
  return {"pointing", "pointing-tolerant", "energy-inside", "inside-outside"};
}

const char* NameOf(Better better) {
  switch (better) {
    case Better::kHigher:
      return "higher is better";
    case Better::kLower:
      return "lower is better";
    case Better::kNeither:
      return "neither is better";
  }
  return "";
}

void PrintMeasures(std::ostream& out) {
  for (const auto& measure : Measures()) {
    out << measure.name << std::string(measure.name.size() < 24 ? 24 - measure.name.size() : 1, ' ') << measure.summary
        << "; " << NameOf(measure.better) << "; cost: " << measure.cost << '\n';
  }
  out << "\nOf targets with a place: pointing to box, adversarial. Of these and of whole captions (the geometric mean "
         "of their\nwords' probabilities), and of answers and classes without a place: the others.\n";
}

}  // namespace wherefore
