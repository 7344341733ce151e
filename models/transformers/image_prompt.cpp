#include "models/transformers/image_prompt.h"

#include <algorithm>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "models/decoding/text_scores.h"
#include "models/hugging_face/generation_config.h"
#include "models/hugging_face/hub_family.h"

namespace wherefore {

at::Tensor ImagePrompt(const at::Tensor& ids, const at::Tensor& image, int64_t image_id, const LlamaDecoder& decoder,
                       Tape& tape) {
  if (!ids.defined()) ThrowUsage("the network reads a prompt beside the image, and none is given");
  const auto words = tape.Input(kPromptInput, decoder.Words(ids.masked_fill(ids == image_id, 0)));
  return WithImageTokens(ids, words, image, image_id);
}

int64_t ReadImageId(const HubConfig& config, const HuggingFaceTokenizer& tokenizer, int64_t otherwise) {
  const char* key = config.Has("image_token_id") ? "image_token_id" : "image_token_index";
  const auto id = config.Integer(key, otherwise, 0, kMostHubTokens);
  if (id >= tokenizer.size()) {
    config.Refuse(key, "an id of the tokenizer, which has " + std::to_string(tokenizer.size()));
  }
  return id;
}

std::string TextOfId(const HuggingFaceTokenizer& tokenizer, int64_t id) { return tokenizer.Describe({id}).pieces[0]; }

int64_t RequireMark(const ModelFiles& files, const HuggingFaceTokenizer& tokenizer, const std::string& role) {
  const auto id = tokenizer.SpecialId(role);
  if (!id) ThrowBadFile("the tokenizer of '" + files.directory + "' has no " + role + ", which a prompt begins with");
  return *id;
}

void AskByImagePrompt(const ModelFiles& files, const std::shared_ptr<const HuggingFaceTokenizer>& tokenizer,
                      const QuestionForm& form, const std::string& caption_question, const LlamaOptions& text,
                      Model* model) {
  const HubConfig config(files.config, files.config_path());
  const auto of_text = config.Section("text_config");
  model->info.tasks = {Task::kVqa, Task::kCaption};
  model->tokenizer = tokenizer;
  model->question_form = form;
  model->caption_question = caption_question;
  model->decoding = ReadHubGeneration(files, of_text, &model->info.warnings);
  model->decoding.begin = {};
  const auto mark = tokenizer->SpecialId("eos_token").value_or(1);
  model->decoding.ends = ReadHubIds(files, {config, of_text}, "eos_token_id", text.vocabulary, mark);
  model->text.max_length = text.positions - 1;
}

}  // namespace wherefore
