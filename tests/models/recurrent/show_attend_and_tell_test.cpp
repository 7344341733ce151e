#include "models/recurrent/show_attend_and_tell.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/devices.h"
#include "tests/support/error_text.h"
#include "tests/support/numbers.h"
#include "tests/support/random_captioner.h"
#include "tests/support/weight_table.h"

namespace wherefore {
namespace {

using testing::HasSubstr;

std::shared_ptr<ShowAttendAndTell> RandomNetwork(c10::Device device = c10::kCPU) {
  return RandomCaptioner<ShowAttendAndTell, ShowAttendAndTellOptions>(device);
}

ExpectedWords ByHand(const WeightTable& weights, const at::Tensor& annotations, const at::Tensor& words) {
  ExpectedWords expected;
  std::pair<at::Tensor, at::Tensor> state = {weights.Linear("init_h", annotations.mean(0)),
                                             weights.Linear("init_c", annotations.mean(0))};
  for (int64_t step = 0; step < words.size(0); ++step) {
    const auto of_hidden = weights.Linear("attention.decoder_att", state.first);
    std::vector<at::Tensor> energies;
    for (int64_t place = 0; place < annotations.size(0); ++place) {
      const auto sum = weights.Linear("attention.encoder_att", annotations[place]) + of_hidden;
      energies.push_back(weights.Linear("attention.full_att", sum.clamp_min(0))[0]);
    }
    const auto powers = at::stack(energies).exp();
    const auto alpha = powers / powers.sum();
    const auto z = weights.Linear("f_beta", state.first).sigmoid() * (alpha.unsqueeze(1) * annotations).sum(0);
    const auto input = at::cat({weights["embedding.weight"][words[step].item<int64_t>()], z});
    weights.LstmStep("decode_step", input, &state);
    expected.attention.push_back(alpha);
    expected.logits.push_back(weights.Linear("fc", state.first));
  }
  return expected;
}

class ShowAttendAndTellTest : public testing::TestWithParam<c10::Device> {};

INSTANTIATE_TEST_SUITE_P(On, ShowAttendAndTellTest, testing::ValuesIn(Devices()),
                         [](const auto& device) { return std::string(device.param.is_cpu() ? "Cpu" : "Cuda"); });

TEST_P(ShowAttendAndTellTest, ComputesWhatThePaperDefines) {
  const auto network = RandomNetwork(GetParam());
  const WeightTable weights(*RandomNetwork());
  const auto annotations = RandomAnnotations(3);
  const auto words = at::tensor({3, 4, 5, 7, 3, 7, 6, 1, 3, 5, 5, 0}, at::kLong).reshape({3, 4});
  const auto [logits, attention] = network->AttendedLogits(annotations.to(GetParam()), words);
  for (int64_t i = 0; i < 3; ++i) {
    const auto expected = ByHand(weights, annotations[i], words[i]);
    ExpectClose(logits[i], at::stack(expected.logits), 1e-9);
    ExpectClose(attention[i], at::stack(expected.attention), 1e-9);
  }
  ExpectClose(attention.sum(2), at::ones({3, 4}), 1e-9);
}

}  // namespace
}  // namespace wherefore
