#pragma once

#include <string>

#include "models/families.h"
#include "models/recurrent/film.h"

namespace wherefore {

// Models of the published architectures with few units and the weights of FormulaTrunk()'s formula: for tests of
// what is around them. Images of 64 x 48 pixels; the text models know the words "a", "dog", "dogs" (two pieces) and
// "runs".

/// The early stage of SmallTrunk() that the attending captioner and FiLM see, and its channels.
inline constexpr const char* kSmallStage = "features.6";
inline constexpr int64_t kSmallStageChannels = 32;

/// The vocabulary's size: PieceModel()'s four and four more.
inline constexpr int64_t kSmallVocabulary = 8;

/// The bytes of their tokenizer.model.
std::string SmallTokenizer();

/// Three classes: "tench, Tinca tinca", "Goldfisch ä", "x". `until` as TrunkOptions::until.
TrunkOptions SmallTrunk(const std::string& until);
Model SmallClassifier();
Model SmallCaptioner();

/// Of a captioner that attends to the 6 x 8 places of an early stage: ShowAttendAndTellOptions, UpDownOptions,
/// AoaNetOptions.
template <class Options>
Options SmallAttendingOptions() {
  Options options;
  options.trunk = SmallTrunk(kSmallStage);
  options.annotation_stage = kSmallStage;
  options.annotation_channels = kSmallStageChannels;
  options.attention_size = 7;
  options.embedding_size = 6;
  options.hidden_size = 5;
  options.vocabulary_size = kSmallVocabulary;
  return options;
}

/// Show, attend and tell, UpDown, and AoaNet with use_box, of those options.
Model SmallAttendingCaptioner();
Model SmallUpDownCaptioner();
Model SmallAoaNetCaptioner();

/// Three answers: "yes", "no", "dog".
Model SmallVqaModel();

FilmOptions SmallFilmOptions();

/// FiLM of two modules over the 6 x 8 places of an early stage, with those answers.
Model SmallFilmModel();

/// An image (1, 3, 48, 64) for them.
at::Tensor SmallImage();

/// Writes them with float32 weights: PATH/classification, PATH/caption, PATH/attention, PATH/up-down, PATH/aoa-net,
/// PATH/vqa and PATH/film.
void SaveSmallModels(const std::string& path);

}  // namespace wherefore
