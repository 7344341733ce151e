// Untouched Hugging Face directories against numbers of transformers itself: prepared pixels, logits, texts,
// log-probabilities and signed maps, within the tolerances that shared/hf/README.md gives for float32.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/families.h"
#include "models/images/image_processor.h"
#include "tasks/explain.h"
#include "tests/support/json_numbers.h"
#include "tests/support/numbers.h"
#include "tests/support/shared_data.h"
#include "tools/photographs/photograph.h"

namespace wherefore {
namespace {

constexpr double kTolerance = 1e-4;       // of logits, log-probabilities, and of a map's largest absolute value
constexpr double kPixelTolerance = 1e-5;  // of prepared pixels

/// A directory of shared/hf/models with its golden file.
struct HubCase {
  const char* directory;
  const char* golden;
};

std::string NameOfCase(const testing::TestParamInfo<HubCase>& info) {
  std::string name = info.param.directory;
  const std::string golden = info.param.golden;
  if (name.compare(0, golden.size(), golden) != 0) name = golden;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

class HubGoldenTest : public testing::TestWithParam<HubCase> {
 protected:
  void SetUp() override { WHEREFORE_NEEDS_SHARED(std::string("hf/models/") + GetParam().directory); }

  Model Load() const { return LoadModel(SharedPath(std::string("hf/models/") + GetParam().directory)); }
  nlohmann::json Golden() const {
    return ReadJson(SharedPath(std::string("hf/golden/") + GetParam().golden + ".json"));
  }

  /// A case's photograph, prepared as the directory says; compared on the way.
  at::Tensor ImageOf(const nlohmann::json& entry, const Model& model) const {
    const auto photograph = LoadPhotograph(SharedPath(entry["photo"])).pixels;
    const auto image = ImageProcessor(model.info.image).Prepare(photograph).values;
    const auto& expected = entry["pixel_values"];
    EXPECT_EQ(nlohmann::json(image[0].sizes().vec()), expected["shape"]);
    for (const auto& place : expected["at_flat_index"]) {
      EXPECT_NEAR(image.flatten()[place[0].get<int64_t>()].item<double>(), place[1], kPixelTolerance) << entry["photo"];
    }
    return image;
  }
};

/// 1e-4, and twice that of log-probabilities far below 0.
void ExpectLogProbability(double found, double expected, const std::string& what) {
  EXPECT_NEAR(found, expected, (std::abs(expected) > 20 ? 2 : 1) * kTolerance) << what;
}

const std::vector<std::string> kBothMethods = {"grad_cam", "hires_cam"};

/// Where a LayerNorm is the only reader of a layer, HiResCAM is zero there but for the norm's epsilon and roundings.
const std::vector<std::string> kGradCamAlone = {"grad_cam"};

/// Signed maps of the targets of a text, or of labels, at a layer of the golden file.
void ExpectMaps(const Model& model, const at::Tensor& image, Request request, const std::string& layer,
                const nlohmann::json& expected, const std::vector<std::string>& methods) {
  request.layer = layer;
  for (const auto& method : methods) {
    request.method = method == "grad_cam" ? "grad-cam" : "hires-cam";
    const auto found = Explain(model, image, request);
    for (const auto& place : expected["A_values"]) {
      EXPECT_NEAR(found.activation.flatten()[place[0].get<int64_t>()].item<double>(), place[1], 2 * kTolerance)
          << layer;
    }
    // Behind the whole text the golden file has the whole text and its end.
    ASSERT_LE(found.maps.size(0), static_cast<int64_t>(expected["of"].size()));
    for (int64_t row = 0; row < found.maps.size(0); ++row) {
      const auto& one = expected["of"][static_cast<std::size_t>(row)];
      const auto map = Numbers(one[method]);
      const double largest = map.abs().max().item<double>();
      const double difference = (found.maps[row].to(at::kDouble) - map).abs().max().item<double>();
      // Twice the tolerance from the .npy: pixels are prepared from the photograph here (1.08e-4 seen, one HiResCAM
      // row).
      EXPECT_LE(difference, 2 * kTolerance * largest + 1e-6) << method << " at " << layer << ", row " << row;
    }
  }
}

using HubClassifierTest = HubGoldenTest;

INSTANTIATE_TEST_SUITE_P(Hub, HubClassifierTest,
                         testing::ValuesIn(std::vector<HubCase>{{"vit", "vit"},
                                                                {"vit-v5", "vit"},
                                                                {"resnet", "resnet"},
                                                                {"resnet-v5", "resnet"},
                                                                {"convnext", "convnext"},
                                                                {"convnext-v5", "convnext"}}),
                         NameOfCase);

TEST_P(HubClassifierTest, MeetsPixelsLogitsAndMaps) {
  const auto model = Load();
  const auto golden = Golden();
  for (const auto& entry : golden["cases"]) {
    const auto image = ImageOf(entry, model);
    Request request;
    for (const auto& one : entry["maps"]["of"]) request.indices.push_back(one["index"]);
    const auto found = Explain(model, image, request);
    for (std::size_t i = 0; i < request.indices.size(); ++i) {
      const auto& one = entry["maps"]["of"][i];
      EXPECT_NEAR(found.targets[i].score, one["logit"], kTolerance);
      EXPECT_EQ(std::get<LabelTarget>(found.targets[i].about).label, one["label"]);
    }
    ExpectMaps(model, image, request, golden["A_module"], entry["maps"], kBothMethods);
  }
}

using HubZeroShotTest = HubGoldenTest;

INSTANTIATE_TEST_SUITE_P(Hub, HubZeroShotTest,
                         testing::ValuesIn(std::vector<HubCase>{{"clip", "clip"}, {"clip-v5", "clip"}}), NameOfCase);

TEST_P(HubZeroShotTest, MeetsSimilaritiesAndMapsOfLabelsThatAreGiven) {
  const auto model = Load();
  const auto golden = Golden();
  for (const auto& entry : golden["cases"]) {
    const auto image = ImageOf(entry, model);
    Request request;
    for (const auto& label : entry["labels"]) request.choices.push_back(label["text"]);
    for (std::size_t i = 0; i < request.choices.size(); ++i) request.indices.push_back(static_cast<int64_t>(i));
    const auto found = Explain(model, image, request);
    for (std::size_t i = 0; i < request.choices.size(); ++i) {
      const auto& label = std::get<LabelTarget>(found.targets[i].about);
      EXPECT_EQ(label.label, entry["maps"]["of"][i]["label"]);
      EXPECT_NEAR(found.targets[i].score, entry["logits_per_image"][i], kTolerance) << label.label;
      EXPECT_NEAR(label.probability.value(), entry["probabilities_softmax"][i], kTolerance) << label.label;
    }
    ExpectMaps(model, image, request, golden["A_module"], entry["maps"], kGradCamAlone);
  }
}

void ExpectRow(const at::Tensor& row, const nlohmann::json& expected) {
  const auto numbers = expected.get<std::vector<double>>();
  ASSERT_EQ(row.size(0), static_cast<int64_t>(numbers.size()));
  EXPECT_LE((row.to(at::kDouble) - at::tensor(numbers, at::kDouble)).abs().max().item<double>(), kTolerance);
}

TEST_P(HubZeroShotTest, MeetsEmbeddingsOfImageAndLabel) {
  const auto model = Load();
  const auto golden = Golden();
  for (const auto& entry : golden["cases"]) {
    const auto label = FormQuestion(*model.tokenizer, model.question_form, entry["labels"][0]["text"]);
    EXPECT_EQ(nlohmann::json(label.ids), entry["labels"][0]["ids_alone"]);
    ExpectRow(model.zero_shot_network()->LabelEmbedding(at::tensor(label.ids, at::kLong).unsqueeze(0))[0],
              entry["text_embeds_first_label"]);
    // Labels that are the axes of the embeddings' space give the image's embedding, times the scale of logits.
    auto input = InputOf(ImageOf(entry, model));
    input.labels = at::eye(static_cast<int64_t>(entry["image_embeds"].size()));
    Tape tape;
    const auto scaled = model.label_network().Logits(input, tape)[0];
    ExpectRow(scaled / scaled.norm(), entry["image_embeds"]);
  }
}

TEST_P(HubZeroShotTest, MeetsTheTokensOfTheLastBlock) {
  const auto model = Load();
  const auto golden = Golden();
  for (const auto& entry : golden["cases"]) {
    const auto& expected = entry["image_encoder_output"]["at_flat_index"];
    Tape tape({"vision_model.encoder.layers.2"});
    model.label_network().Logits(InputOf(ImageOf(entry, model)), tape);
    const auto tokens = tape.layers().at(0).value[0].flatten(1).t();  // without the class token, which comes first
    int compared = 0;
    for (const auto& place : expected) {
      const auto index = place[0].get<int64_t>() - tokens.size(1);
      if (index < 0) continue;
      EXPECT_NEAR(tokens.flatten()[index].item<double>(), place[1], kTolerance) << entry["photo"];
      ++compared;
    }
    EXPECT_GT(compared, 5);
  }
}

using HubAnswererTest = HubGoldenTest;

INSTANTIATE_TEST_SUITE_P(Hub, HubAnswererTest,
                         testing::ValuesIn(std::vector<HubCase>{{"vilt-vqa", "vilt-vqa"}, {"vilt-vqa-v5", "vilt-vqa"}}),
                         NameOfCase);

/// The importance of a question's words, of the numbers that the golden file has of each of its pieces: those of what
/// stands around the question among them.
std::vector<double> ImportanceOfWords(const AskedText& question, const nlohmann::json& all_ids,
                                      const nlohmann::json& of_pieces) {
  const auto ids = all_ids.get<std::vector<int64_t>>();
  const auto at = std::search(ids.begin(), ids.end(), question.ids.begin(), question.ids.end());
  EXPECT_NE(at, ids.end()) << question.text;
  const auto first = static_cast<std::size_t>(at - ids.begin());
  std::vector<double> words(question.words.size(), 0);
  for (std::size_t piece = 0; piece < question.ids.size(); ++piece) {
    words[static_cast<std::size_t>(question.word[piece])] += of_pieces.at(first + piece).get<double>();
  }
  return words;
}

TEST_P(HubAnswererTest, MeetsAnswersMapsAndTheImportanceOfTheQuestionsWords) {
  const auto model = Load();
  const auto golden = Golden();
  for (const auto& entry : golden["cases"]) {
    const auto image = ImageOf(entry, model);
    Request request;
    request.question = entry["question"];
    request.top = static_cast<int64_t>(entry["top5"].size());
    const auto best = Explain(model, image, request);
    for (std::size_t i = 0; i < best.predictions().size(); ++i) {
      const auto& prediction = best.predictions()[i];
      EXPECT_EQ(prediction.label, entry["top5"][i]["answer"]);
      EXPECT_NEAR(prediction.logit, entry["top5"][i]["logit"], kTolerance);
      const auto index = static_cast<std::size_t>(prediction.index);
      EXPECT_NEAR(prediction.probability.value(), entry["probabilities_sigmoid"][index], kTolerance);
    }
    for (const auto& one : entry["maps"]["of"]) request.indices.push_back(one["index"]);
    const auto found = Explain(model, image, request);
    EXPECT_EQ(nlohmann::json({found.maps.size(1), found.maps.size(2)}), entry["grid"]);
    for (std::size_t i = 0; i < request.indices.size(); ++i) {
      const auto& one = entry["maps"]["of"][i];
      EXPECT_EQ(std::get<LabelTarget>(found.targets[i].about).label, one["answer"]);
      EXPECT_NEAR(found.targets[i].score, one["logit"], kTolerance);
      const auto words = ImportanceOfWords(*found.question, entry["question_ids"], one["question_importance"]);
      EXPECT_THAT(found.targets[i].word_gradient_times_embedding,
                  testing::Pointwise(testing::DoubleNear(kTolerance), words));
    }
    ExpectMaps(model, image, request, golden["A_module"], entry["maps"], kGradCamAlone);
  }
}

using HubWriterTest = HubGoldenTest;

INSTANTIATE_TEST_SUITE_P(Hub, HubWriterTest,
                         testing::ValuesIn(std::vector<HubCase>{{"blip-caption", "blip-caption"},
                                                                {"blip-caption-v5", "blip-caption"},
                                                                {"blip-vqa", "blip-vqa"},
                                                                {"blip-vqa-v5", "blip-vqa"},
                                                                {"vit-gpt2", "vit-gpt2"},
                                                                {"vit-gpt2-v5", "vit-gpt2"},
                                                                {"vit-gpt2-bin", "vit-gpt2"},
                                                                {"vit-gpt2-sharded", "vit-gpt2"},
                                                                {"git", "git"},
                                                                {"git-v5", "git"},
                                                                {"git", "git-vqa"},
                                                                {"paligemma", "paligemma"},
                                                                {"paligemma-v5", "paligemma"},
                                                                {"llava", "llava"},
                                                                {"llava-v5", "llava"}}),
                         NameOfCase);

Request RequestOf(const nlohmann::json& entry) {
  Request request;
  if (entry.contains("question")) request.question = entry["question"];
  if (entry.contains("prompt") && !entry["prompt"].is_null()) request.prompt = entry["prompt"];
  return request;
}

/// How many pieces of a text stand before what the golden file says of it: those of the prompt, behind the begin.
std::size_t PromptPieces(const nlohmann::json& entry) {
  return entry.contains("prompt") && !entry["prompt"].is_null() ? entry["prompt_ids"].size() - 1 : 0;
}

void ExpectText(const Explanation& found, const nlohmann::json& expected, std::size_t before, const std::string& what) {
  const auto& written = found.written();
  const std::vector<int64_t> ids(written.ids.begin() + static_cast<std::ptrdiff_t>(before), written.ids.end());
  EXPECT_EQ(nlohmann::json(ids), expected.contains("ids_without_end") ? expected["ids_without_end"] : expected["ids"])
      << what << ": " << written.text;
  if (!expected.contains("log_p")) return;
  ASSERT_EQ(ids.size(), expected["log_p"].size()) << what;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    ExpectLogProbability(written.log_probs[before + i], expected["log_p"][i], what);
  }
  if (written.end_log_probability) ExpectLogProbability(*written.end_log_probability, expected["log_p_end"], what);
}

TEST_P(HubWriterTest, MeetsTextsAsGenerateWritesThem) {
  const auto model = Load();
  const auto golden = Golden();
  for (const auto& entry : golden["cases"]) {
    const auto image = ImageOf(entry, model);
    auto request = RequestOf(entry);
    const auto before = PromptPieces(entry);
    const std::string what = entry["photo"];
    ExpectText(Explain(model, image, request), entry["generation"]["default"], before, what + ", default");
    request.beam = 1;
    ExpectText(Explain(model, image, request), entry["generation"]["greedy"], before, what + ", greedy");
    request.beam = 3;
    ExpectText(Explain(model, image, request), entry["generation"]["beam3"], before, what + ", beam 3");
  }
}

TEST_P(HubWriterTest, MeetsSignedMapsOfEachWord) {
  const auto model = Load();
  const auto golden = Golden();
  for (const auto& entry : golden["cases"]) {
    // A prompt's words are targets of ours, and none of the golden file's.
    if (PromptPieces(entry) > 0) continue;
    const auto image = ImageOf(entry, model);
    auto request = RequestOf(entry);
    request.beam = 1;
    const bool is_normed = entry.contains("maps_after_norm");
    ExpectMaps(model, image, request, golden["A_module"], entry["maps"], is_normed ? kGradCamAlone : kBothMethods);
    if (!is_normed) continue;
    ExpectMaps(model, image, request, golden["maps_after_norm_module"], entry["maps_after_norm"], kBothMethods);
  }
}

TEST_P(HubWriterTest, MeetsTextsThatAreGiven) {
  const auto model = Load();
  const auto golden = Golden();
  for (const auto& entry : golden["cases"]) {
    if (PromptPieces(entry) > 0) continue;
    const auto image = ImageOf(entry, model);
    for (const auto& own : entry["own_text"]) {
      auto request = RequestOf(entry);
      request.text = own["text"];
      ExpectText(Explain(model, image, request), own, 0, request.text);
      if (own.contains("maps")) ExpectMaps(model, image, request, golden["A_module"], own["maps"], kGradCamAlone);
    }
  }
}

TEST_P(HubWriterTest, MeetsTheImportanceOfTheQuestionsPieces) {
  const auto model = Load();
  const auto golden = Golden();
  for (const auto& entry : golden["cases"]) {
    if (!entry.contains("question_importance")) GTEST_SKIP() << "asked nothing";
    const auto image = ImageOf(entry, model);
    auto request = RequestOf(entry);
    request.beam = 1;
    const auto found = Explain(model, image, request);
    const auto words =
        ImportanceOfWords(*found.question, entry["question_ids"], entry["question_importance"]["per_token"]);
    const auto& whole = found.targets.back();
    for (std::size_t word = 0; word < words.size(); ++word) {
      EXPECT_NEAR(whole.word_gradient_times_embedding[word], words[word], kTolerance) << found.question->words[word];
    }
  }
}

}  // namespace
}  // namespace wherefore
