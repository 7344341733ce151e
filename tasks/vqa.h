#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "explain/methods/subject.h"
#include "models/model_directory.h"
#include "tasks/explanation.h"

namespace wherefore {

struct VqaRequest : ExplainRequest {
  std::string question;
  std::vector<std::string> answers;  ///< answers to explain; empty: the best `top`
  std::vector<int64_t> indices;      ///< answers to explain beside those, by index whatever they are called
  int64_t top = 1;                   ///< how many of the best answers to explain where none is named
  std::string versus;                ///< explain each answer against this one: the difference of the two logits
};

/// Every target has the importance of each question word.
/// `image`: (1, 3, H, W), preprocessed as model.info.image says, on the model's device.
/// Throws Error(kUsage) for an empty question, one of unknown words only, or an answer that the model cannot give
/// (nearest ones offered).
TaskExplanation Explain(const VqaModel& model, const at::Tensor& image, const VqaRequest& request);

/// Makes a request ask about the targets of an explanation that it gave, whatever the model says of another image.
void AskAbout(const TaskExplanation& explanation, VqaRequest* request);

/// What Explain() explains, to be asked about other images too: the same targets. Throws as Explain() does.
Subject SubjectOf(const VqaModel& model, const at::Tensor& image, const VqaRequest& request);

}  // namespace wherefore
