#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "explain/methods/subject.h"
#include "models/model_directory.h"
#include "tasks/explanation.h"

namespace wherefore {

struct CaptionRequest : ExplainRequest {
  std::string caption;  ///< explain this caption; "": the model's own
  /// The model's own caption, where it is known: its pieces, as TaskExplanation::ids has them. Not found anew then, and
  /// not cut from its text, which can give other pieces.
  std::vector<int64_t> ids;
  std::vector<std::string>
      phrases;       ///< parts of the caption to explain beside each word and the whole: "a small child"
  int64_t beam = 1;  ///< captions kept while searching; 1 is greedy
};

/// How the model's captions are decoded.
DecodeOptions DecodeOptionsOf(const CaptionModel& model, int64_t beam = 1);

/// Targets: each word, then each phrase, then the whole caption.
/// `image`: (1, 3, H, W), preprocessed as model.info.image says, on the model's device.
/// Words that the vocabulary lacks are reported as warnings. Throws Error(kUsage) for an empty caption, one of
/// unknown words only, one that is too long, one that is given by text and by pieces, or a phrase that is no part of
/// it; Error(kNothingToExplain) where the model's own caption is empty or lacks a phrase.
TaskExplanation Explain(const CaptionModel& model, const at::Tensor& image, const CaptionRequest& request = {});

/// Makes a request ask about the targets of an explanation that it gave, whatever the model says of another image.
void AskAbout(const TaskExplanation& explanation, CaptionRequest* request);

/// What Explain() explains, to be asked about other images too: the same targets. Throws as Explain() does.
Subject SubjectOf(const CaptionModel& model, const at::Tensor& image, const CaptionRequest& request = {});

}  // namespace wherefore
