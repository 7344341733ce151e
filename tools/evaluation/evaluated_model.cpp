#include "tools/evaluation/evaluated_model.h"

#include <algorithm>
#include <utility>

#include <c10/util/hash.h>

#include "explain/error.h"
#include "models/format1/directory_files.h"
#include "tasks/captioning.h"
#include "tasks/classification.h"
#include "tasks/text_input.h"
#include "tasks/vqa.h"

namespace wherefore {
namespace {

void Ask(const CaptionModel&, const EvaluationCase& asked, CaptionRequest* request) {
  request->caption = asked.caption;
}

void Ask(const VqaModel&, const EvaluationCase& asked, VqaRequest* request) {
  request->question = asked.question;
  request->answers = asked.answers;
}

void Ask(const ClassificationModel& model, const EvaluationCase& asked, ClassificationRequest* request) {
  request->top = std::min(asked.top, static_cast<int64_t>(model.labels.size()));
}

using Unknown = std::optional<std::vector<std::string>>;

template <typename Model>
Unknown UnknownIn(const Model&, const std::string&) {
  return std::nullopt;
}

Unknown UnknownIn(const CaptionModel& model, const std::string& caption) {
  std::vector<std::string> warnings;
  try {
    return EncodeChecked(*model.tokenizer, caption, "caption", model.text.max_length, &warnings).unknown_words;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kUsage) throw;
    return std::nullopt;
  }
}

Attack AttackOf(const LabelNoise& noise) { return {noise.noisy.image, noise.is_fooled, noise.after.probability}; }

Attack FoolModel(const CaptionModel& model, const at::Tensor& image, const EvaluationCase&, const std::string& word,
                 const NoiseOptions& noise) {
  CaptionNoiseRequest request;
  request.word = word;
  request.noise = noise;
  const auto fooled = FoolCaptioner(model, image, request);
  return {fooled.noisy.image, fooled.is_fooled, std::nullopt};
}

Attack FoolModel(const VqaModel& model, const at::Tensor& image, const EvaluationCase& asked, const std::string&,
                 const NoiseOptions& noise) {
  return AttackOf(FoolAnswerer(model, image, asked.question, {"", "", noise}));
}

Attack FoolModel(const ClassificationModel& model, const at::Tensor& image, const EvaluationCase&, const std::string&,
                 const NoiseOptions& noise) {
  return AttackOf(FoolClassifier(model, image, {"", "", noise}));
}

/// `words`: labels or answers.
std::string DigestOfTexts(const ModelInfo& info, const std::string& tokenizer_file,
                          const std::vector<std::string>& words) {
  std::vector<std::string> files = {PathIn(info.directory, kConfigFile)};
  if (!tokenizer_file.empty()) files.push_back(PathIn(info.directory, tokenizer_file));
  auto texts = DigestOf(files);
  for (const auto& word : words) texts += word + '\n';
  return c10::sha1(texts).str();
}

std::string TextsDigestOf(const CaptionModel& model) { return DigestOfTexts(model.info, model.text.file, {}); }

std::string TextsDigestOf(const VqaModel& model) { return DigestOfTexts(model.info, model.text.file, model.answers); }

std::string TextsDigestOf(const ClassificationModel& model) { return DigestOfTexts(model.info, "", model.labels); }

template <typename Model, typename Request>
class Evaluated : public EvaluatedModel {
 public:
  explicit Evaluated(Model model) : model_(std::move(model)) {}

  const ModelInfo& info() const override { return model_.info; }
  torch::nn::Module& network() const override { return *model_.network; }
  std::string TextsDigest() const override { return TextsDigestOf(model_); }

  TaskExplanation Explain(const at::Tensor& image, const EvaluationCase& asked, const ExplainRequest& request,
                          const TaskExplanation* own) const override {
    return wherefore::Explain(model_, image, RequestOf(asked, request, own));
  }

  Subject SubjectOf(const at::Tensor& image, const EvaluationCase& asked, const ExplainRequest& request,
                    const TaskExplanation& own) const override {
    return wherefore::SubjectOf(model_, image, RequestOf(asked, request, &own));
  }

  std::optional<std::vector<std::string>> UnknownWords(const std::string& caption) const override {
    return UnknownIn(model_, caption);
  }

  Attack Fool(const at::Tensor& image, const EvaluationCase& asked, const std::string& word,
              const NoiseOptions& noise) const override {
    return FoolModel(model_, image, asked, word, noise);
  }

 private:
  Request RequestOf(const EvaluationCase& asked, const ExplainRequest& shared, const TaskExplanation* own) const {
    Request request;
    static_cast<ExplainRequest&>(request) = shared;
    Ask(model_, asked, &request);
    if (own != nullptr) AskAbout(*own, &request);
    return request;
  }

  Model model_;
};

}  // namespace

std::unique_ptr<EvaluatedModel> LoadEvaluatedModel(const std::string& directory, c10::Device device) {
  const auto task = TaskOf(directory);
  if (task == "caption") {
    return std::make_unique<Evaluated<CaptionModel, CaptionRequest>>(LoadCaptionModel(directory, device));
  }
  if (task == "vqa") return std::make_unique<Evaluated<VqaModel, VqaRequest>>(LoadVqaModel(directory, device));
  return std::make_unique<Evaluated<ClassificationModel, ClassificationRequest>>(
      LoadClassificationModel(directory, device));
}

}  // namespace wherefore
