#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wherefore {

/// Group of captions as a whole, of answers and classes that have no place, of those that are wrong, and of what is not
/// in the picture.
inline constexpr const char* kWholeCaption = "whole caption";
inline constexpr const char* kNoPlace = "no place";  ///< right, or of unknown truth
inline constexpr const char* kWrongAnswer = "wrong answer";
inline constexpr const char* kWrongClass = "wrong class";
inline constexpr const char* kAbsent = "absent";

/// What a measure said of one target's map by one method.
struct Record {
  int64_t row = 0;             ///< of the target, among those of its explanation
  std::string target;          ///< its text
  std::string group;           ///< what it is counted with: "color", "animal"
  std::string method;          ///< a column's name; "" of what no method has a part in
  std::string measure;         ///< its name
  std::string part;            ///< which of several values of the measure: a stage, another method; "" of one alone
  double value = 0;            ///< finite
  std::optional<double> over;  ///< what `value` is over, of measures that are ratios
};

/// A value that a measure does not have: of a map that is zero everywhere, say. The names are a record's.
struct UndefinedValue {
  std::string group;
  std::string method;
  std::string measure;
  std::string part;
};

/// All of one case of a data set.
struct CaseResult {
  int64_t index = 0;    ///< of the case
  std::string name;     ///< EvaluationCase::name
  std::string picture;  ///< which picture it is of
  int64_t placed = 0;   ///< targets; of classifiers the best class alone counts, here and in the next two
  int64_t wrong = 0;    ///< as in TargetPlaces, as is the next
  int64_t placeless = 0;
  std::vector<Record> records;
  std::vector<UndefinedValue> undefined;
};

/// The measure whose records RightWithRecall() completes.
inline constexpr const char* kPointingRecall = "pointing-recall";

}  // namespace wherefore
