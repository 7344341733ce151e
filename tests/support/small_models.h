#pragma once

#include <string>

#include "models/model_directory.h"

namespace wherefore {

// Models of the published architectures with few units and the weights of FormulaTrunk()'s formula: for tests of
// what is around them. Images of 64 x 48 pixels; the text models know the words "a", "dog", "dogs" (two pieces) and
// "runs".

/// The vocabulary's size: PieceModel()'s four and four more.
inline constexpr int64_t kSmallVocabulary = 8;

/// The bytes of their tokenizer.model.
std::string SmallTokenizer();

/// Three classes: "tench, Tinca tinca", "Goldfisch ä", "x". `until` as TrunkOptions::until.
TrunkOptions SmallTrunk(const std::string& until);
ClassificationModel SmallClassifier();
CaptionModel SmallCaptioner();

/// Three answers: "yes", "no", "dog".
VqaModel SmallVqaModel();

/// An image (1, 3, 48, 64) for them.
at::Tensor SmallImage();

/// Writes all three with float32 weights: PATH/classification, PATH/caption and PATH/vqa.
void SaveSmallModels(const std::string& path);

}  // namespace wherefore
