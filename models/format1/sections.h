#pragma once

#include <string>

#include "models/convolutional/trunk.h"
#include "models/files/json.h"
#include "models/files/object_reader.h"

namespace wherefore {

// The parts of config.json's 'network' that several kinds of network have.

// Ranges wide enough for any network of these kinds; a number beyond them is a slip, which memory should not be taken
// for.
inline constexpr int64_t kMostUnits = 65536;
inline constexpr int64_t kMostLayers = 16;
inline constexpr int64_t kMostWords = 10'000'000;

struct AttendingOptions;

/// Reads a trunk. `composed`: one of a captioner or a VQA model, which has no classes of its own.
TrunkOptions ReadTrunk(const ObjectReader& reader, bool composed);
JsonValue TrunkJson(const TrunkOptions& trunk, bool composed);

/// Reads the trunk under the key 'trunk', built until the stage that the key `key` names, whose feature map is used;
/// without that key, until the feature stage.
TrunkOptions ReadTrunkUntil(const ObjectReader& reader, const std::string& key, std::string* stage);

/// Writes what ReadTrunkUntil() reads, behind the type of the network.
JsonValue JsonUntil(const char* type, const TrunkOptions& trunk, const std::string& key, const std::string& stage);

/// Reads the trunk under the key 'trunk', and which of its vectors the network is given.
TrunkOptions ReadTrunkWithVector(const ObjectReader& reader, std::string* image_feature, int64_t* image_feature_size);

/// Writes what ReadTrunkWithVector() reads, behind the type of the network.
JsonValue JsonWithVector(const char* type, const TrunkOptions& trunk, const std::string& image_feature,
                         int64_t image_feature_size);

/// Reads the options that every captioner with attention has.
void ReadAttending(const ObjectReader& reader, AttendingOptions* options);
JsonValue AttendingJson(const char* type, const AttendingOptions& options);

/// How many values the layers of a captioner with attention hold at least.
int64_t LeastWeightsOf(const AttendingOptions& options);

/// How many values an embedding and an LSTM of so many layers hold at least.
int64_t LeastWeightsOfLstm(int64_t vocabulary_size, int64_t embedding_size, int64_t hidden_size, int64_t layers);

/// Throws Error(kBadFile) where the vector of the trunk that is named is none, or has another length: what only the
/// trunk, once made, can tell.
void CheckImageFeature(const Trunk& trunk, const std::string& feature, int64_t size, const std::string& config_path);

/// Throws Error(kBadFile) where the trunk's feature stage has not so many channels as 'network.<key>' says. Of a stage
/// before the feature stage the channels show only once it has run, or in the weights.
void CheckFeatureMapSize(const Trunk& trunk, const std::string& key, int64_t channels, const std::string& config_path);

}  // namespace wherefore
