#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tools/data/data_set.h"

namespace wherefore {

/// The captions of a data set that a captioner is given one after the other, where options.reference_captions says so.
class ReferenceCaptions {
 public:
  /// Throws Error(kUsage) where they are asked for and the model is no captioner.
  ReferenceCaptions(const ModelInfo& model, const EvaluationSetOptions& options);

  bool are_asked_for() const { return options_.reference_captions; }

  /// With single spaces between its words; "", and counted, where it has no word or the model cannot be given it.
  std::string Take(const std::string& caption);

  /// EvaluationCase::places of one of them: what the model reads an unknown word for is placeless, whatever it says.
  std::function<TargetPlaces(const Explanation&)> OfKnownWords(
      const std::string& caption, std::function<TargetPlaces(const Explanation&)> places) const;

  /// Throws Error(kUsage) where they are asked for and none was taken; `data` names the data set.
  void CheckTaken(const std::string& data) const;

  /// ", 268 captions (2 that the model cannot be given left out)"; "" where they are not asked for.
  std::string Counts() const;

 private:
  std::string model_;
  EvaluationSetOptions options_;
  int64_t taken_ = 0;
  int64_t left_out_ = 0;
};

}  // namespace wherefore
