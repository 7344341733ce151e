#include "tools/evaluation/summary.h"

#include <algorithm>
#include <array>
#include <utility>

#include "explain/measures/pointing_game.h"

namespace wherefore {
namespace {

void Remember(std::vector<std::string>* names, const std::string& name) {
  if (std::find(names->begin(), names->end(), name) == names->end()) names->push_back(name);
}

/// Sums by picture, in the order of the first record.
struct Sums {
  int64_t count = 0;
  std::vector<RatioShare> pictures;
  int64_t last = -1;  ///< the picture that the last record was of

  void Add(int64_t picture, const Record& record) {
    if (picture != last) pictures.emplace_back();
    last = picture;
    ++count;
    pictures.back().above += record.value;
    pictures.back().below += record.over.value_or(1);
  }
};

/// Numbers pictures; the cases of one follow each other, or it counts as several.
class PictureNumbers {
 public:
  int64_t Of(const CaseResult& result) {
    if (result.picture != last_ || number_ < 0) ++number_;
    last_ = result.picture;
    return number_;
  }

 private:
  std::string last_;
  int64_t number_ = -1;
};

using Folds = std::array<std::vector<PointingCase>, 2>;

PointingCase PointingOf(const Record& record) {
  return {record.value, record.over.value_or(0), record.over.has_value()};
}

}  // namespace

template <typename Value>
void Summary::RememberNames(const Value& value) {
  Remember(&measures_, value.measure);
  auto& names = names_[value.measure];
  Remember(&names.parts, value.part);
  Remember(&names.groups, value.group);
  Remember(&names.methods, value.method);
}

Summary::Summary(const std::vector<CaseResult>& cases) {
  std::map<Key, Sums> sums;
  PictureNumbers numbers;
  for (const auto& result : cases) {
    const auto picture = numbers.Of(result);
    for (const auto& record : result.records) {
      RememberNames(record);
      for (const auto& group : {record.group, std::string(kAllGroups)}) {
        sums[{record.measure, record.part, group, record.method}].Add(picture, record);
      }
    }
    for (const auto& value : result.undefined) {
      RememberNames(value);
      for (const auto& group : {value.group, std::string(kAllGroups)}) {
        ++undefined_[{value.measure, value.part, group, value.method}];
      }
    }
  }
  const auto has_place = [](const std::string& group) {
    const auto without = {kWholeCaption, kNoPlace, kWrongAnswer, kWrongClass, kAbsent};
    return std::find(without.begin(), without.end(), group) == without.end();
  };
  for (auto& [measure, names] : names_) {
    std::stable_partition(names.groups.begin(), names.groups.end(), has_place);
    names.groups.emplace_back(kAllGroups);
  }
  std::vector<std::vector<RatioShare>> pictures;
  for (const auto& item : sums) pictures.push_back(item.second.pictures);
  const auto intervals = RatiosWithIntervals(pictures);
  auto interval = intervals.begin();
  for (const auto& [key, sum] : sums) cells_[key] = {sum.count, *interval++};
}

const std::vector<std::string>& Summary::Parts(const std::string& measure) const {
  static const Names none;
  const auto found = names_.find(measure);
  return found == names_.end() ? none.parts : found->second.parts;
}

const std::vector<std::string>& Summary::Groups(const std::string& measure) const {
  static const Names none;
  const auto found = names_.find(measure);
  return found == names_.end() ? none.groups : found->second.groups;
}

const std::vector<std::string>& Summary::Methods(const std::string& measure) const {
  static const Names none;
  const auto found = names_.find(measure);
  return found == names_.end() ? none.methods : found->second.methods;
}

std::vector<std::string> Summary::NamedMethods(const std::string& measure) const {
  auto methods = Methods(measure);
  methods.erase(std::remove(methods.begin(), methods.end(), ""), methods.end());
  return methods;
}

bool Summary::IsOneValue(const std::string& measure) const { return Parts(measure) == std::vector<std::string>{""}; }

const Cell* Summary::Find(const std::string& measure, const std::string& part, const std::string& group,
                          const std::string& method) const {
  const auto found = cells_.find({measure, part, group, method});
  return found == cells_.end() ? nullptr : &found->second;
}

int64_t Summary::Undefined(const std::string& measure, const std::string& part, const std::string& group,
                           const std::string& method) const {
  const auto found = undefined_.find({measure, part, group, method});
  return found == undefined_.end() ? 0 : found->second;
}

RecallCounts RecallCountsOf(const Summary& summary) {
  RecallCounts counts;
  const auto& methods = summary.Methods(kPointingRecall);
  if (methods.empty()) return counts;
  const auto count_of = [&](const char* group) {
    const auto* cell = summary.Find(kPointingRecall, "", group, methods.front());
    return cell == nullptr ? 0 : cell->count;
  };
  counts.absent = count_of(kAbsent);
  counts.placed = count_of(kAllGroups) - counts.absent;
  return counts;
}

void RightWithRecall(std::vector<CaseResult>* cases) {
  std::map<std::string, Folds> by_method;
  PictureNumbers numbers;
  for (const auto& result : *cases) {
    const auto fold = static_cast<std::size_t>(numbers.Of(result) % 2);
    for (const auto& record : result.records) {
      if (record.measure == kPointingRecall) by_method[record.method][fold].push_back(PointingOf(record));
    }
  }
  std::map<std::string, std::array<double, 2>> thresholds;
  for (const auto& [method, folds] : by_method) {
    for (std::size_t fold = 0; fold < 2; ++fold) {
      if (!folds[1 - fold].empty()) thresholds[method][fold] = BestThreshold(folds[1 - fold]);
    }
  }
  PictureNumbers again;
  for (auto& result : *cases) {
    const auto fold = static_cast<std::size_t>(again.Of(result) % 2);
    std::vector<Record> kept;
    for (auto& record : result.records) {
      if (record.measure == kPointingRecall) {
        if (by_method[record.method][1 - fold].empty()) continue;
        record.value = PointingGameWithRecall({PointingOf(record)}, thresholds[record.method][fold]);
        record.over.reset();
      }
      kept.push_back(std::move(record));
    }
    result.records = std::move(kept);
  }
}

}  // namespace wherefore
