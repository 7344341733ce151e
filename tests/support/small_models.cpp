#include "tests/support/small_models.h"

#include <ATen/ATen.h>

#include "models/files/files.h"
#include "models/recurrent/aoa_net.h"
#include "models/recurrent/film.h"
#include "models/recurrent/lstm_q_norm_i.h"
#include "models/recurrent/show_and_tell.h"
#include "models/recurrent/show_attend_and_tell.h"
#include "models/recurrent/up_down.h"
#include "tests/support/formula_weights.h"
#include "tests/support/piece_model.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

ModelInfo SmallInfo(Task task) {
  ModelInfo info;
  info.name = "small";
  info.tasks = {task};
  info.layer = "features.18";
  info.image.width = 64;
  info.image.height = 48;
  info.image.mean = {0.1, 0.2, 0.3};
  info.image.std = {0.4, 0.5, 1.0 / 3};
  return info;
}

template <class Options>
Options SmallDecoder() {
  Options options;
  options.trunk = SmallTrunk(kFeatureMap);
  options.image_feature_size = MakeTrunk(options.trunk)->feature_channels();
  options.embedding_size = 6;
  options.hidden_size = 5;
  options.layers = 2;
  options.vocabulary_size = kSmallVocabulary;
  return options;
}

template <class Network>
void FreezeSmall(Network& network) {
  SetFormulaWeights(network);
  network.eval();
  for (auto& parameter : network.parameters()) parameter.set_requires_grad(false);
}

std::shared_ptr<const Tokenizer> LoadSmallTokenizer() {
  const TemporaryDirectory directory;
  const auto path = directory.PathOf("tokenizer.model");
  WriteFileWhole(path, SmallTokenizer());
  return LoadSentencePiece(path, false);
}

Model CaptionerOf(const std::shared_ptr<CaptionNetwork>& network) {
  Model model;
  model.info = SmallInfo(Task::kCaption);
  model.text.lowercase = false;
  model.decoding.begin = {3};
  model.decoding.ends = {2};
  model.decoding.max_length = model.text.max_length = 9;
  model.network = network;
  FreezeSmall(*model.network);
  model.tokenizer = LoadSmallTokenizer();
  return model;
}

Model AnswererOf(const std::shared_ptr<VqaNetwork>& network) {
  Model model;
  model.info = SmallInfo(Task::kVqa);
  model.text.lowercase = false;
  model.network = network;
  FreezeSmall(*model.network);
  model.tokenizer = LoadSmallTokenizer();
  model.labels = {"yes", "no", "dog"};
  return model;
}

}  // namespace

std::string SmallTokenizer() { return PieceModel({"▁a", "▁dog", "s", "▁runs"}); }

TrunkOptions SmallTrunk(const std::string& until) {
  TrunkOptions trunk;
  trunk.type = "mobilenet_v2";
  trunk.padding = Padding::kTensorflowSame;
  trunk.classes = 3;
  trunk.until = until;
  return trunk;
}

Model SmallClassifier() {
  Model model;
  model.info = SmallInfo(Task::kClassification);
  model.network = MakeTrunk(SmallTrunk(""));
  SetFormulaWeights(*model.network);
  model.labels = {"tench, Tinca tinca", "Goldfisch ä", "x"};
  return model;
}

Model SmallCaptioner() { return CaptionerOf(std::make_shared<ShowAndTell>(SmallDecoder<ShowAndTellOptions>())); }

namespace {

template <class Network, class Options>
Model SmallAttending(bool use_box = false) {
  auto options = SmallAttendingOptions<Options>();
  options.use_box = use_box;
  auto model = CaptionerOf(std::make_shared<Network>(options));
  model.info.layer = kSmallStage;
  return model;
}

}  // namespace

Model SmallAttendingCaptioner() { return SmallAttending<ShowAttendAndTell, ShowAttendAndTellOptions>(); }

Model SmallUpDownCaptioner() { return SmallAttending<UpDown, UpDownOptions>(); }

Model SmallAoaNetCaptioner() { return SmallAttending<AoaNet, AoaNetOptions>(true); }

Model SmallVqaModel() {
  auto options = SmallDecoder<LstmQNormIOptions>();
  options.fusion_size = 7;
  options.answers = 3;
  return AnswererOf(std::make_shared<LstmQNormI>(options));
}

FilmOptions SmallFilmOptions() {
  FilmOptions options;
  options.trunk = SmallTrunk(kSmallStage);
  options.feature_stage = kSmallStage;
  options.feature_channels = kSmallStageChannels;
  options.embedding_size = 6;
  options.hidden_size = 5;
  options.modules = 2;
  options.module_dim = 4;
  options.classifier_channels = 7;
  options.classifier_hidden = 8;
  options.vocabulary_size = kSmallVocabulary;
  options.answers = 3;
  return options;
}

Model SmallFilmModel() {
  auto model = AnswererOf(std::make_shared<Film>(SmallFilmOptions()));
  model.info.layer = kSmallStage;
  return model;
}

at::Tensor SmallImage() {
  return (at::arange(3 * 48 * 64, at::kDouble) * 0.37).sin().reshape({1, 3, 48, 64}).to(at::kFloat);
}

void SaveSmallModels(const std::string& path) {
  const TemporaryDirectory directory;
  SaveOptions options;
  options.half = false;
  options.tokenizer_file = directory.PathOf("tokenizer.model");
  WriteFileWhole(options.tokenizer_file, SmallTokenizer());
  SaveModel(SmallClassifier(), path + "/classification", options);
  SaveModel(SmallCaptioner(), path + "/caption", options);
  SaveModel(SmallAttendingCaptioner(), path + "/attention", options);
  SaveModel(SmallUpDownCaptioner(), path + "/up-down", options);
  SaveModel(SmallAoaNetCaptioner(), path + "/aoa-net", options);
  SaveModel(SmallVqaModel(), path + "/vqa", options);
  SaveModel(SmallFilmModel(), path + "/film", options);
}

}  // namespace wherefore
