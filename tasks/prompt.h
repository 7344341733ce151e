#pragma once

#include <string>
#include <vector>

#include "models/model.h"
#include "tasks/explanation.h"
#include "tasks/method_run.h"
#include "tasks/request.h"

namespace wherefore {

/// What is read beside the image, encoded: a question, which is empty where a caption is wanted, or a request's labels.
struct Prompt : FormedQuestion {
  at::Tensor label_embeddings;  ///< as Input::labels
  bool is_asked() const { return !question.ids.empty(); }
};

/// The request's question, or what the model is asked where a caption is wanted, or the request's choices where the
/// model has no labels of its own. Words that the vocabulary lacks are added to `warnings`. Throws Error(kUsage) as
/// EncodeChecked() does; also for an empty question where the model answers questions only, and for choices that are
/// missing, or given twice.
Prompt PromptOf(const Model& model, const Request& request, std::vector<std::string>* warnings);

/// kVqa where a question is asked.
Task TaskOf(const Model& model, const Prompt& prompt);

/// What the model chooses among: its own labels, or the request's.
const std::vector<std::string>& LabelsOf(const Model& model, const Request& request);

/// N images with the question or the labels, as the network reads them.
Input InputWith(const at::Tensor& images, const Prompt& prompt);

/// What is wanted of a tape for the importance of the question's words.
std::vector<std::string> InputsOf(const Prompt& prompt);

/// Sets the question and, of every target, the importance of its words from that of its pieces.
void FillFromPrompt(Explanation* explanation, const Request& request, const Prompt& prompt, const MethodRun& run);

}  // namespace wherefore
