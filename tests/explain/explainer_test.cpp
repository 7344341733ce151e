#include "explain/explainer.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/nn.h>

#include "explain/error.h"
#include "explain/frozen_module.h"
#include "explain/methods/grad_cam.h"
#include "explain/methods/hires_cam.h"
#include "explain/methods/methods.h"
#include "tests/support/numbers.h"
#include "tests/support/tiny_network.h"

namespace wherefore {
namespace {

using testing::HasSubstr;

std::string MessageOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(ExplainerTest, MeetsAGradientWorkedByHand) {
  // A = [[1, 2], [3, 4]], score = 2 A00 + A01^2 + 0.5 A10: the gradient is [[2, 2 A01], [0.5, 0]].
  const auto image = at::tensor({1.0F, 2.0F, 3.0F, 4.0F}).reshape({1, 1, 2, 2});
  const auto gradients = Explain({"conv"}, [&](Tape& tape) {
    const auto a = tape.At("conv", image)[0][0];
    return 2 * a[0][0] + a[0][1] * a[0][1] + 0.5 * a[1][0];
  });
  EXPECT_NEAR(gradients.scores[0].item<double>(), 2 + 4 + 1.5, 1e-6);
  ExpectClose(gradients.Layer("conv").gradient, at::tensor({2.0F, 4.0F, 0.5F, 0.0F}).reshape({1, 1, 2, 2}), 1e-6);
}

TEST(ExplainerTest, GivesEachOfManyTargetsTheGradientThatItHasAlone) {
  TinyNetwork network;
  const auto image = TinyImage();
  const std::vector<std::string> wanted = {kImageLayer, "conv1", "conv2"};
  const auto together = Explain(wanted, [&](Tape& tape) { return network.Forward(image, tape)[0]; });
  for (int64_t t = 0; t < 5; ++t) {
    const auto alone = Explain(wanted, [&](Tape& tape) { return network.Forward(image, tape)[0][t]; });
    for (const auto& name : wanted) {
      EXPECT_EQ(together.Layer(name).value.size(0), 1);
      ExpectClose(together.Layer(name).gradient.narrow(0, t, 1), alone.Layer(name).gradient, 1e-5, name);
    }
  }
}

TEST(ExplainerTest, GivesTheSameInChunksAsAtOnce) {
  TinyNetwork network;
  Tape tape({"conv2"});
  const auto scores = network.Forward(TinyImage(), tape)[0];
  const auto at_once = Differentiate(tape, scores);
  std::vector<int64_t> chunks;
  ExplainerOptions options;
  options.memory_bound = 2 * static_cast<int64_t>(tape.layers()[0].value.nbytes());
  at::Tensor gradient;
  DifferentiateInChunks(tape, scores, options, [&](const Gradients& chunk) {
    chunks.push_back(chunk.scores.size(0));
    const auto& part = chunk.Layer("conv2").gradient;
    gradient = gradient.defined() ? at::cat({gradient, part}) : part;
  });
  EXPECT_EQ(chunks, (std::vector<int64_t>{2, 2, 1}));
  ExpectClose(gradient, at_once.Layer("conv2").gradient, 1e-6);
  ExpectClose(Differentiate(tape, scores, options).Layer("conv2").gradient, gradient, 0);
}

TEST(ExplainerTest, CountsTheLargestOutputBehindTheCutTowardsItsChunks) {
  const auto x = at::arange(8, at::kFloat).reshape({1, 4, 2});
  Tape tape({"cut"});
  tape.At("before", at::zeros({1, 100, 100}));
  const auto tokens = tape.At("cut", x);
  // 16 numbers where the cut has 8
  const auto weights = tape.Attention("attention", at::matmul(tokens, tokens.transpose(1, 2)).unsqueeze(1).softmax(3));
  const auto scores = at::matmul(weights.squeeze(1), tokens).sum(2)[0];
  std::vector<int64_t> chunks;
  ExplainerOptions options;
  options.memory_bound = 3 * 16 * 4;
  DifferentiateInChunks(tape, scores, options, [&](const Gradients& chunk) { chunks.push_back(chunk.scores.size(0)); });
  EXPECT_EQ(chunks, (std::vector<int64_t>{3, 1}));
}

TEST(ExplainerTest, AgreesWithFiniteDifferencesAtEveryLayerAndAtTheImage) {
  TinyNetwork network(at::kDouble);
  const auto image = TinyImage(at::kDouble);
  const auto gradients =
      Explain({kImageLayer, "conv1", "conv2"}, [&](Tape& tape) { return network.Forward(image, tape)[0][1]; });
  ASSERT_EQ(gradients.layers.size(), 3U);
  for (const auto& layer : gradients.layers) {
    const auto numeric = FiniteDifferences(layer.value, [&](const at::Tensor& changed) {
      return network.ForwardFrom(layer.name, changed)[0][1].item<double>();
    });
    ExpectClose(layer.gradient, numeric, 1e-6);
  }
}

TEST(ExplainerTest, GivesTheGradientOfEmbeddingsFromTheSamePass) {
  const auto image = at::ones({1, 1, 2, 2});
  const auto words = at::tensor({1.0F, 2.0F, 3.0F}).reshape({1, 3, 1});
  const auto gradients = Explain({"conv", "embedding"}, [&](Tape& tape) {
    const auto a = tape.At("conv", image).sum();
    const auto squares = tape.Input("embedding", words).square().sum();
    return at::stack({a * squares, 2 * a * squares});
  });
  const auto* embedding = gradients.FindInput("embedding");
  ASSERT_NE(embedding, nullptr);
  // d/dw of 4 * sum w^2 = 8 w, and twice that
  const auto one = at::tensor({8.0F, 16.0F, 24.0F}).reshape({1, 3, 1});
  ExpectClose(embedding->gradient, at::cat({one, 2 * one}), 1e-6);
  EXPECT_EQ(gradients.FindInput("other"), nullptr);
}

TEST(ExplainerTest, ExplainsABatchOfImagesInOnePass) {
  TinyNetwork network;
  const auto images = at::cat({TinyImage(), TinyImage() * 0.5, TinyImage().flip(3)});
  const auto batch = Explain({"conv2"}, [&](Tape& tape) { return network.Forward(images, tape).select(1, 2); });
  for (int64_t i = 0; i < 3; ++i) {
    const auto alone =
        Explain({"conv2"}, [&](Tape& tape) { return network.Forward(images.slice(0, i, i + 1), tape).select(1, 2); });
    ExpectClose(batch.Layer("conv2").gradient.slice(0, i, i + 1), alone.Layer("conv2").gradient, 1e-5);
  }
}

TEST(ExplainerTest, SaysWhatIsWrongWithTheScores) {
  TinyNetwork network;
  const auto image = TinyImage();
  const auto explain = [&](const std::function<at::Tensor(Tape&)>& forward) {
    return MessageOf([&] { Explain({"conv2"}, forward); });
  };
  EXPECT_THAT(explain([&](Tape& tape) { return network.Forward(image, tape); }), HasSubstr("must be a vector"));
  EXPECT_THAT(explain([&](Tape& tape) { return network.Forward(image, tape)[0].detach(); }),
              HasSubstr("do not depend on layer 'conv2'"));
  EXPECT_THAT(explain([&](Tape& tape) { return network.Forward(image, tape)[0].slice(0, 0, 0); }),
              HasSubstr("must be a vector"));
  EXPECT_THAT(explain([&](Tape& tape) {
                return network.Forward(at::cat({image, image, image}), tape)[0].slice(0, 0, 2);
              }),
              HasSubstr("2 scores, but layer 'conv2' has 3 rows"));
  EXPECT_THAT(MessageOf([&] { Explain({"conv3"}, [&](Tape& tape) { return network.Forward(image, tape)[0][0]; }); }),
              HasSubstr("no layer 'conv3'; did you mean 'conv1' or 'conv2'?"));
}

TEST(ExplainerTest, RefusesAnInputWithoutARowForEveryScore) {
  const auto message = MessageOf([&] {
    Explain({"conv", "embedding"}, [&](Tape& tape) {
      const auto a = tape.At("conv", at::ones({2, 1, 2, 2})).sum({1, 2, 3});
      return a * tape.Input("embedding", at::ones({1, 3, 1})).sum();
    });
  });
  EXPECT_THAT(message, HasSubstr("'embedding' has 1 row, but 'conv' has 2 rows"));
}

TEST(ExplainerTest, WorksWhereTheCallerHasSwitchedGradientsOff) {
  TinyNetwork network;
  const at::NoGradGuard no_grad;
  const auto gradients = Explain({"conv2"}, [&](Tape& tape) { return network.Forward(TinyImage(), tape)[0][0]; });
  EXPECT_GT(gradients.Layer("conv2").gradient.abs().sum().item<double>(), 0);
  EXPECT_FALSE(at::GradMode::is_enabled());
}

TEST(ExplainerTest, LeavesNothingBehindWhenAModelThrows) {
  torch::nn::Sequential model(torch::nn::Linear(2, 2), torch::nn::Dropout());
  model->train();
  model[1]->eval();
  const at::NoGradGuard no_grad;
  EXPECT_THROW(
      {
        const FrozenModule frozen(*model);
        EXPECT_FALSE(model->is_training());
        for (const auto& parameter : model->parameters()) EXPECT_FALSE(parameter.requires_grad());
        Explain({"conv"}, [](Tape&) -> at::Tensor { throw std::runtime_error("the model failed"); });
      },
      std::runtime_error);
  EXPECT_TRUE(model->is_training());
  EXPECT_TRUE(model[0]->is_training());
  EXPECT_FALSE(model[1]->is_training());
  for (const auto& parameter : model->parameters()) EXPECT_TRUE(parameter.requires_grad());
  EXPECT_FALSE(at::GradMode::is_enabled());
}

// A new task needs no change in the library: why did a reinforcement-learning policy choose its action?
TEST(ExplainerTest, ExplainsTheActionOfAPolicyThatItHasNeverSeen) {
  namespace nn = torch::nn;
  torch::manual_seed(1);
  nn::Conv2d eye(nn::Conv2dOptions(1, 8, 3).padding(1));
  nn::Linear policy(8 * 6 * 6, 4);
  const auto observation = at::rand({1, 1, 6, 6});

  int64_t action = -1;
  const auto gradients = Explain({"eye"}, [&](Tape& tape) {
    const auto seen = tape.At("eye", at::relu(eye(observation)));
    const auto logits = policy(seen.flatten(1));
    action = logits.argmax(1).item<int64_t>();
    return logits.log_softmax(1).select(1, action);
  });
  const auto& layer = gradients.Layer("eye");
  const auto map = GradCam(layer.value, layer.gradient);

  EXPECT_EQ(map.sizes(), at::IntArrayRef({1, 6, 6}));
  EXPECT_GE(action, 0);
  EXPECT_GT(map.abs().max().item<double>(), 0);
  EXPECT_FALSE(policy->weight.grad().defined());
}

}  // namespace
}  // namespace wherefore
