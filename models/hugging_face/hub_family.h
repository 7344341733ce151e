#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/families.h"
#include "models/files/weights.h"
#include "models/hugging_face/hub_config.h"
#include "models/text/hugging_face_tokenizer.h"

namespace wherefore {

/// A family of directories as the Hugging Face hub has them, told by the first of 'architectures' in config.json, or
/// where that is missing by 'model_type'. `type`: the model_type; `architecture`: "ViTForImageClassification".
Family HubFamily(const std::string& type, const std::string& architecture, const std::string& summary,
                 const std::vector<Task>& tasks,
                 const std::function<Model(const ModelFiles& files, const LoadOptions& options)>& load);

/// The directory's weights, in the dtype wanted. Throws Error(kBadFile) for a quantised model and as
/// Weights::OfDirectory().
Weights HubWeights(const ModelFiles& files, const LoadOptions& options);

/// A model of a directory, named as that is, its images prepared as it says; in evaluation mode. `layer`: the default
/// one; `processor`: the class of image processors where the directory names none. Throws Error(kBadFile).
Model HubModel(const ModelFiles& files, const std::shared_ptr<Network>& network, Task task, const std::string& layer,
               const std::string& processor);

/// HubModel() of a classifier: its labels are those of config.json, of which several may hold where key 'problem_type'
/// says so. Throws Error(kBadFile) for a regression.
Model HubClassifier(const ModelFiles& files, const std::shared_ptr<LabelNetwork>& network, int64_t labels,
                    const std::string& layer, const std::string& processor);

/// Sets with what a model reads questions or labels: the tokenizer, the special ids around each, and how many pieces
/// one may have beside those of all `positions` that the network has for it.
void ReadTextsWith(const std::shared_ptr<const HuggingFaceTokenizer>& tokenizer, int64_t positions, Model* model);

/// What a model is called: the last part of its directory's path, or of a snapshot in the hub's cache the repository's.
std::string HubName(const std::string& directory);

/// Throws Error(kBadFile) for a network of other channels than red, green and blue, by key 'num_channels'.
void RequireRgb(const HubConfig& config);

/// The number of heads under a key. Throws Error(kBadFile) where it does not divide `units`.
int64_t HubHeads(const HubConfig& config, const std::string& key, int64_t otherwise, int64_t units);

/// Throws Error(kBadFile) for a directory without config.json: whether it holds an adapter, or weights of llama.cpp
/// alone, and what to do instead.
[[noreturn]] void ThrowNoConfig(const std::string& directory);

/// Throws Error(kBadFile) for a directory as transformers writes it that none of the families reads: what it is, which
/// are read, what to do instead. Returns where config.json has neither 'model_type' nor 'architectures'.
void RefuseHubDirectory(const ModelFiles& files, const std::vector<Family>& families);

}  // namespace wherefore
