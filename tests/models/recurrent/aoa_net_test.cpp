#include "models/recurrent/aoa_net.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/devices.h"
#include "tests/support/numbers.h"
#include "tests/support/random_captioner.h"
#include "tests/support/weight_table.h"

namespace wherefore {
namespace {

std::shared_ptr<AoaNet> RandomNetwork(c10::Device device = c10::kCPU) {
  return RandomCaptioner<AoaNet, AoaNetOptions>(device);
}

ExpectedWords ByHand(const WeightTable& weights, const at::Tensor& annotations, const at::Tensor& words) {
  ExpectedWords expected;
  auto context = at::zeros({5}, at::kDouble);
  std::pair<at::Tensor, at::Tensor> top = {context, context};
  std::vector<at::Tensor> places;
  for (int64_t place = 0; place < annotations.size(0); ++place) {
    places.push_back(weights.Linear("att_embed.0", annotations[place]).clamp_min(0));
  }
  const auto mean = at::stack(places).mean(0);
  for (int64_t step = 0; step < words.size(0); ++step) {
    const auto word = weights["embed.0.weight"][words[step].item<int64_t>()].clamp_min(0);
    weights.LstmStep("core.att_lstm", at::cat({word, mean + context}), &top);
    const auto of_hidden = weights.Linear("core.attention.h2att", top.first);
    std::vector<at::Tensor> energies;
    for (const auto& place : places) {
      const auto sum = weights.Linear("ctx2att", place) + of_hidden;
      energies.push_back(weights.Linear("core.attention.alpha_net", sum.tanh())[0]);
    }
    const auto powers = at::stack(energies).exp();
    const auto alpha = powers / powers.sum();
    const auto seen = (alpha.unsqueeze(1) * at::stack(places)).sum(0);
    const auto halves = weights.Linear("core.att2ctx.0", at::cat({seen, top.first})).chunk(2);
    context = halves[0] * halves[1].sigmoid();
    expected.attention.push_back(alpha);
    expected.logits.push_back(weights.Linear("logit", context));
  }
  return expected;
}

class AoaNetTest : public testing::TestWithParam<c10::Device> {};

INSTANTIATE_TEST_SUITE_P(On, AoaNetTest, testing::ValuesIn(Devices()),
                         [](const auto& device) { return std::string(device.param.is_cpu() ? "Cpu" : "Cuda"); });

TEST_P(AoaNetTest, ComputesWhatThePaperDefines) {
  const auto network = RandomNetwork(GetParam());
  const WeightTable weights(*RandomNetwork());
  const auto annotations = RandomAnnotations(3);
  const auto words = at::tensor({3, 4, 5, 7, 3, 7, 6, 1, 3, 5, 5, 0}, at::kLong).reshape({3, 4});
  const auto [logits, attention] = network->AttendedLogits(annotations.to(GetParam()), words);
  ExpectClose(network->NextWordLogits(annotations.to(GetParam()), words), logits, 1e-12);
  for (int64_t i = 0; i < 3; ++i) {
    const auto expected = ByHand(weights, annotations[i], words[i]);
    ExpectClose(logits[i], at::stack(expected.logits), 1e-9);
    ExpectClose(attention[i], at::stack(expected.attention), 1e-9);
  }
  ExpectClose(attention.sum(2), at::ones({3, 4}), 1e-9);
}

}  // namespace
}  // namespace wherefore
