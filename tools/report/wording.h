#pragma once

#include <string>

#include "tasks/explanation.h"

namespace wherefore {

// How results are said in words: the same on the terminal and in reports.

/// "98.7 %", "0.04 %", "under 0.01 %".
std::string Percent(double probability);

/// "a dog runs", "What animal is this? dog", "tabby, tabby cat": what an explanation is about.
std::string Title(const Explanation& explanation);

/// "dog", "the whole caption", "cat rather than dog": a target as a reader chooses it.
std::string NameOf(const ExplainedTarget& target);

/// Of an empty map: "There is no map to show: it is nowhere above zero ...".
std::string EmptyText(const ExplainedTarget& target);

/// "The model found this word 35.0 % likely here (log-probability -1.050)."
std::string ScoreSentence(const ExplainedTarget& target);

/// "spoke against it", or what the same is where a gradient says so: "more would lower it".
std::string Opposition(Importance importance);

/// Where a map (h, w) has its maximum: "upper left", "centre", "right".
std::string PlaceOfPeak(const at::Tensor& map);

}  // namespace wherefore
