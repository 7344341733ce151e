#include "models/recurrent/film.h"

#include <ATen/ATen.h>

#include "explain/error.h"
#include "models/convolutional/feature_map.h"
#include "models/convolutional/layers.h"
#include "models/linear.h"
#include "models/recurrent/recurrent.h"

namespace wherefore {
namespace {

namespace nn = torch::nn;

constexpr int64_t kCoordinates = 2;

/// x, then y of every place of a map, both from -1 to 1: (1, 2, h, w).
at::Tensor CoordinatesOf(const at::Tensor& map) {
  const int64_t height = map.size(2);
  const int64_t width = map.size(3);
  const auto x = at::linspace(-1, 1, width, map.options()).expand({height, width});
  const auto y = at::linspace(-1, 1, height, map.options()).unsqueeze(1).expand({height, width});
  return at::stack({x, y}).unsqueeze(0);
}

at::Tensor WithCoordinates(const at::Tensor& map, const at::Tensor& coordinates) {
  return at::cat({map, coordinates.expand({map.size(0), -1, -1, -1})}, 1);
}

void CheckLengths(const at::Tensor& lengths, const at::Tensor& questions) {
  const bool fits = lengths.dim() == 1 && lengths.size(0) == questions.size(0) &&
                    lengths.ge(1).logical_and(lengths.le(questions.size(1))).all().item<bool>();
  if (!fits) {
    ThrowUsage("lengths must be one for each of the " + std::to_string(questions.size(0)) + " questions, from 1 to " +
               std::to_string(questions.size(1)));
  }
}

/// The state (R, H) after each question's last word, of those after every word (R, L, H).
at::Tensor LastStates(const at::Tensor& states, const at::Tensor& lengths) {
  if (!lengths.defined()) return states.select(1, -1);
  const auto last = (lengths.to(states.device()) - 1).reshape({-1, 1, 1});
  return states.gather(1, last.expand({-1, 1, states.size(2)})).squeeze(1);
}

}  // namespace

/// A residual block whose inner features the question scales and shifts.
class FilmBlock : public nn::Module {
 public:
  explicit FilmBlock(int64_t channels) {
    input_proj_ = register_module("input_proj", ConvWithBias(channels + kCoordinates, channels, 1));
    conv1_ = register_module("conv1", ConvWithBias(channels, channels, 3, 1, 1));
    bn1_ = register_module("bn1", nn::BatchNorm2d(nn::BatchNorm2dOptions(channels).affine(false)));
  }

  /// `modulation` (R, 2 * channels): the scales, less 1, then the shifts.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& coordinates, const at::Tensor& modulation) {
    const auto parts = modulation.unsqueeze(2).unsqueeze(3).chunk(2, 1);
    const auto projected = at::relu(input_proj_(WithCoordinates(x, coordinates)));
    const auto modulated = bn1_(conv1_(projected)) * (1 + parts[0]) + parts[1];
    return projected + at::relu(modulated);
  }

 private:
  nn::Conv2d input_proj_{nullptr};
  nn::Conv2d conv1_{nullptr};
  nn::BatchNorm2d bn1_{nullptr};
};

Film::Film(const FilmOptions& options) : VqaNetwork(options.trunk), options_(options) {
  const auto& pooling = options.classifier_pooling;
  if (pooling != kMaxPooling && pooling != kAveragePooling) {
    ThrowUsage("FilmOptions::classifier_pooling is '" + pooling + "', but must be max or average");
  }
  RegisterGenerator();
  RegisterImageSide();
  RegisterClassifier();
}

void Film::RegisterGenerator() {
  const auto generator = register_module("film_gen", std::make_shared<nn::Module>());
  encoder_embed_ =
      generator->register_module("encoder_embed", nn::Embedding(options_.vocabulary_size, options_.embedding_size));
  encoder_rnn_ = generator->register_module(
      "encoder_rnn", nn::GRU(nn::GRUOptions(options_.embedding_size, options_.hidden_size).batch_first(true)));
  decoder_linear_ = generator->register_module(
      "decoder_linear", nn::Linear(options_.hidden_size, options_.modules * 2 * options_.module_dim));
}

