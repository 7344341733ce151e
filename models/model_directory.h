#pragma once

#include <memory>
#include <string>
#include <vector>

#include <c10/core/Device.h>

#include "models/convolutional/trunk.h"
#include "models/device.h"
#include "models/recurrent/caption_network.h"
#include "models/recurrent/vqa_network.h"
#include "models/text/text.h"

namespace wherefore {

/// How a photograph becomes a network's input: RGB, resized, (x / 255 - mean) / std.
struct ImageOptions {
  int64_t width = 224;
  int64_t height = 224;
  std::string resize =
      "stretch";  ///< "stretch" (aspect not kept) or "center_crop" (shorter side to `shorter_side`, then the middle)
  int64_t shorter_side = 256;            ///< center_crop only: pixels
  std::string filter = "area";           ///< "area" or "bilinear"
  std::vector<double> mean = {0, 0, 0};  ///< a channel, of values in [0, 1]
  std::vector<double> std = {1, 1, 1};
};

/// How text becomes ids.
struct TextOptions {
  std::string type = "sentencepiece";  ///< or "words"
  std::string file = "tokenizer.model";
  bool lowercase = true;
  int64_t begin = 2;        ///< captioners only
  int64_t end = 3;          ///< captioners only
  int64_t max_length = 24;  ///< pieces
};

/// What all model directories have.
struct ModelInfo {
  std::string directory;
  std::string name;
  std::string task;   ///< "classification", "caption" or "vqa"
  std::string layer;  ///< default layer to explain
  ImageOptions image;
  std::string method = "grad-cam";  ///< default method, a name from Methods()
};

struct ClassificationModel {
  ModelInfo info;
  std::shared_ptr<Trunk> network;
  std::vector<std::string> labels;  ///< one a class
};

struct CaptionModel {
  ModelInfo info;
  TextOptions text;
  std::shared_ptr<CaptionNetwork> network;
  std::shared_ptr<const Tokenizer> tokenizer;
};

struct VqaModel {
  ModelInfo info;
  TextOptions text;
  std::shared_ptr<VqaNetwork> network;
  std::shared_ptr<const Tokenizer> tokenizer;
  std::vector<std::string> answers;  ///< one an output
};

/// Reads a model directory whole: config.json checked before anything is built (an unknown key, a wrong type, a
/// missing file), weights read strictly (a missing, extra or misshapen tensor, NaN or infinite values) and converted
/// to float32. The network is on `device`, in evaluation mode, its parameters frozen.
/// Throws Error(kBadFile) that names the file, the key, what was found and what was wanted; Error(kUsage) for a
/// device that is not there, or a directory of another task (with the program or function to use instead).
ClassificationModel LoadClassificationModel(const std::string& directory, c10::Device device = c10::kCPU);
CaptionModel LoadCaptionModel(const std::string& directory, c10::Device device = c10::kCPU);
VqaModel LoadVqaModel(const std::string& directory, c10::Device device = c10::kCPU);

/// Writes config.json, the weights as float16 or float32, and the word lists, each file whole or not at all; the
/// tokenizer's file is copied from the directory that the model was read from, or from `tokenizer_file`.
/// Throws Error(kUsage) where loading would refuse it: a network of a type of the caller's own, say.
struct SaveOptions {
  bool half = true;            ///< float16 weights, else float32
  std::string tokenizer_file;  ///< "": the one in info.directory
};
void SaveModel(const ClassificationModel& model, const std::string& directory, const SaveOptions& options = {});
void SaveModel(const CaptionModel& model, const std::string& directory, const SaveOptions& options = {});
void SaveModel(const VqaModel& model, const std::string& directory, const SaveOptions& options = {});

}  // namespace wherefore
