#include "tests/support/scene_reader.h"

#include <algorithm>
#include <map>
#include <sstream>

namespace wherefore {
namespace {

const std::map<std::string, std::string> kOtherWords = {
    {"big", "large"},   {"little", "small"},  {"spotted", "dotted"}, {"checkered", "checked"},
    {"solid", "plain"}, {"disc", "circle"},   {"moon", "crescent"},  {"hoop", "ring"},
    {"plus", "cross"},  {"violet", "purple"}, {"turquoise", "cyan"}};

const std::map<std::string, std::vector<std::string>> kWords = {
    {"shape", {"circle", "square", "triangle", "star", "ring", "cross", "heart", "crescent"}},
    {"color", {"red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink"}},
    {"size", {"small", "medium", "large"}},
    {"pattern", {"plain", "striped", "dotted", "checked"}}};

const std::map<std::string, std::string> kPlurals = {
    {"circles", "circle"}, {"discs", "circle"}, {"squares", "square"}, {"triangles", "triangle"},
    {"stars", "star"},     {"rings", "ring"},   {"hoops", "ring"},     {"crosses", "cross"},
    {"pluses", "cross"},   {"hearts", "heart"}, {"moons", "crescent"}, {"crescents", "crescent"},
    {"objects", "object"}};

}  // namespace

std::string ValueOf(const SceneObject& object, const std::string& attribute) {
  for (const auto known : kAttributes) {
    if (NameOf(known) == attribute) return ValuesOf(known).at(static_cast<std::size_t>(object.Of(known)));
  }
  return "";
}

std::pair<std::string, std::string> MeaningOf(std::string word) {
  if (kPlurals.count(word) > 0) word = kPlurals.at(word);
  if (kOtherWords.count(word) > 0) word = kOtherWords.at(word);
  for (const auto& [attribute, values] : kWords) {
    if (std::count(values.begin(), values.end(), word) > 0) return {attribute, word};
  }
  return {};
}

double Margin(const std::string& relation, const Scene& scene, std::size_t object, std::size_t other) {
  const auto& a = scene.objects.at(object);
  const auto& b = scene.objects.at(other);
  const auto size = static_cast<double>(scene.picture.size(0));
  if (relation == "left of") return (b.x - a.x) / size;
  if (relation == "right of") return (a.x - b.x) / size;
  if (relation == "above") return (b.y - a.y) / size;
  if (relation == "below") return (a.y - b.y) / size;
  return std::count(scene.occlusions.begin(), scene.occlusions.end(), std::make_pair(object, other)) > 0 ? 1 : -1;
}

bool SceneReader::Take(const std::string& text) {
  std::istringstream parts(text);
  std::size_t at = at_;
  for (std::string part; parts >> part; ++at) {
    if (at >= words_.size() || words_[at] != part) return false;
  }
  at_ = at;
  return true;
}

std::optional<SceneReader::Objects> SceneReader::TakeThings() {
  std::map<std::string, std::string> wanted;
  while (at_ < words_.size()) {
    const auto word = words_[at_++];
    const auto [attribute, value] = MeaningOf(word);
    const bool is_object = word == "object" || word == "objects";
    if (attribute.empty() && !is_object) return std::nullopt;
    if (!is_object && !wanted.emplace(attribute, value).second) return std::nullopt;
    if (!is_object && attribute != "shape") continue;
    plural_ = kPlurals.count(word) > 0;
    Objects objects;
    for (std::size_t i = 0; i < scene_.objects.size(); ++i) {
      const auto fits = [&](const auto& want) { return ValueOf(scene_.objects[i], want.first) == want.second; };
      if (std::all_of(wanted.begin(), wanted.end(), fits)) objects.push_back(i);
    }
    return objects;
  }
  return std::nullopt;
}

std::optional<std::string> SceneReader::TakeRelation() {
  if (Take("left of") || Take("to the left of")) return "left of";
  if (Take("right of") || Take("to the right of")) return "right of";
  if (Take("above") || Take("over")) return "above";
  if (Take("below") || Take("under")) return "below";
  if (Take("in front of")) return "in front of";
  return std::nullopt;
}

}  // namespace wherefore
