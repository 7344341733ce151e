#include "tools/evaluation/case_request.h"

#include <algorithm>

#include <c10/util/hash.h>

#include "explain/error.h"
#include "models/families.h"
#include "models/files/files.h"
#include "models/files/fingerprint.h"
#include "tasks/explain.h"
#include "tasks/text_input.h"

namespace wherefore {

Request RequestOf(const Model& model, const EvaluationCase& asked, const HowToExplain& how, const Explanation* own) {
  Request request;
  static_cast<HowToExplain&>(request) = how;
  if (model.CanDo(Task::kVqa)) request.question = asked.question;
  if (model.writes()) {
    request.text = asked.caption;
  } else {
    request.labels = asked.answers;
    request.top = std::min(asked.top, static_cast<int64_t>(model.labels.size()));
  }
  if (own != nullptr) AskAbout(*own, &request);
  return request;
}

std::string DigestOfTexts(const Model& model) {
  std::vector<std::string> files = {PathIn(model.info.directory, kConfigFile)};
  if (model.tokenizer) files.push_back(PathIn(model.info.directory, model.text.file));
  auto texts = DigestOf(files);
  for (const auto& label : model.labels) texts += label + '\n';
  return c10::sha1(texts).str();
}

std::optional<std::vector<std::string>> UnknownWordsOf(const Model& model, const std::string& caption) {
  if (!model.CanDo(Task::kCaption)) return std::nullopt;
  std::vector<std::string> warnings;
  try {
    return EncodeChecked(*model.tokenizer, caption, "caption", model.decoding.max_length, &warnings).unknown_words;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kUsage) throw;
    return std::nullopt;
  }
}

Attack AttackOn(const Model& model, const at::Tensor& image, const EvaluationCase& asked, const std::string& word,
                const NoiseOptions& noise) {
  if (model.writes()) {
    CaptionNoiseRequest request;
    request.word = word;
    request.noise = noise;
    const auto fooled = FoolCaptioner(model, image, request);
    return {fooled.noisy.image, fooled.is_fooled, std::nullopt};
  }
  const auto fooled = FoolLabels(model, image, asked.question, {"", "", noise});
  return {fooled.noisy.image, fooled.is_fooled, fooled.after.probability};
}

}  // namespace wherefore
