#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/families.h"
#include "models/files/json.h"
#include "models/files/object_reader.h"
#include "models/files/weights.h"

namespace wherefore {

// Format 1: the project's own model directories. config.json says `"format": 1`, the task, the network, its weights,
// how images and text are prepared; models/README.md describes it.

/// A network that a configuration describes, before it is made.
struct PlannedNetwork {
  TrunkPlace trunk;             ///< where its weights have those of the trunk
  int64_t least_weights = 0;    ///< how many values it holds at least: a slip in a size shows before memory is taken
  int64_t vocabulary_size = 0;  ///< pieces that it knows; 0 of a classifier
  int64_t labels = 0;           ///< its outputs, of a network that chooses

  /// Makes the network. `config_path` is for error texts: Error(kBadFile) for options that only the network, once made,
  /// can tell to be wrong.
  std::function<std::shared_ptr<Network>(const std::string& config_path)> make;
};

/// A kind of network that a directory of format 1 can hold.
struct Format1Kind {
  std::string type;     ///< as key 'network.type' has it; "" of classifiers, whose types are those of trunks
  std::string summary;  ///< one line, for --list-networks
  Task task;

  /// Reads the object under 'network'. Throws Error(kBadFile) for what is wrong with it.
  std::function<PlannedNetwork(const ObjectReader& reader)> read;

  /// Writes that object; null where the network is of another kind.
  std::function<JsonValue(const Network& network)> write;
};

/// The family of the directories that hold such a network.
Family Format1Family(const Format1Kind& kind);

/// What config.json says. File names are relative to the directory.
struct Format1Config {
  ModelInfo info;  ///< without the directory and the family
  PlannedNetwork network;
  std::string weights = "model.safetensors";
  std::string word_list;   ///< file of the labels or the answers, one a line; "" for captioners
  TextOptions text;        ///< captioners and VQA models
  DecodeOptions decoding;  ///< captioners
};

/// Reads the document of a config.json and checks it whole; `file` stands for its path in error texts.
/// Throws Error(kBadFile) that names the file, the key as a path, what was found and what was wanted.
Format1Config ReadFormat1(const JsonValue& document, const std::string& file, const Format1Kind& kind);

/// The document of a config.json that ReadFormat1() reads as `config`, whose 'network' is `network`.
JsonValue Format1Json(const Format1Config& config, const Format1Kind& kind, const JsonValue& network);

/// Throws Error(kBadFile) for a document with the key 'format' that none of the families reads: of another format, of
/// an unknown task, or of a captioner or VQA model of no type that there is.
void CheckFormat1Type(const ModelFiles& files, const std::vector<Family>& families);

/// The tokenizer in the file at `path`, of the type that `text` says.
/// Throws Error(kBadFile) where it cannot be read, or its size is not the network's.
std::unique_ptr<Tokenizer> ReadTokenizer(const std::string& path, const TextOptions& text, int64_t vocabulary_size);

}  // namespace wherefore
