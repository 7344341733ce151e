#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include "models/files/json.h"
#include "models/model.h"

namespace wherefore {

/// What config.json is called in every model directory.
inline constexpr const char* kConfigFile = "config.json";

/// A model directory, before anything but its configuration is read.
struct ModelFiles {
  std::string directory;
  JsonValue config;  ///< config.json, parsed

  std::string PathOf(const std::string& file) const;
  std::string config_path() const { return PathOf(kConfigFile); }
};

struct LoadOptions {
  c10::Device device = c10::kCPU;
  std::optional<Task> task;  ///< what the model must be able to do; others are refused before their weights are read
  at::ScalarType dtype = at::kFloat;  ///< float32, bfloat16 or float16: what weights are kept in, and computed with
  bool random_weights = false;        ///< of a Hugging Face directory: Weights::Random(), for benchmarks
};

struct SaveOptions {
  bool half = true;            ///< float16 weights, else float32
  std::string tokenizer_file;  ///< the file to copy the vocabulary from; "": the one in info.directory
};

/// A kind of model directory: one that the library can read.
struct Family {
  std::string name;         ///< "up-down"; network.type of format 1, model_type of other forms
  std::string form;         ///< of its directories: "format 1"
  std::string summary;      ///< one line, for --list-networks
  std::vector<Task> tasks;  ///< what its models can be asked

  /// Whether a directory is of this family, told from its configuration.
  std::function<bool(const ModelFiles& files)> reads;

  /// Reads the model whole: the configuration checked before anything is built, weights read strictly. The network is
  /// in evaluation mode, its parameters frozen; LoadModel() moves it to the device.
  /// Throws Error(kBadFile) that names the file, the key, what was found and what was wanted.
  std::function<Model(const ModelFiles& files, const LoadOptions& options)> load;

  /// Writes a model of this family to a directory; false, and nothing is written, where its network is of another kind.
  /// Empty: never written.
  std::function<bool(const Model& model, const std::string& directory, const SaveOptions& options)> save;
};

/// Every family that comes with the library: the one place where a network is made known.
const std::vector<Family>& Families();

/// Reads a model directory of whichever family it is, named by its path or as ModelDirectoryOf() has it ("ORG/NAME" of
/// the Hugging Face hub's cache). The network is on options.device, in evaluation mode, its
/// parameters frozen. Throws Error(kBadFile) where it is of none (with those that there are), or damaged; Error(kUsage)
/// for a device that is not there, for a model that cannot do options.task (with the program to use instead), and for a
/// dtype that weights cannot be kept in, or in which they do not fit into memory.
Model LoadModel(const std::string& name, const LoadOptions& options = {},
                const std::vector<Family>& families = Families());

/// Reads config.json of a directory. Throws Error(kBadFile) where there is no directory, or no such file in it.
ModelFiles ReadModelFiles(const std::string& directory);

/// Writes a model directory that LoadModel() reads, each file whole or not at all.
/// Throws Error(kUsage) where no family writes such a network, or loading would refuse it.
void SaveModel(const Model& model, const std::string& directory, const SaveOptions& options = {},
               const std::vector<Family>& families = Families());

}  // namespace wherefore
