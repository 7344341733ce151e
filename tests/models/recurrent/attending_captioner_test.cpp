#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/error.h"
#include "explain/explainer.h"
#include "models/decoding/decode.h"
#include "models/decoding/text_scores.h"
#include "models/recurrent/aoa_net.h"
#include "models/recurrent/show_attend_and_tell.h"
#include "models/recurrent/up_down.h"
#include "tests/support/devices.h"
#include "tests/support/error_text.h"
#include "tests/support/networks.h"
#include "tests/support/numbers.h"
#include "tests/support/random_captioner.h"
#include "tests/support/small_models.h"

namespace wherefore {
namespace {

using testing::HasSubstr;

// What holds of every captioner that attends to places.

struct ShowAttendAndTellCase {
  using Network = ShowAttendAndTell;
  using Options = ShowAttendAndTellOptions;
  static constexpr const char* kCommonBias = "attention.full_att.bias";  ///< of all energies
};

struct UpDownCase {
  using Network = UpDown;
  using Options = UpDownOptions;
  static constexpr const char* kCommonBias = "core.attention.alpha_net.bias";
};

struct AoaNetCase {
  using Network = AoaNet;
  using Options = AoaNetOptions;
  static constexpr const char* kCommonBias = "core.attention.alpha_net.bias";
};

template <class Case>
std::shared_ptr<CaptionNetwork> RandomNetwork(c10::Device device = c10::kCPU) {
  return RandomCaptioner<typename Case::Network, typename Case::Options>(device);
}

template <class Case>
class AttendingCaptionerTest : public testing::Test {};

using Cases = testing::Types<ShowAttendAndTellCase, UpDownCase, AoaNetCase>;
TYPED_TEST_SUITE(AttendingCaptionerTest, Cases);

TYPED_TEST(AttendingCaptionerTest, FindsGreedilyWhatABeamOfOneFinds) {
  for (const auto device : Devices()) {
    const std::shared_ptr<CaptionNetwork> network = RandomNetwork<TypeParam>(device);
    const auto annotations = RandomAnnotations(3).to(device);
    DecodeOptions options;
    options.max_length = 7;
    const auto greedy = DecodeGreedy(*network, network->StartFrom(annotations), options);
    for (int64_t i = 0; i < 3; ++i) {
      const auto beam = Decode(*network, network->StartFrom(annotations.narrow(0, i, 1)), options);
      EXPECT_EQ(greedy[static_cast<std::size_t>(i)].ids, beam.ids);
      // A wider beam runs several rows on one image's annotations.
      DecodeOptions wider = options;
      wider.beam = 3;
      const auto found = Decode(*network, network->StartFrom(annotations.narrow(0, i, 1)), wider);
      const auto log_probs =
          TextLogProbabilities(*network, network->StartFrom(annotations.narrow(0, i, 1)), found.ids, options);
      for (std::size_t piece = 0; piece < found.ids.size(); ++piece) {
        EXPECT_NEAR(found.log_probs[piece], log_probs[piece], 1e-9);
      }
    }
  }
}

TYPED_TEST(AttendingCaptionerTest, MeetsFiniteDifferencesAtTheFeatureMap) {
  const std::shared_ptr<CaptionNetwork> network = RandomNetwork<TypeParam>();
  const auto annotations = RandomAnnotations(1);
  const std::vector<int64_t> caption = {4, 5, 7};
  const std::vector<std::vector<int64_t>> pieces = {{0}, {1, 2}};
  const auto gradients = Explain({"annotations", kTextInput}, [&](Tape& tape) {
    return TextScores(*network, network->StartFrom(tape.At("annotations", annotations)), caption, pieces, {}, tape)[0];
  });
  for (int64_t target = 0; target < 2; ++target) {
    const auto expected = FiniteDifferences(annotations, [&](const at::Tensor& moved) {
      Tape tape;
      return TextScores(*network, network->StartFrom(moved), caption, pieces, {}, tape)[0][target].item<double>();
    });
    ExpectClose(gradients.layers[0].gradient[target], expected[0], 1e-6);
  }
  EXPECT_EQ(gradients.inputs[0].gradient.sizes().vec(), (std::vector<int64_t>{2, 3, 6}));
}

TYPED_TEST(AttendingCaptionerTest, TrainsEveryWeightOfTheDecoder) {
  torch::manual_seed(5);
  typename TypeParam::Network network(SmallAttendingOptions<typename TypeParam::Options>());
  network.train();
  network.trunk().eval();
  const auto annotations = RandomAnnotations(2).to(at::kFloat);
  const auto words = at::tensor({3, 4, 5, 3, 7, 6}, at::kLong).reshape({2, 3});
  network.NextWordLogits(annotations, words).log_softmax(2).select(2, 4).sum().backward();
  for (const auto& item : network.named_parameters()) {
    const at::Tensor gradient = item.value().grad();
    if (item.key().rfind("trunk.", 0) == 0) continue;
    // The energies' common bias cancels in the softmax.
    if (item.key() == TypeParam::kCommonBias) continue;
    ASSERT_TRUE(gradient.defined()) << item.key();
    EXPECT_GT(gradient.abs().sum().item<double>(), 0) << item.key();
  }
}

TEST(AttendingCaptionerEncodeTest, GivesThePlacesOfTheStageRowByRow) {
  const auto model = SmallAttendingCaptioner();
  Tape tape;
  const auto map = CaptionerIn(model).trunk().Forward(SmallImage(), tape, kSmallStage);
  const auto annotations = CaptionerIn(model).Encode(SmallImage(), tape);
  ASSERT_EQ(annotations.sizes().vec(), (std::vector<int64_t>{1, 48, kSmallStageChannels}));
  EXPECT_TRUE(at::equal(annotations[0][2 * 8 + 3], map[0].select(1, 2).select(1, 3)));
}

TEST(AttendingCaptionerEncodeTest, RefusesAStageThatDoesNotFit) {
  Tape tape;
  auto options = SmallAttendingOptions<ShowAttendAndTellOptions>();
  options.annotation_channels = 31;
  EXPECT_EQ(ErrorText(ErrorKind::kUsage, [&] { ShowAttendAndTell(options).Encode(SmallImage(), tape); }),
            "stage 'features.6' of mobilenet_v2 has 32 channels, but AttendingOptions::annotation_channels is 31");
  options.trunk = SmallTrunk("classifier.1");
  options.annotation_stage = "classifier.1";
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { ShowAttendAndTell(options).Encode(SmallImage(), tape); }),
              HasSubstr("stage 'classifier.1' of mobilenet_v2 has 2 dimensions and is no feature map"));
  EXPECT_THAT(ErrorText(ErrorKind::kUsage,
                        [&] {
                          const auto network = RandomNetwork<ShowAttendAndTellCase>();
                          Decode(*network, network->StartFrom(at::zeros({1, 5}, at::kDouble)), {});
                        }),
              HasSubstr("annotations (N, places, 32), as Encode() gives them"));
}

