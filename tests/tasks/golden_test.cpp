// Whole explanations of real photographs against numbers from an independent implementation.

#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "models/families.h"
#include "tasks/explain.h"
#include "tests/support/devices.h"
#include "tests/support/json_numbers.h"
#include "tests/support/numbers.h"
#include "tests/support/shared_data.h"
#include "tools/photographs/photograph.h"

namespace wherefore {
namespace {

// The references were made from a photograph decoded elsewhere.
constexpr double kTolerance = 1e-3;

at::Tensor ImageOf(const nlohmann::json& entry, const ImageOptions& options, c10::Device device) {
  return Preprocess(LoadPhotograph(SharedPath(entry["photo"])), options).to(device);
}

/// On the CPU, and on CUDA where there is a GPU.
class GoldenTest : public testing::TestWithParam<c10::Device> {};

INSTANTIATE_TEST_SUITE_P(On, GoldenTest, testing::ValuesIn(Devices()),
                         [](const auto& device) { return std::string(device.param.is_cpu() ? "Cpu" : "Cuda"); });

TEST_P(GoldenTest, MeetsLogitsAndMapsOnPhotographs) {
  WHEREFORE_NEEDS_SHARED("golden/imagenet.json");
  const auto model = LoadModel(SharedPath("models/imagenet-mobilenet-v2"), {GetParam(), {}});
  for (const auto& entry : ReadJson(SharedPath("golden/imagenet.json"))) {
    Request request;
    request.top = 5;
    const auto found = Explain(model, ImageOf(entry, model.info.image, GetParam()), request);
    for (std::size_t i = 0; i < 5; ++i) {
      const auto& best = entry["top5"][i];
      const auto& label = std::get<LabelTarget>(found.targets[i].about);
      EXPECT_EQ(label.index, best["index"]) << entry["photo"];
      EXPECT_EQ(label.label, best["label"]);
      EXPECT_NEAR(found.targets[i].score, best["logit"], kTolerance * best["logit"].get<double>());
      EXPECT_NEAR(label.probability.value(), best["probability"], kTolerance);
    }
    ExpectClose(found.maps[0], Numbers(entry["signed_map_top1"]), kTolerance, entry["photo"]);
    ExpectClose(found.maps[1], Numbers(entry["signed_map_top2"]), kTolerance, entry["photo"]);
  }
}

void ExpectCaption(const Explanation& found, const nlohmann::json& expected, const std::string& photo) {
  const auto& written = found.written();
  EXPECT_EQ(written.text, expected["text"]) << photo;
  EXPECT_EQ(nlohmann::json(written.words), expected["words"]) << photo;
  EXPECT_NEAR(written.log_probability, expected["sum_logprob"], kTolerance * 10) << photo;
  EXPECT_NEAR(written.end_log_probability.value(), expected["end_logprob"], kTolerance * 10) << photo;
  const auto words = static_cast<int64_t>(written.words.size());
  ASSERT_EQ(found.maps.size(0), words + 1) << photo;
  const auto maps = Numbers(expected["signed_map_each_word"]);
  for (int64_t word = 0; word < words; ++word) {
    const auto& target = found.targets[static_cast<std::size_t>(word)];
    ExpectClose(found.maps[word], maps[word], kTolerance, photo + ", word " + TextOf(target));
  }
  ExpectClose(found.maps[words], Numbers(expected["signed_map_caption"]), kTolerance, photo);
  ExpectClose(at::tensor(written.log_probs, at::kDouble), Numbers(expected["logprob"]), kTolerance, photo);
}

TEST_P(GoldenTest, MeetsCaptionsScoresAndMapsOnPhotographs) {
  WHEREFORE_NEEDS_SHARED("golden/photo-caption.json");
  const auto model = LoadModel(SharedPath("models/photo-caption"), {GetParam(), {}});
  for (const auto& entry : ReadJson(SharedPath("golden/photo-caption.json"))) {
    const auto image = ImageOf(entry, model.info.image, GetParam());
    ExpectCaption(Explain(model, image), entry["greedy"], entry["photo"]);
    if (!entry.contains("given")) continue;
    Request request;
    request.text = entry["given"]["text"];
    ExpectCaption(Explain(model, image, request), entry["given"], entry["photo"]);
  }
}

/// The reference is per piece; ours per word: the sum, and the norm of all pieces together.
std::pair<at::Tensor, at::Tensor> PerWord(const TokenizedText& question, const nlohmann::json& entry) {
  auto product = at::zeros({static_cast<int64_t>(question.words.size())}, at::kDouble);
  auto squares = at::zeros_like(product);
  for (std::size_t piece = 0; piece < question.ids.size(); ++piece) {
    product[question.word[piece]] += entry["embedding_gradient_times_embedding"][piece].get<double>();
    const double norm = entry["embedding_gradient_norm"][piece];
    squares[question.word[piece]] += norm * norm;
  }
  return {product, squares.sqrt()};
}

TEST_P(GoldenTest, MeetsAnswersMapsContrastsAndWordImportanceOnPhotographs) {
  WHEREFORE_NEEDS_SHARED("golden/photo-vqa.json");
  const auto model = LoadModel(SharedPath("models/photo-vqa"), {GetParam(), {}});
  for (const auto& entry : ReadJson(SharedPath("golden/photo-vqa.json"))) {
    const std::string what = entry["photo"].get<std::string>() + ": " + entry["question"].get<std::string>();
    const auto image = ImageOf(entry, model.info.image, GetParam());
    Request request;
    request.question = entry["question"];
    const auto found = Explain(model, image, request);
    for (std::size_t i = 0; i < 3; ++i) {
      const auto& best = entry["top3"][i];
      EXPECT_EQ(found.predictions()[i].label, best["answer"]) << what;
      EXPECT_NEAR(found.predictions()[i].logit, best["logit"], kTolerance * 10) << what;
      EXPECT_NEAR(found.predictions()[i].probability.value(), best["probability"], kTolerance) << what;
    }
    ExpectClose(found.maps[0], Numbers(entry["signed_map_top1"]), kTolerance, what);
    const auto question = model.tokenizer->Encode(request.question);
    EXPECT_EQ(nlohmann::json(question.ids), entry["ids"]) << what;
    const auto [product, norm] = PerWord(question, entry);
    ExpectClose(at::tensor(found.targets[0].word_gradient_times_embedding, at::kDouble), product, kTolerance, what);
    ExpectClose(at::tensor(found.targets[0].word_gradient_norm, at::kDouble), norm, kTolerance, what);

    request.versus = found.predictions()[1].label;
    const auto contrast = Explain(model, image, request);
    EXPECT_NE(AsContrast(contrast.targets[0]), nullptr);
    EXPECT_NEAR(contrast.targets[0].score, found.predictions()[0].logit - found.predictions()[1].logit, 1e-4);
    ExpectClose(contrast.maps[0], Numbers(entry["signed_map_top1_minus_top2"]), kTolerance, what);
  }
}

}  // namespace
}  // namespace wherefore
