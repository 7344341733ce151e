#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "tools/evaluation/interval.h"
#include "tools/evaluation/records.h"

namespace wherefore {

/// The group of all targets.
inline constexpr const char* kAllGroups = "all";

/// What one measure says of one method's maps of a group of targets.
struct Cell {
  int64_t count = 0;  ///< records
  Interval value;     ///< the mean, or the ratio of means; intervals by sampling pictures
};

/// All records of a model, by measure, part, group and method, each list in the order of its first record, or undefined
/// value; of groups those come last that have no place, and then kAllGroups.
class Summary {
 public:
  Summary() = default;
  explicit Summary(const std::vector<CaseResult>& cases);

  const std::vector<std::string>& measures() const { return measures_; }

  /// Of a measure; empty for others.
  const std::vector<std::string>& Parts(const std::string& measure) const;
  const std::vector<std::string>& Groups(const std::string& measure) const;
  const std::vector<std::string>& Methods(const std::string& measure) const;

  /// The methods, without "", which stands for what no method has a part in.
  std::vector<std::string> NamedMethods(const std::string& measure) const;

  /// Whether it has records, and one a map: no parts.
  bool IsOneValue(const std::string& measure) const;

  /// Null where there is no record.
  const Cell* Find(const std::string& measure, const std::string& part, const std::string& group,
                   const std::string& method) const;

  /// How many values are undefined, which no cell has part in.
  int64_t Undefined(const std::string& measure, const std::string& part, const std::string& group,
                    const std::string& method) const;

 private:
  struct Names {
    std::vector<std::string> parts, groups, methods;
  };

  using Key = std::tuple<std::string, std::string, std::string, std::string>;  ///< measure, part, group, method

  /// Of a record or an undefined value.
  template <typename Value>
  void RememberNames(const Value& value);

  std::vector<std::string> measures_;
  std::map<std::string, Names> names_;
  std::map<Key, Cell> cells_;
  std::map<Key, int64_t> undefined_;
};

/// How many targets pointing-recall is of, by one method: each has them all.
struct RecallCounts {
  int64_t placed = 0;
  int64_t absent = 0;
};

/// Zeros where nothing was asked of pointing-recall.
RecallCounts RecallCountsOf(const Summary& summary);

/// Makes records of pointing-recall, see MeasureCase(), say 1 where the map is right, or its share, else 0: accepted
/// and a hit, or rejected and absent. Every second picture's threshold, a method's own, is the best one for the others:
/// BestThreshold(). Records that have no others are left out.
void RightWithRecall(std::vector<CaseResult>* cases);

}  // namespace wherefore
