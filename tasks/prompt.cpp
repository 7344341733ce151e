#include "tasks/prompt.h"

#include <algorithm>
#include <cmath>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "explain/error.h"
#include "tasks/text_input.h"

namespace wherefore {
namespace {

/// Adds up what each piece of the question got, word by word. `first`: the question's first piece among those read.
void SetWordImportance(ExplainedTarget* target, const TokenizedText& question, int64_t first, const at::Tensor& product,
                       const at::Tensor& norm) {
  target->word_gradient_times_embedding.assign(question.words.size(), 0);
  target->word_gradient_norm.assign(question.words.size(), 0);
  for (std::size_t piece = 0; piece < question.ids.size(); ++piece) {
    const auto word = static_cast<std::size_t>(question.word[piece]);
    const auto p = first + static_cast<int64_t>(piece);
    target->word_gradient_times_embedding[word] += product[p].item<double>();
    target->word_gradient_norm[word] = std::hypot(target->word_gradient_norm[word], norm[p].item<double>());
  }
}

/// What a model reads that can be asked too, where a caption is wanted.
Prompt CaptionPrompt(const Model& model, const Request& request, std::vector<std::string>* warnings) {
  if (!model.caption_question) return {};
  const bool is_told = model.FollowsInstructions() && !request.prompt.empty();
  const auto& question = is_told ? request.prompt : *model.caption_question;
  auto formed = FormQuestion(*model.tokenizer, model.question_form, question);
  if (is_told) CheckEncoded(formed.question, question, "prompt", model.text.max_length, warnings);
  formed.question = {};
  return {formed, {}};
}

void CheckChoices(const Model& model, const std::vector<std::string>& choices) {
  if (choices.empty()) {
    ThrowUsage("the model '" + model.info.name +
               "' has no classes of its own: name those that it is to choose among, each with --label "
               "(Request::choices): --label \"a photo of a cat\" --label \"a photo of a dog\"");
  }
  for (auto choice = choices.begin(); choice != choices.end(); ++choice) {
    if (std::find(choices.begin(), choice, *choice) != choice)
      ThrowUsage("the label '" + *choice + "' was given twice");
  }
}

/// (C, D) of the request's choices; no gradient reaches them.
at::Tensor LabelEmbeddings(const Model& model, const Request& request, std::vector<std::string>* warnings) {
  CheckChoices(model, request.choices);
  const at::NoGradGuard no_gradients;
  const auto device = model.image_options().device();
  std::vector<at::Tensor> rows;
  for (const auto& choice : request.choices) {
    const auto formed = FormQuestion(*model.tokenizer, model.question_form, choice);
    CheckEncoded(formed.question, choice, "label number " + std::to_string(rows.size() + 1), model.text.max_length,
                 warnings);
    rows.push_back(
        model.zero_shot_network()->LabelEmbedding(at::tensor(formed.ids, at::kLong).unsqueeze(0).to(device)));
  }
  return at::cat(rows);
}

}  // namespace

const std::vector<std::string>& LabelsOf(const Model& model, const Request& request) {
  return model.zero_shot_network() != nullptr ? request.choices : model.labels;
}

Prompt PromptOf(const Model& model, const Request& request, std::vector<std::string>* warnings) {
  if (model.zero_shot_network() != nullptr) return {{}, LabelEmbeddings(model, request, warnings)};
  const bool only_answers = model.info.tasks.size() == 1 && model.CanDo(Task::kVqa);
  if (request.question.empty() && !only_answers) return CaptionPrompt(model, request, warnings);
  const auto formed = FormQuestion(*model.tokenizer, model.question_form, request.question);
  CheckEncoded(formed.question, request.question, "question", model.text.max_length, warnings);
  return {formed, {}};
}

Task TaskOf(const Model& model, const Prompt& prompt) {
  if (prompt.is_asked()) return Task::kVqa;
  return model.writes() ? Task::kCaption : Task::kClassification;
}

Input InputWith(const at::Tensor& images, const Prompt& prompt) {
  auto input = InputOf(images, prompt.ids);
  input.labels = prompt.label_embeddings;
  return input;
}

std::vector<std::string> InputsOf(const Prompt& prompt) {
  return prompt.is_asked() ? std::vector<std::string>{kPromptInput} : std::vector<std::string>{};
}

void FillFromPrompt(Explanation* explanation, const Request& request, const Prompt& prompt, const MethodRun& run) {
  if (!prompt.is_asked()) return;
  explanation->question = AskedText{prompt.question, request.question};
  for (std::size_t t = 0; t < explanation->targets.size(); ++t) {
    const auto row = static_cast<int64_t>(t);
    SetWordImportance(&explanation->targets[t], prompt.question, prompt.first, run.gradient_times_embedding[row],
                      run.gradient_norm[row]);
  }
}

}  // namespace wherefore
