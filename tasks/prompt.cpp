#include "tasks/prompt.h"

#include <cmath>

#include <ATen/ATen.h>

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
  return {formed};
}

}  // namespace

Prompt PromptOf(const Model& model, const Request& request, std::vector<std::string>* warnings) {
  const bool only_answers = model.info.tasks.size() == 1 && model.CanDo(Task::kVqa);
  if (request.question.empty() && !only_answers) return CaptionPrompt(model, request, warnings);
  const auto formed = FormQuestion(*model.tokenizer, model.question_form, request.question);
  CheckEncoded(formed.question, request.question, "question", model.text.max_length, warnings);
  return {formed};
}

Task TaskOf(const Model& model, const Prompt& prompt) {
  if (prompt.is_asked()) return Task::kVqa;
  return model.writes() ? Task::kCaption : Task::kClassification;
}

Input InputWith(const at::Tensor& images, const Prompt& prompt) { return InputOf(images, prompt.ids); }

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
