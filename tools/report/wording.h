#pragma once

#include <string>
#include <vector>

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

/// "The model found this word 35.0 % likely here (log-probability -1.050)."; without a probability where there was
/// nothing else to choose.
std::string ScoreSentence(const ExplainedTarget& target);

/// "The picture made it 12.0 times likelier than a grey one would."; "" where that was not asked.
std::string PictureSentence(const ExplainedTarget& target);

/// What might have stood in a word's place, or behind the whole text; null where that was not asked, and of others.
const std::vector<Alternative>* AlternativesTo(const Explanation& explanation, const ExplainedTarget& target);

/// "cat 40.1 %, dog 12.0 %, the end 3.2 %": the first three.
std::string LikelyText(const std::vector<Alternative>& alternatives);

/// "Instead it might have written: cat 40.1 %, dog 12.0 %."; "" where that was not asked.
std::string InsteadSentence(const Explanation& explanation, const ExplainedTarget& target);

/// "spoke against it", or what the same is where a gradient says so: "more would lower it".
std::string Opposition(Importance importance);

/// Where a map (h, w) has its maximum: "upper left", "centre", "right".
std::string PlaceOfPeak(const at::Tensor& map);

}  // namespace wherefore