void Film::RegisterImageSide() {
  const auto stem = register_module("stem", std::make_shared<nn::Module>());
  stem_conv_ =
      stem->register_module("0", ConvWithBias(options_.feature_channels + kCoordinates, options_.module_dim, 3, 1, 1));
  stem_norm_ = stem->register_module("1", Norm(options_.module_dim));
  const auto modules = register_module("function_modules", std::make_shared<nn::Module>());
  for (int64_t i = 0; i < options_.modules; ++i) {
    blocks_.push_back(modules->register_module(std::to_string(i), std::make_shared<FilmBlock>(options_.module_dim)));
  }
}

void Film::RegisterClassifier() {
  // The numbers between are the authors' layers without weights.
  const auto classifier = register_module("classifier", std::make_shared<nn::Module>());
  int64_t channels = options_.module_dim + kCoordinates;
  int next = 0;
  if (options_.classifier_channels > 0) {
    classifier_conv_ = classifier->register_module("0", ConvWithBias(channels, options_.classifier_channels, 1));
    classifier_norm_ = classifier->register_module("1", Norm(options_.classifier_channels));
    channels = options_.classifier_channels;
    next = 3;
  }
  const auto name = [&](int offset) { return std::to_string(next + offset); };
  classifier_linear_ = classifier->register_module(name(2), nn::Linear(channels, options_.classifier_hidden));
  classifier_hidden_norm_ = classifier->register_module(name(3), nn::BatchNorm1d(options_.classifier_hidden));
  classifier_output_ = classifier->register_module(name(5), nn::Linear(options_.classifier_hidden, options_.answers));
}

at::Tensor Film::Logits(const at::Tensor& images, const at::Tensor& questions, Tape& tape) {
  CheckQuestions(images, questions);
  return LogitsOf(Features(images, tape), questions, {}, tape);
}

at::Tensor Film::Features(const at::Tensor& images, Tape& tape) {
  const auto map = FeatureMap(trunk(), images, tape, options_.feature_stage, options_.feature_channels,
                              "FilmOptions::feature_channels");
  const auto x = stem_norm_(stem_conv_(WithCoordinates(map, CoordinatesOf(map))));
  return tape.At("stem", at::relu(x));
}

at::Tensor Film::Modulations(const at::Tensor& questions, const at::Tensor& lengths, Tape& tape) {
  const auto embedded = tape.Input(kPromptInput, encoder_embed_(questions));
  const auto understood = LastStates(RunGru(encoder_rnn_, embedded), lengths);
  return FullyConnected(decoder_linear_, understood).reshape({-1, options_.modules, 2 * options_.module_dim});
}

at::Tensor Film::Classify(const at::Tensor& x) {
  auto map = WithCoordinates(x, CoordinatesOf(x));
  if (classifier_conv_) map = at::relu(classifier_norm_(classifier_conv_(map)));
  const auto pooled = options_.classifier_pooling == kAveragePooling ? map.mean({2, 3}) : map.amax({2, 3});
  const auto hidden = classifier_hidden_norm_(FullyConnected(classifier_linear_, pooled));
  return FullyConnected(classifier_output_, at::relu(hidden));
}

at::Tensor Film::LogitsOf(const at::Tensor& features, const at::Tensor& questions, const at::Tensor& lengths,
                          Tape& tape) {
  return Classify(Blocks(features, questions, lengths, tape).back());
}

std::vector<at::Tensor> Film::Blocks(const at::Tensor& features, const at::Tensor& questions, const at::Tensor& lengths,
                                     Tape& tape) {
  if (questions.dim() != 2 || questions.size(1) == 0) ThrowUsage("the question is empty; give at least one word");
  const int64_t rows = features.size(0);
  if (questions.size(0) != rows && questions.size(0) != 1 && rows != 1) {
    ThrowUsage(std::to_string(questions.size(0)) + " questions about " + std::to_string(rows) +
               " rows of features; give one row a question, or one of either for all");
  }
  if (lengths.defined()) CheckLengths(lengths, questions);
  const auto modulations = Modulations(questions.to(features.device()), lengths, tape);
  const auto coordinates = CoordinatesOf(features);
  auto x = features;
  std::vector<at::Tensor> outputs;
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const auto modulation = modulations.select(1, static_cast<int64_t>(i));
    x = tape.At("function_modules." + std::to_string(i), blocks_[i]->forward(x, coordinates, modulation));
    outputs.push_back(x);
  }
  return outputs;
}

}  // namespace wherefore
