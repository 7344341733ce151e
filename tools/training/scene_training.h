#pragma once

#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

#include "models/convolutional/trunk.h"
#include "models/families.h"
#include "models/files/files.h"
#include "models/text/text.h"
#include "tools/training/cell_heads.h"
#include "tools/training/trainer.h"

namespace wherefore {

// What the two training tasks share.

inline constexpr int64_t kUnknownId = 0;
inline constexpr int64_t kBeginId = 1;
inline constexpr int64_t kEndId = 2;

/// The first half of a ResNet-18 (He et al. 2016): its output has a cell every eight pixels.
TrunkOptions SceneTrunk();
inline constexpr const char* kSceneFeatureStage = "layer2";
inline constexpr int64_t kSceneFeatureChannels = 128;
inline constexpr int64_t kSceneCells = 14;  ///< in a row and in a column

/// The input of the networks that are trained here: 112 x 112 pixels, values from -1 to 1.
ImageOptions SceneImageOptions();

/// Writes vocab.txt: the unknown word, the beginning, the end, and the words.
void WriteVocabulary(const std::string& path, const std::vector<std::string>& words);

/// All of a model but its network: `words` are its vocabulary, which is written into the directory.
Model SceneModel(Task task, const std::string& name, const std::string& directory,
                 const std::vector<std::string>& words);

/// Throws Error(kUsage) for a word that the vocabulary lacks.
std::vector<int64_t> IdsOf(const Tokenizer& tokenizer, const std::vector<std::string>& words);

/// Rows of ids as (N, L), the shorter ones filled up with `padding`.
at::Tensor Padded(const std::vector<std::vector<int64_t>>& rows, int64_t padding);

/// What a captioner is given, kBeginId first, and what must follow each of it, kEndId last: both (N, L).
std::pair<at::Tensor, at::Tensor> CaptionBatch(const std::vector<std::vector<int64_t>>& captions);

/// `count` scenes from number `first` on, or as many as there are.
std::vector<TrainingScene> Part(const std::vector<TrainingScene>& scenes, std::size_t first, std::size_t count);

/// CellOwners() of scenes for the feature map: (N, h * w).
at::Tensor OwnersOf(const std::vector<TrainingScene>& scenes);

/// CellTargets() of scenes whose owners these are: (N, attributes, h * w).
at::Tensor CellTargetsOf(const std::vector<TrainingScene>& scenes, const at::Tensor& owners, c10::Device device);

/// CompanyTargets() of the same: (N, 3, h * w).
at::Tensor CompanyTargetsOf(const std::vector<TrainingScene>& scenes, const at::Tensor& owners, c10::Device device);

/// Which of a scene's cells these objects own: float (h * w) of 0 and 1.
at::Tensor CellsOf(const std::vector<std::size_t>& objects, const at::Tensor& owners);

/// Appends the shares of cells that the heads tell right: "cells: shape", ...
void AddCellFigures(Figures* figures, CellHeads& heads, const at::Tensor& annotations, const at::Tensor& targets);

/// The network, its trunk as training starts it, and the heads, in one module, on the device, to be trained.
std::shared_ptr<torch::nn::Module> TrainedModule(const std::shared_ptr<torch::nn::Module>& network, Trunk& trunk,
                                                 const std::shared_ptr<CellHeads>& heads, c10::Device device);

/// Gives the trunk the weights of the same trunk in another model directory. Throws Error(kBadFile) where it has none.
void CopyTrunk(const std::string& directory, Trunk& trunk);

/// Gives the network, whose trunk this is, all weights of a model directory of the same network. Throws
/// Error(kBadFile) where they do not fit.
void CopyWeights(const std::string& directory, torch::nn::Module& network, const Trunk& trunk);

}  // namespace wherefore
