#pragma once

#include <memory>
#include <string>

#include "tools/data/data_set.h"

namespace wherefore {

/// Photographs of a directory of COCO's form (see OpenCoco(): only those whose objects all have masks) as an evaluation
/// set. Words are matched with the data set's categories by CategoryWords. What speaks of a category that is annotated
/// in the photograph has the place of all its objects there; of one that is not, it is wrong, and absent; of none of
/// the data set's categories, or of objects that the network does not see (cut off), it is placeless.
///
/// Captioners: a case a photograph, each word of the model's own caption is a target; and a case for each absent
/// category, whose caption is given (options.caption): its words that speak of it are absent, nothing is counted. With
/// options.reference_captions each caption that people wrote (see ReadCocoCaptions()) is a case instead: a category
/// that they see and the annotations lack is of unknown truth, placeless.
///
/// VQA models: a case for each category that is there, asked as options.question says: the answer "yes" has its place,
/// any other is wrong. Then a case for each absent category, whose answer "yes" is explained, and absent: it is wrong
/// where the model gives it. Where the directory has questions.json (see ReadCocoQuestions()), its questions are asked
/// instead: an answer that is not the true one, where that is known, is wrong; the place is that of the categories that
/// the answer names ("dog"), else of those that the question does; "no" and "0" have none. They come photograph by
/// photograph, whatever their order in the file.
///
/// Classifiers: a case a photograph; the best options.top classes are the targets, by their labels.
///
/// Absent categories are chosen by options.seed and the photograph, among those whose own name speaks of them: "orange"
/// is mostly a colour.
///
/// Throws Error(kBadFile) where the directory, questions.json, the captions or the list of words is damaged;
/// Error(kUsage) for options out of range, and reference captions of a model that is no captioner or of data without
/// any.
std::unique_ptr<EvaluationSet> OpenCocoSet(const std::string& directory, const ModelInfo& model,
                                           const EvaluationSetOptions& options = {});

}  // namespace wherefore
