#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tools/data/data_set.h"

namespace wherefore {

// Scenes as an evaluation set. Of a captioner there is a case a scene: each word of its own caption has a place as
// CheckCaption() reads it, in the groups of its part of speech ("noun", "count", "relation"), adjectives in those of
// what they state ("color", "size", "pattern"). Of a VQA model there is a case a question: the answer, where it is
// right, has the objects that decide it, in the group of the question's family. Masks are those that the scene was
// drawn with, whatever the size of the network's input, but of a model that sees the middle of pictures only. With
// options.reference_captions a captioner's cases are the captions that scenes have instead; options.pictures is of
// scenes of a directory; no other option counts. Throws Error(kUsage) for other tasks, and for reference captions where
// there are none.

/// Held-out scenes number `first` and following, each with a caption by MakeCaption() and the questions that
/// MakeQuestions() has for it: drawn anew whenever a case is asked for.
std::unique_ptr<EvaluationSet> HeldOutSceneSet(const ModelInfo& model, int64_t first, int64_t count,
                                               const EvaluationSetOptions& options = {});

/// The scenes, with their captions and questions, that make-scenes wrote into a directory. Throws Error(kBadFile) where
/// a file is damaged, or a VQA model finds no question.
std::unique_ptr<EvaluationSet> OpenSceneSet(const std::string& directory, const ModelInfo& model,
                                            const EvaluationSetOptions& options = {});

}  // namespace wherefore
