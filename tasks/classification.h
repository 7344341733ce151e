#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "explain/methods/subject.h"
#include "models/model_directory.h"
#include "tasks/explanation.h"

namespace wherefore {

struct ClassificationRequest : ExplainRequest {
  /// Classes to explain: an index ("281"), a label, or one of a label's synonyms ("tabby" of "tabby, tabby cat");
  /// empty: the best `top`.
  std::vector<std::string> classes;
  std::vector<int64_t> indices;  ///< classes to explain beside those, by index whatever the labels are
  int64_t top = 1;               ///< how many of the best classes to explain where none is named
  std::string versus;            ///< explain each class against this one: the difference of the two logits
};

/// `image`: (1, 3, H, W), preprocessed as model.info.image says, on the model's device.
/// Throws Error(kUsage) for an unknown class (nearest labels offered), layer or method.
TaskExplanation Explain(const ClassificationModel& model, const at::Tensor& image,
                        const ClassificationRequest& request = {});

/// Makes a request ask about the targets of an explanation that it gave, whatever the model says of another image.
void AskAbout(const TaskExplanation& explanation, ClassificationRequest* request);

/// What Explain() explains, to be asked about other images too: the same targets. Throws as Explain() does.
Subject SubjectOf(const ClassificationModel& model, const at::Tensor& image, const ClassificationRequest& request = {});

}  // namespace wherefore