TEST(AttendingCaptionerEncodeTest, RoundsPlacesOnceWhereWeightsAreShort) {
  Tape tape;
  auto options = SmallAttendingOptions<AoaNetOptions>();
  options.use_box = true;
  AoaNet network(options);
  const auto exact = network.Encode(SmallImage(), tape).narrow(2, kSmallStageChannels, 5);
  network.to(at::kBFloat16);
  const auto boxes = network.Encode(SmallImage().to(at::kBFloat16), tape).narrow(2, kSmallStageChannels, 5);
  EXPECT_TRUE(at::equal(boxes, exact.to(at::kBFloat16)));
}

TEST(AttendingCaptionerEncodeTest, TellsWhereEachPlaceIs) {
  Tape tape;
  auto options = SmallAttendingOptions<AoaNetOptions>();
  const auto plain = AoaNet(options).Encode(SmallImage(), tape);
  EXPECT_EQ(plain.sizes().vec(), (std::vector<int64_t>{1, 48, kSmallStageChannels}));
  options.use_box = true;
  const auto placed = AoaNet(options).Encode(at::cat({SmallImage(), SmallImage()}), tape);
  ASSERT_EQ(placed.sizes().vec(), (std::vector<int64_t>{2, 48, kSmallStageChannels + 5}));
  // The third row's fourth of 6 x 8 places: x1, y1, x2, y2 and area in shares of the image.
  const auto expected = at::tensor({3.0 / 8, 2.0 / 6, 4.0 / 8, 3.0 / 6, 1.0 / 48}, at::kFloat);
  for (int64_t image = 0; image < 2; ++image) {
    ExpectClose(placed[image][2 * 8 + 3].slice(0, kSmallStageChannels), expected, 1e-6);
  }
}

TEST(AttendingCaptionerEncodeTest, PassesAnnotationsThroughTheNonLocalBlock) {
  Tape tape;
  auto options = SmallAttendingOptions<UpDownOptions>();
  options.use_box = true;
  EXPECT_EQ(UpDown(options).non_local(), nullptr);
  options.non_local_size = 3;
  torch::manual_seed(6);
  UpDown network(options);
  network.trunk().eval();
  const auto encoded = network.Encode(SmallImage(), tape);
  ExpectClose(encoded, network.non_local()->forward(network.Annotate(SmallImage(), tape)), 1e-6);
  network.NextWordLogits(encoded, at::tensor({3, 4}, at::kLong).unsqueeze(0))
      .log_softmax(2)
      .select(2, 4)
      .sum()
      .backward();
  for (const auto& item : network.non_local()->named_parameters()) {
    EXPECT_GT(item.value().grad().abs().sum().item<double>(), 0) << item.key();
  }
}

}  // namespace
}  // namespace wherefore
