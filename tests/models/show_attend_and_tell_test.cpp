#include "models/show_attend_and_tell.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/devices.h"
#include "tests/support/error_text.h"
#include "tests/support/numbers.h"
#include "tests/support/small_models.h"
#include "tests/support/weight_table.h"

namespace wherefore {
namespace {

using testing::HasSubstr;

constexpr int64_t kPlaces = 6;

/// A network with random weights, in double precision.
std::shared_ptr<ShowAttendAndTell> RandomNetwork(c10::Device device = c10::kCPU) {
  torch::manual_seed(3);
  auto network = std::make_shared<ShowAttendAndTell>(SmallAttendingOptions<ShowAttendAndTellOptions>());
  network->eval();
  network->to(device, at::kDouble);
  for (auto& parameter : network->parameters()) parameter.set_requires_grad(false);
  return network;
}

at::Tensor Annotations(int64_t images) {
  torch::manual_seed(4);
  return at::randn({images, kPlaces, kSmallStageChannels}, at::kDouble);
}

/// What one image's words should give, written out word by word.
struct Expected {
  std::vector<at::Tensor> logits;
  std::vector<at::Tensor> attention;
};

Expected ByHand(const WeightTable& weights, const at::Tensor& annotations, const at::Tensor& words) {
  Expected expected;
  auto h = weights.Linear("init_h", annotations.mean(0));
  auto c = weights.Linear("init_c", annotations.mean(0));
  for (int64_t step = 0; step < words.size(0); ++step) {
    const auto of_hidden = weights.Linear("attention.decoder_att", h);
    std::vector<at::Tensor> energies;
    for (int64_t place = 0; place < annotations.size(0); ++place) {
      const auto sum = weights.Linear("attention.encoder_att", annotations[place]) + of_hidden;
      energies.push_back(weights.Linear("attention.full_att", sum.clamp_min(0))[0]);
    }
    const auto powers = at::stack(energies).exp();
    const auto alpha = powers / powers.sum();
    const auto z = weights.Linear("f_beta", h).sigmoid() * (alpha.unsqueeze(1) * annotations).sum(0);
    const auto input = at::cat({weights["embedding.weight"][words[step].item<int64_t>()], z});
    const auto gates = at::mv(weights["decode_step.weight_ih"], input) + weights["decode_step.bias_ih"] +
                       at::mv(weights["decode_step.weight_hh"], h) + weights["decode_step.bias_hh"];
    const auto parts = gates.chunk(4);
    c = parts[1].sigmoid() * c + parts[0].sigmoid() * parts[2].tanh();
    h = parts[3].sigmoid() * c.tanh();
    expected.attention.push_back(alpha);
    expected.logits.push_back(weights.Linear("fc", h));
  }
  return expected;
}

class ShowAttendAndTellTest : public testing::TestWithParam<c10::Device> {};

INSTANTIATE_TEST_SUITE_P(On, ShowAttendAndTellTest, testing::ValuesIn(Devices()),
                         [](const auto& device) { return std::string(device.param.is_cpu() ? "Cpu" : "Cuda"); });

TEST_P(ShowAttendAndTellTest, ComputesWhatThePaperDefines) {
  const auto network = RandomNetwork(GetParam());
  const WeightTable weights(*RandomNetwork());
  const auto annotations = Annotations(3);
  const auto words = at::tensor({3, 4, 5, 7, 3, 7, 6, 1, 3, 5, 5, 0}, at::kLong).reshape({3, 4});
  const auto logits = network->NextWordLogits(annotations.to(GetParam()), words);
  const auto attention = network->AttentionWeights(annotations.to(GetParam()), words);
  for (int64_t i = 0; i < 3; ++i) {
    const auto expected = ByHand(weights, annotations[i], words[i]);
    ExpectClose(logits[i], at::stack(expected.logits), 1e-9);
    ExpectClose(attention[i], at::stack(expected.attention), 1e-9);
  }
  ExpectClose(attention.sum(2), at::ones({3, 4}), 1e-9);
}

TEST(ShowAttendAndTellEncodeTest, GivesThePlacesOfTheStageRowByRow) {
  const auto model = SmallAttendingCaptioner();
  Tape tape;
  const auto map = model.network->trunk().Forward(SmallImage(), tape, kSmallStage);
  const auto annotations = model.network->Encode(SmallImage(), tape);
  ASSERT_EQ(annotations.sizes().vec(), (std::vector<int64_t>{1, 48, kSmallStageChannels}));
  EXPECT_TRUE(at::equal(annotations[0][2 * 8 + 3], map[0].select(1, 2).select(1, 3)));
}

TEST(ShowAttendAndTellEncodeTest, RefusesAStageThatDoesNotFit) {
  Tape tape;
  auto options = SmallAttendingOptions<ShowAttendAndTellOptions>();
  options.annotation_channels = 31;
  EXPECT_EQ(ErrorText(ErrorKind::kUsage, [&] { ShowAttendAndTell(options).Encode(SmallImage(), tape); }),
            "stage 'features.6' of mobilenet_v2 has 32 channels, but ShowAttendAndTellOptions::annotation_channels is "
            "31");
  options.trunk = SmallTrunk("classifier.1");
  options.annotation_stage = "classifier.1";
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { ShowAttendAndTell(options).Encode(SmallImage(), tape); }),
              HasSubstr("stage 'classifier.1' of mobilenet_v2 has 2 dimensions and is no feature map"));
  EXPECT_THAT(ErrorText(ErrorKind::kUsage,
                        [&] {
                          RandomNetwork()->Decode(at::zeros({1, 5}, at::kDouble), {});
                        }),
              HasSubstr("annotations (N, places, 32), as Encode() gives them"));
}

}  // namespace
}  // namespace wherefore
