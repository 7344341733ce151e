#include "tasks/vqa.h"

#include <cmath>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "models/recurrent/show_and_tell.h"
#include "tasks/labels.h"
#include "tasks/method_run.h"
#include "tasks/text_input.h"

namespace wherefore {
namespace {

/// Adds up what each piece of the question got, word by word.
void SetWordImportance(ExplainedTarget* target, const TokenizedText& question, const at::Tensor& product,
                       const at::Tensor& norm) {
  target->word_gradient_times_embedding.assign(question.words.size(), 0);
  target->word_gradient_norm.assign(question.words.size(), 0);
  for (std::size_t piece = 0; piece < question.ids.size(); ++piece) {
    const auto word = static_cast<std::size_t>(question.word[piece]);
    const auto p = static_cast<int64_t>(piece);
    target->word_gradient_times_embedding[word] += product[p].item<double>();
    target->word_gradient_norm[word] = std::hypot(target->word_gradient_norm[word], norm[p].item<double>());
  }
}

Subject SubjectOf(const VqaModel& model, const at::Tensor& image, const std::string& layer,
                  const std::vector<int64_t>& question, const LabelTargets& targets, const at::Tensor& chosen) {
  auto subject = SubjectOn(model.info, image, layer, model.network->trunk());
  subject.targets = chosen.size(0);
  subject.score = [network = model.network, question, targets, chosen](const at::Tensor& images, Tape& tape) {
    return TargetScoresAt(targets, network->Logits(images, question, tape), chosen);
  };
  return subject;
}

}  // namespace

void AskAbout(const TaskExplanation& explanation, VqaRequest* request) {
  request->answers.clear();
  request->indices = IndicesOf(explanation);
}

Subject SubjectOf(const VqaModel& model, const at::Tensor& image, const VqaRequest& request) {
  CheckImage(image, *model.network);
  std::vector<std::string> warnings;
  const auto question = EncodeChecked(*model.tokenizer, request.question, "question", model.text.max_length, &warnings);
  const auto targets =
      TargetsNamed(model.answers, request.answers, request.top, request.versus, "answer", request.indices);
  const at::NoGradGuard no_gradients;
  Tape tape;
  const auto chosen = ChosenIndices(targets, model.network->Logits(image, question.ids, tape)[0]);
  return SubjectOf(model, image, Completed(request, model.info).layer, question.ids, targets, chosen);
}

TaskExplanation Explain(const VqaModel& model, const at::Tensor& image, const VqaRequest& request) {
  CheckImage(image, *model.network);
  const auto how = Completed(request, model.info);
  TaskExplanation explanation;
  const auto question =
      EncodeChecked(*model.tokenizer, request.question, "question", model.text.max_length, &explanation.warnings);
  const auto targets =
      TargetsNamed(model.answers, request.answers, request.top, request.versus, "answer", request.indices);
  const c10::AutoGradMode grad_mode(true);
  Tape tape = TapeFor(how, {kEmbeddingInput});
  const auto logits = model.network->Logits(image, question.ids, tape)[0];
  const auto chosen = ChosenIndices(targets, logits);
  const auto subject = SubjectOf(model, image, how.layer, question.ids, targets, chosen);
  const auto run = RunMethod(how, tape, ScoresAt(targets, logits, chosen), subject);

  explanation.text = request.question;
  explanation.text_is_given = true;
  explanation.words = question.words;
  DescribeLabels(&explanation, targets, logits, chosen, model.answers, "answer");
  Fill(&explanation, model.info, how, image, run);
  for (std::size_t t = 0; t < explanation.targets.size(); ++t) {
    const auto row = static_cast<int64_t>(t);
    SetWordImportance(&explanation.targets[t], question, run.gradient_times_embedding[row], run.gradient_norm[row]);
  }
  return explanation;
}

}  // namespace wherefore
