// FullGrad on published networks: what their input and biases contribute adds up to the score.

#include "explain/methods/full_grad.h"

#include <string>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/convolutional/trunk.h"
#include "tests/support/error_text.h"
#include "tests/support/numbers.h"

namespace wherefore {
namespace {

using testing::HasSubstr;

/// Random weights, with biases and batch statistics that matter.
std::shared_ptr<Trunk> RandomTrunk(const std::string& type) {
  at::manual_seed(5);
  TrunkOptions options;
  options.type = type;
  options.classes = 7;
  auto trunk = MakeTrunk(options);
  const at::NoGradGuard no_gradients;
  for (auto& parameter : trunk->parameters()) {
    if (parameter.dim() == 1) parameter.add_(at::randn_like(parameter) * 0.2);
  }
  for (auto& buffer : trunk->named_buffers()) {
    if (buffer.key().find("running_mean") != std::string::npos) buffer.value().normal_(0, 0.2);
    if (buffer.key().find("running_var") != std::string::npos) buffer.value().uniform_(0.5, 1.5);
  }
  trunk->to(at::kDouble);
  return trunk;
}

Subject SubjectOf(const std::shared_ptr<Trunk>& trunk) {
  Subject subject;
  subject.image = at::rand({1, 3, 64, 64}, at::kDouble) - 0.5;
  subject.trunk = trunk.get();
  subject.score = [trunk](const at::Tensor& images, Tape& tape) {
    const auto logits = trunk->Logits(images, tape);
    return TargetScores{logits, logits.log_softmax(1)};
  };
  return subject;
}

class FullGradTest : public testing::TestWithParam<const char*> {};

TEST_P(FullGradTest, AddsUpToTheLogitLessTheBiasWithoutAPlace) {
  const auto trunk = RandomTrunk(GetParam());
  const auto subject = SubjectOf(trunk);
  Tape tape;
  const auto logits = trunk->Logits(subject.image, tape)[0];
  for (const int64_t target : {0, 6}) {
    double without_place = 0;  // the last linear layer's, where there is one
    for (const auto& parameter : trunk->named_parameters()) {
      if (parameter.key() == "fc.bias" || parameter.key() == "classifier.bias") {
        without_place = parameter.value()[target].item<double>();
      }
    }
    EXPECT_NEAR(FullGradientSum(subject, target), logits[target].item<double>() - without_place, 1e-8);
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, FullGradTest,
                         testing::Values("resnet18", "resnet50", "densenet121", "googlenet", "squeezenet1_1"));

TEST(FullGradTest, GivesAMapATargetOfTheImagesSize) {
  const auto trunk = RandomTrunk("resnet18");
  const auto subject = SubjectOf(trunk);
  const auto maps = FullGrad(subject, {});
  EXPECT_EQ(maps.sizes(), at::IntArrayRef({7, 64, 64}));
  EXPECT_GE(maps.min().item<double>(), 0);
  EXPECT_GT((maps[0] / maps[0].max() - maps[1] / maps[1].max()).abs().max().item<double>(), 0.01);
}

TEST(FullGradTest, RefusesASubjectWithoutBiases) {
  auto subject = SubjectOf(RandomTrunk("resnet18"));
  torch::nn::Module nothing;
  subject.trunk = &nothing;
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { FullGrad(subject, {}); }), HasSubstr("this network has none"));
  subject.trunk = nullptr;
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { FullGrad(subject, {}); }),
              HasSubstr("needs the convolutional network"));
}

}  // namespace
}  // namespace wherefore
