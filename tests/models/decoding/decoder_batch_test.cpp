// Decoders over several images at once give what they give one by one.

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/explainer.h"
#include "explain/methods/grad_cam.h"
#include "models/decoding/decode.h"
#include "models/decoding/text_scores.h"
#include "tests/support/devices.h"
#include "tests/support/error_text.h"
#include "tests/support/networks.h"
#include "tests/support/numbers.h"
#include "tests/support/small_models.h"

namespace wherefore {
namespace {

constexpr double kTolerance = 1e-4;

/// Three different images (3, 3, 48, 64).
at::Tensor Images(c10::Device device) {
  const auto image = SmallImage();
  return at::cat({image, image.flip({3}), image * -0.5}).to(device);
}

class DecoderBatchTest : public testing::TestWithParam<c10::Device> {};

INSTANTIATE_TEST_SUITE_P(On, DecoderBatchTest, testing::ValuesIn(Devices()),
                         [](const auto& device) { return std::string(device.param.is_cpu() ? "Cpu" : "Cuda"); });

at::Tensor MapsOf(const Gradients& gradients) {
  return GradCam(gradients.layers[0].value, gradients.layers[0].gradient);
}

std::vector<Model> Captioners(c10::Device device) {
  std::vector<Model> models = {SmallCaptioner(), SmallAttendingCaptioner(), SmallUpDownCaptioner(),
                               SmallAoaNetCaptioner()};
  for (auto& model : models) model.network->to(device);
  return models;
}

std::vector<Model> VqaModels(c10::Device device) {
  std::vector<Model> models = {SmallVqaModel(), SmallFilmModel()};
  for (auto& model : models) model.network->to(device);
  return models;
}

void ExpectDecodesAsOneByOne(const Model& model, c10::Device device) {
  Tape tape;
  const auto features = CaptionerIn(model).Encode(Images(device), tape);
  for (const int64_t end : {2, 5}) {  // of which one may never come
    DecodeOptions options;
    options.begin = {3};
    options.ends = {end};
    options.max_length = 6;
    const auto together = DecodeGreedy(model.text_network(), CaptionerIn(model).StartFrom(features), options);
    ASSERT_EQ(together.size(), 3U);
    for (int64_t i = 0; i < 3; ++i) {
      const auto alone = Decode(model.text_network(), CaptionerIn(model).StartFrom(features.narrow(0, i, 1)), options);
      const auto& one = together[static_cast<std::size_t>(i)];
      EXPECT_EQ(one.ids, alone.ids);
      EXPECT_EQ(one.finished, alone.finished);
      EXPECT_NEAR(one.end_log_prob, alone.end_log_prob, kTolerance);
      ExpectClose(at::tensor(one.log_probs, at::kDouble), at::tensor(alone.log_probs, at::kDouble), kTolerance);
    }
  }
}

TEST_P(DecoderBatchTest, DecodesCaptionsAsOneByOne) {
  for (const auto& model : Captioners(GetParam())) ExpectDecodesAsOneByOne(model, GetParam());
}

void ExpectExplainsCaptionsAsOneByOne(const Model& model, c10::Device device) {
  const auto images = Images(device);
  const std::vector<std::vector<int64_t>> captions = {{4, 5, 7}, {7, 6, 4}, {5, 5, 5}};
  const auto ids = at::tensor({4, 5, 7, 7, 6, 4, 5, 5, 5}, at::kLong).reshape({3, 3});
  const auto together = Explain({model.info.layer}, [&](Tape& tape) {
    return PairedTextScores(model.text_network(), model.text_network().Start({images, {}, {}}, tape), ids, {}, tape);
  });
  for (int64_t i = 0; i < 3; ++i) {
    const auto alone = Explain({model.info.layer}, [&](Tape& tape) {
      const auto start = model.text_network().Start({images.narrow(0, i, 1), {}, {}}, tape);
      const auto& caption = captions[static_cast<std::size_t>(i)];
      return TextScores(model.text_network(), start, caption, {{0, 1, 2}}, {}, tape)[0];
    });
    ExpectClose(together.scores.narrow(0, i, 1), alone.scores, kTolerance);
    ExpectClose(MapsOf(together)[i], MapsOf(alone)[0], kTolerance);
  }
}

TEST_P(DecoderBatchTest, ExplainsCaptionsAsOneByOne) {
  for (const auto& model : Captioners(GetParam())) ExpectExplainsCaptionsAsOneByOne(model, GetParam());
}

void ExpectExplainsQuestionsAsOneByOne(const Model& model, c10::Device device) {
  const auto images = Images(device);
  const auto questions = at::tensor({4, 5, 7, 7, 6, 4, 5, 5, 5}, at::kLong).reshape({3, 3});
  const auto answer_one = [&](Tape& tape, const at::Tensor& of_images, const at::Tensor& asked) {
    return AnswererIn(model).Logits(of_images, asked, tape).select(1, 1);
  };
  const auto together =
      Explain({model.info.layer, kPromptInput}, [&](Tape& tape) { return answer_one(tape, images, questions); });
  for (int64_t i = 0; i < 3; ++i) {
    const auto alone = Explain({model.info.layer, kPromptInput}, [&](Tape& tape) {
      return answer_one(tape, images.narrow(0, i, 1), questions.narrow(0, i, 1));
    });
    ExpectClose(together.scores.narrow(0, i, 1), alone.scores, kTolerance);
    ExpectClose(MapsOf(together)[i], MapsOf(alone)[0], kTolerance);
    ExpectClose(together.inputs[0].gradient.narrow(0, i, 1), alone.inputs[0].gradient, kTolerance);
  }
}

TEST_P(DecoderBatchTest, AnswersAndExplainsQuestionsAsOneByOne) {
  for (const auto& model : VqaModels(GetParam())) ExpectExplainsQuestionsAsOneByOne(model, GetParam());
}

TEST_P(DecoderBatchTest, ScoresNextWordsAsItScoresCaptions) {
  for (const auto& model : Captioners(GetParam())) {
    Tape tape;
    const auto features = CaptionerIn(model).Encode(Images(GetParam()), tape);
    const auto words = at::tensor({3, 4, 5, 3, 7, 6, 3, 5, 5}, at::kLong).reshape({3, 3});
    const auto logits = CaptionerIn(model).NextWordLogits(features, words);
    DecodeOptions options;
    options.begin = {3};
    for (int64_t i = 0; i < 3; ++i) {
      const std::vector<int64_t> caption = {words[i][1].item<int64_t>(), words[i][2].item<int64_t>()};
      const auto expected = TextLogProbabilities(
          model.text_network(), CaptionerIn(model).StartFrom(features.narrow(0, i, 1)), caption, options);
      const auto followers =
          at::tensor({caption[0], caption[1], options.ends[0]}, at::kLong).to(GetParam()).unsqueeze(1);
      const auto found = logits[i].log_softmax(1).gather(1, followers).squeeze(1);
      ExpectClose(found.detach(), at::tensor(expected, at::kDouble), kTolerance);
    }
  }
}

TEST_P(DecoderBatchTest, RefusesRowsThatDoNotFit) {
  for (const auto& captioner : {SmallCaptioner(), SmallAttendingCaptioner()}) {
    Tape tape;
    auto& network = CaptionerIn(captioner);
    const auto start = network.Start({Images(c10::kCPU), {}, {}}, tape);
    const auto two = at::ones({2, 3}, at::kLong);
    EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { Decode(network, start, {}); }),
                testing::HasSubstr("a text is about one image at a time, but there are 3"));
    EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { PairedTextScores(network, start, two, {}, tape); }),
                testing::HasSubstr("one row for each of the 3 images"));
    EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { network.NextWordLogits(start.shared[0], two); }),
                testing::HasSubstr("one row for each of the 3 images"));
  }
  Tape tape;
  EXPECT_THAT(ErrorText(ErrorKind::kUsage,
                        [&] {
                          AnswererIn(SmallVqaModel()).Logits(Images(c10::kCPU), at::ones({2, 3}, at::kLong), tape);
                        }),
              testing::HasSubstr("2 questions about 3 images; give one for all, or one an image"));
}

}  // namespace
}  // namespace wherefore
