#include "models/recurrent/film.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/explainer.h"
#include "tests/support/devices.h"
#include "tests/support/error_text.h"
#include "tests/support/numbers.h"
#include "tests/support/small_models.h"
#include "tests/support/weight_table.h"

namespace wherefore {
namespace {

using testing::HasSubstr;

/// A network with random weights and statistics, in double precision and evaluation mode.
std::shared_ptr<Film> RandomNetwork(c10::Device device = c10::kCPU, const FilmOptions& options = SmallFilmOptions()) {
  const at::NoGradGuard no_grad;
  torch::manual_seed(3);
  auto network = std::make_shared<Film>(options);
  for (auto& item : network->named_buffers()) {
    if (!item.value().is_floating_point()) continue;
    const bool is_mean = item.key().find("running_mean") != std::string::npos;
    item.value().uniform_(is_mean ? -0.7 : 0.1, is_mean ? 0.1 : 0.3);
  }
  network->eval();
  network->to(device, at::kDouble);
  for (auto& parameter : network->parameters()) parameter.set_requires_grad(false);
  return network;
}

at::Tensor Features(int64_t rows) {
  torch::manual_seed(4);
  return at::randn({rows, 4, 3, 5}, at::kDouble);
}

at::Tensor Questions() { return at::tensor({4, 5, 7, 7, 6, 1}, at::kLong).reshape({2, 3}); }

/// Batch normalisation of x (N, C, ...) with the statistics that the network keeps, or with the batch's.
at::Tensor Normalised(const WeightTable& weights, const std::string& name, const at::Tensor& x, bool of_batch,
                      bool affine) {
  auto columns = x.transpose(0, 1).flatten(1);  // (C, all else)
  const auto mean = of_batch ? columns.mean(1) : weights[name + ".running_mean"];
  const auto variance = of_batch ? columns.var(1, /*unbiased=*/false) : weights[name + ".running_var"];
  std::vector<int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
  shape[1] = -1;
  const auto normal = (x - mean.reshape(shape)) / (variance + 1e-5).sqrt().reshape(shape);
  if (!affine) return normal;
  return normal * weights[name + ".weight"].reshape(shape) + weights[name + ".bias"].reshape(shape);
}

at::Tensor Convolved(const WeightTable& weights, const std::string& name, const at::Tensor& x, int64_t padding) {
  return at::conv2d(x, weights[name + ".weight"], weights[name + ".bias"], 1, padding);
}

/// The map with two more channels: how far right and how far down each place lies, from -1 to 1.
at::Tensor Located(const at::Tensor& x) {
  auto more = at::empty({x.size(0), 2, x.size(2), x.size(3)}, x.options());
  for (int64_t row = 0; row < x.size(2); ++row) {
    for (int64_t column = 0; column < x.size(3); ++column) {
      const auto place = more.select(3, column).select(2, row);
      place.select(1, 0).fill_(2.0 * static_cast<double>(column) / static_cast<double>(x.size(3) - 1) - 1);
      place.select(1, 1).fill_(2.0 * static_cast<double>(row) / static_cast<double>(x.size(2) - 1) - 1);
    }
  }
  return at::cat({x, more}, 1);
}

/// The GRU's state after the last of a question's ids.
at::Tensor Understood(const WeightTable& weights, const at::Tensor& question) {
  const std::string rnn = "film_gen.encoder_rnn.";
  auto h = at::zeros({5}, at::kDouble);
  for (int64_t step = 0; step < question.size(0); ++step) {
    const auto x = weights["film_gen.encoder_embed.weight"][question[step].item<int64_t>()];
    const auto in = (at::mv(weights[rnn + "weight_ih_l0"], x) + weights[rnn + "bias_ih_l0"]).chunk(3);
    const auto state = (at::mv(weights[rnn + "weight_hh_l0"], h) + weights[rnn + "bias_hh_l0"]).chunk(3);
    const auto reset = (in[0] + state[0]).sigmoid();
    const auto update = (in[1] + state[1]).sigmoid();
    h = (1 - update) * (in[2] + reset * state[2]).tanh() + update * h;
  }
  return h;
}

/// The last block's output.
at::Tensor BlocksByHand(const WeightTable& weights, at::Tensor x, const at::Tensor& questions, bool of_batch) {
  std::vector<at::Tensor> understood;
  for (int64_t i = 0; i < questions.size(0); ++i) understood.push_back(Understood(weights, questions[i]));
  const auto film = weights.Linear("film_gen.decoder_linear", at::stack(understood));  // (R, 2 modules x 2 x 4)
  for (int64_t i = 0; i < 2; ++i) {
    const std::string block = "function_modules." + std::to_string(i);
    const auto projected = Convolved(weights, block + ".input_proj", Located(x), 0).clamp_min(0);
    auto y = Normalised(weights, block + ".bn1", Convolved(weights, block + ".conv1", projected, 1), of_batch, false);
    const auto gamma = 1 + film.narrow(1, 8 * i, 4).reshape({-1, 4, 1, 1});
    const auto beta = film.narrow(1, 8 * i + 4, 4).reshape({-1, 4, 1, 1});
    x = projected + (gamma * y + beta).clamp_min(0);
  }
  return x;
}

at::Tensor LogitsByHand(const WeightTable& weights, const at::Tensor& features, const at::Tensor& questions,
                        bool of_batch) {
  const auto x = BlocksByHand(weights, features, questions, of_batch);
  const auto map =
      Normalised(weights, "classifier.1", Convolved(weights, "classifier.0", Located(x), 0), of_batch, true);
  const auto pooled = std::get<0>(map.clamp_min(0).flatten(2).max(2));
  const auto hidden = Normalised(weights, "classifier.6", weights.Linear("classifier.5", pooled), of_batch, true);
  return weights.Linear("classifier.8", hidden.clamp_min(0));
}

class FilmTest : public testing::TestWithParam<c10::Device> {};

INSTANTIATE_TEST_SUITE_P(On, FilmTest, testing::ValuesIn(Devices()),
                         [](const auto& device) { return std::string(device.param.is_cpu() ? "Cpu" : "Cuda"); });

TEST_P(FilmTest, ComputesWhatThePaperDefines) {
  const auto network = RandomNetwork(GetParam());
  const WeightTable weights(*RandomNetwork());
  Tape tape;
  const auto found = network->LogitsOf(Features(2).to(GetParam()), Questions(), {}, tape);
  ExpectClose(found, LogitsByHand(weights, Features(2), Questions(), false), 1e-9);
}

TEST_P(FilmTest, MayAverageTheLastBlockAsItIs) {
  auto options = SmallFilmOptions();
  options.classifier_channels = 0;
  options.classifier_pooling = kAveragePooling;
  const WeightTable weights(*RandomNetwork(c10::kCPU, options));
  Tape tape;
  const auto found = RandomNetwork(GetParam(), options)->LogitsOf(Features(2).to(GetParam()), Questions(), {}, tape);
  const auto pooled = Located(BlocksByHand(weights, Features(2), Questions(), false)).flatten(2).mean(2);
  const auto hidden = Normalised(weights, "classifier.3", weights.Linear("classifier.2", pooled), false, true);
  ExpectClose(found, weights.Linear("classifier.5", hidden.clamp_min(0)), 1e-9);
}

TEST(FilmOptionsTest, RefuseAnotherPooling) {
  auto options = SmallFilmOptions();
  options.classifier_pooling = "median";
  EXPECT_EQ(ErrorText(ErrorKind::kUsage, [&] { Film film(options); }),
            "FilmOptions::classifier_pooling is 'median', but must be max or average");
}

TEST_P(FilmTest, TakesTheStatisticsOfTheBatchInTraining) {
  const auto network = RandomNetwork(GetParam());
  const WeightTable weights(*RandomNetwork());
  network->train();
  Tape tape;
  const auto found = network->LogitsOf(Features(2).to(GetParam()), Questions(), {}, tape);
  ExpectClose(found, LogitsByHand(weights, Features(2), Questions(), true), 1e-9);
}

TEST_P(FilmTest, AnswersPaddedQuestionsAsOneByOne) {
  const auto network = RandomNetwork(GetParam());
  const auto features = Features(3).to(GetParam());
  const auto padded = at::tensor({4, 0, 0, 7, 6, 5, 5, 1, 0}, at::kLong).reshape({3, 3});
  const std::vector<int64_t> lengths = {1, 3, 2};
  for (const bool with_gradients : {false, true}) {
    const c10::AutoGradMode grad_mode(with_gradients);
    Tape tape;
    const auto together = network->LogitsOf(features, padded, at::tensor(lengths, at::kLong), tape);
    for (int64_t i = 0; i < 3; ++i) {
      const auto question = padded.narrow(0, i, 1).narrow(1, 0, lengths[static_cast<std::size_t>(i)]);
      const auto alone = network->LogitsOf(features.narrow(0, i, 1), question, {}, tape);
      ExpectClose(together.narrow(0, i, 1), alone, 1e-9);
    }
  }
}

TEST_P(FilmTest, AnswersManyQuestionsAboutOneImage) {
  const auto network = RandomNetwork(GetParam());
  const auto feature = Features(1).to(GetParam());
  Tape tape;
  const auto shared = network->LogitsOf(feature, Questions(), {}, tape);
  ExpectClose(shared, network->LogitsOf(feature.expand({2, -1, -1, -1}), Questions(), {}, tape), 1e-9);
}

TEST(FilmFeaturesTest, RunTheStemOverTheTrunksStage) {
  const auto network = RandomNetwork();
  const WeightTable weights(*network);
  Tape tape;
  const auto images = at::cat({SmallImage(), SmallImage().flip({3})}).to(at::kDouble);
  const auto map = network->trunk().Forward(images, tape, kSmallStage);
  const auto stem = Normalised(weights, "stem.1", Convolved(weights, "stem.0", Located(map), 1), false, true);
  ExpectClose(network->Features(images, tape), stem.clamp_min(0), 1e-9);
  const auto logits = network->Logits(images, Questions(), tape);
  ExpectClose(logits, LogitsByHand(weights, stem.clamp_min(0), Questions(), false), 1e-9);
}

TEST(FilmGradientTest, MeetsFiniteDifferencesAtTheStem) {
  const auto network = RandomNetwork();
  const auto image = SmallImage().to(at::kDouble);
  const auto question = Questions().narrow(0, 0, 1);
  const auto gradients =
      Explain({"stem", "function_modules.0"}, [&](Tape& tape) { return network->Logits(image, question, tape)[0]; });
  const auto stem = gradients.Layer("stem").value;
  ASSERT_EQ(stem.sizes().vec(), (std::vector<int64_t>{1, 4, 6, 8}));
  for (int64_t answer = 0; answer < 3; ++answer) {
    const auto expected = FiniteDifferences(stem, [&](const at::Tensor& moved) {
      Tape tape;
      return network->LogitsOf(moved, question, {}, tape)[0][answer].item<double>();
    });
    ExpectClose(gradients.Layer("stem").gradient[answer], expected[0], 1e-5);
    EXPECT_GT(expected.abs().sum().item<double>(), 1e-3);
  }
}

TEST(FilmGradientTest, IsTheSameAtEachLayerWhicheverOthersAreWanted) {
  const auto network = RandomNetwork();
  const auto image = SmallImage().to(at::kDouble);
  const auto score = [&](Tape& tape) { return network->Logits(image, Questions().narrow(0, 1, 1), tape)[0]; };
  const auto all = Explain({kSmallStage, "stem", "function_modules.0", "function_modules.1", kPromptInput}, score);
  ASSERT_EQ(all.layers.size(), 4U);
  for (const auto& layer : all.layers) {
    const auto alone = Explain({layer.name, kPromptInput}, score);
    ExpectClose(alone.layers[0].gradient, layer.gradient, 1e-9, layer.name);
    ExpectClose(alone.inputs[0].gradient, all.inputs[0].gradient, 1e-9, layer.name);
    EXPECT_GT(alone.inputs[0].gradient.abs().sum().item<double>(), 0);
    const auto without_words = Explain({layer.name}, score);
    ExpectClose(without_words.layers[0].gradient, layer.gradient, 1e-9, layer.name);
  }
}

TEST(FilmGradientTest, TrainsEveryWeightBehindTheTrunk) {
  torch::manual_seed(5);
  Film network(SmallFilmOptions());
  network.train();
  network.trunk().eval();
  Tape tape;
  const auto features = network.Features(at::cat({SmallImage(), -SmallImage()}), tape)
                            .index_select(0, at::tensor({0, 1, 1, 0}, at::kLong));
  const auto questions = at::tensor({4, 5, 7, 6, 1, 0, 5, 5, 2, 3, 0, 0}, at::kLong).reshape({4, 3});
  const auto logits = network.LogitsOf(features, questions, at::tensor({3, 2, 3, 1}, at::kLong), tape);
  logits.log_softmax(1).select(1, 1).sum().backward();
  for (const auto& item : network.named_parameters()) {
    if (item.key().rfind("trunk.", 0) == 0) continue;
    EXPECT_TRUE(item.value().grad().defined()) << item.key();
  }
  EXPECT_GT(network.named_parameters()["film_gen.encoder_rnn.weight_hh_l0"].grad().abs().sum().item<double>(), 0);
  EXPECT_GT(network.named_parameters()["stem.0.weight"].grad().abs().sum().item<double>(), 0);
}

TEST(FilmErrorTest, RefusesWhatDoesNotFit) {
  Tape tape;
  auto options = SmallFilmOptions();
  options.feature_channels = 31;
  EXPECT_EQ(ErrorText(ErrorKind::kUsage, [&] { Film(options).Features(SmallImage(), tape); }),
            "stage 'features.6' of mobilenet_v2 has 32 channels, but FilmOptions::feature_channels is 31");
  const auto network = RandomNetwork();
  EXPECT_EQ(ErrorText(ErrorKind::kUsage, [&] { network->LogitsOf(Features(3), Questions(), {}, tape); }),
            "2 questions about 3 rows of features; give one row a question, or one of either for all");
  for (const auto& lengths : {at::tensor({3, 4}, at::kLong), at::tensor({0, 3}, at::kLong), at::ones({3}, at::kLong)}) {
    EXPECT_EQ(ErrorText(ErrorKind::kUsage, [&] { network->LogitsOf(Features(2), Questions(), lengths, tape); }),
              "lengths must be one for each of the 2 questions, from 1 to 3");
  }
  EXPECT_THAT(ErrorText(ErrorKind::kUsage,
                        [&] {
                          network->LogitsOf(Features(2), at::empty({2, 0}, at::kLong), {}, tape);
                        }),
              HasSubstr("the question is empty"));
}

}  // namespace
}  // namespace wherefore
