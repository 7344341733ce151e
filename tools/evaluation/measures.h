#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "tools/evaluation/adversarial.h"
#include "tools/evaluation/target_map.h"

namespace wherefore {

/// What measures can be told.
struct MeasureOptions {
  double tolerance = 6;  ///< of pointing-tolerant: pixels of the picture; Zhang et al.'s 15 are of photographs of 500
  int64_t steps = 224;   ///< of insertion and deletion; the paper's
  int64_t samples = 10;  ///< of sensitivity
  double radius = 0.02;  ///< of sensitivity: in the image's units
  int64_t sanity_cases = 20;  ///< the first ones, that the sanity checks are made on
  NoiseOptions noise;         ///< of adversarial
  std::uint64_t seed = 1;     ///< of random weights and changes; each case adds its number
};

enum class Better { kHigher, kLower, kNeither };

/// Which targets a measure is of.
enum class Scope {
  kPlaced,   ///< those that have a place in the picture
  kTargets,  ///< those, and captions as a whole; answers and classes without a place too
  kCase,     ///< it looks at several maps of a case: see case_measures.h
};

/// What a measure says of one map. Means are of `value`; where `over` is there, ratios of the mean of `value` to its.
struct MeasureValue {
  double value = 0;
  std::optional<double> over;
};

/// One measure of explanations.
struct Measure {
  std::string name;     ///< as on the command line: "pointing"
  std::string title;    ///< of a table: "pointing game, % hit"
  std::string summary;  ///< one line: what it is, and its source
  std::string cost;     ///< for each map: "none", "112 forward passes"
  Better better = Better::kHigher;
  Scope scope = Scope::kPlaced;
  double scale = 1;       ///< by which values are shown: 100 for those in %
  int places = 3;         ///< digits behind the point
  std::string undefined;  ///< when a map has no value: "the map is zero everywhere"; "" where that should not be
  /// Nothing where it is not defined for the map. Null for Scope::kCase.
  std::optional<MeasureValue> (*of_map)(const TargetMap& map, const MeasureOptions& options) = nullptr;
};

/// Every measure, in the order of --list-measures: the one place where a measure is made known.
const std::vector<Measure>& Measures();

/// Throws Error(kUsage), with the nearest names, where there is no such measure.
const Measure& MeasureNamed(const std::string& name);

/// What its table is called: with the tolerance, or the noise, that it was made with.
std::string TitleOf(const Measure& measure, const MeasureOptions& options);

/// Those that are taken where none is named: they cost next to nothing.
std::vector<std::string> DefaultMeasures();

/// "higher is better", "lower is better", "neither is better".
const char* NameOf(Better better);

/// What --list-measures says.
void PrintMeasures(std::ostream& out);

}  // namespace wherefore
