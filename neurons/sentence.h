#pragma once

#include <map>
#include <string>
#include <vector>

#include "neurons/concept_ranking.h"

namespace wherefore {

/// The texts that sentences are put together from, by key. {placeholders} in them are filled in:
///
///   word, phrase, caption, answer, class   {target}: what the sentence is about, its beginning
///   contrast                               {target} {versus}
///   supported_one, supported_many          {subject} {concepts}: one channel, or more, spoke for it
///   supported_unnamed, supported_nothing   {subject}: no channel that has a name did; none at all
///   opposed_one, opposed_many              {concepts}: follows on that; likewise against it: by ablation, the score
///   opposed_unnamed, opposed_nothing       is higher without each
///   lowering_one, lowering_many            {concepts}: the same of a gradient, which only tells that the score would
///   lowering_unnamed, lowering_nothing     be lower with more of them
///   concept_one                            {concept} {share}: one of {concepts}
///   concept_many                           {concept} {share} {count}: where several channels have that name
///   separator, last_separator              between them
///   name, names                            {sureness} {measure} {iou} {chance}: how sure one name is, or several are;
///                                          {measure} is what {iou} is measured by: "IoU"
///   weak, fair, strong                     {sureness}
///   range                                  {from} {to}: of two of these, or of IoUs
///   silent                                 {concepts}: those of which no channel fires
///   unnamed_both                           {support} {opposition}: shares that have no name
///   unnamed_support, unnamed_opposition    {support}; {opposition}: where there is nothing on the other side
///   numbers                                one, two and so on, with spaces between; figures beyond the last
using SentenceTemplates = std::map<std::string, std::string>;

/// English.
const SentenceTemplates& DefaultSentenceTemplates();

/// Throws Error(kBadFile) that begins with `file` where a key is missing or unknown, or a text has a placeholder that
/// is not known there.
void CheckSentenceTemplates(const SentenceTemplates& templates, const std::string& file);

/// What a sentence is about.
struct SentenceSubject {
  std::string kind;    ///< "word", "phrase", "caption", "answer", "class" or "contrast"
  std::string text;    ///< "red"
  std::string versus;  ///< of a contrast: "blue"
  Importance importance = Importance::kGradientTimesActivation;  ///< what the ranking is by
};

/// "The answer 'red' was supported by the channels for red (three channels, 41 %) and ring (12 %); more activity of the
/// channel for blue (30 %) would lower its score. The names are weak to fair (IoU 0.05 to 0.12; by chance 0.03).
/// Without a name: 47 % of the support, 70 % of the opposition." It names three concepts of each side at most.
/// `templates` must have passed CheckSentenceTemplates().
std::string Sentence(const ConceptRanking& ranking, const SentenceSubject& subject,
                     const SentenceTemplates& templates = DefaultSentenceTemplates());

}  // namespace wherefore
