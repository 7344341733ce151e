#pragma once

#include <string>
#include <variant>
#include <vector>

#include "models/convolutional/trunk.h"
#include "models/model_directory.h"
#include "models/recurrent/aoa_net.h"
#include "models/recurrent/film.h"
#include "models/recurrent/lstm_q_norm_i.h"
#include "models/recurrent/show_and_tell.h"
#include "models/recurrent/show_attend_and_tell.h"
#include "models/recurrent/up_down.h"

namespace wherefore {

/// Every kind of network that a model directory can hold: a classifier's, captioners', VQA models'.
using NetworkOptions = std::variant<TrunkOptions, ShowAndTellOptions, ShowAttendAndTellOptions, UpDownOptions,
                                    AoaNetOptions, LstmQNormIOptions, FilmOptions>;

/// Of a captioner or a VQA model; 0 for a classifier.
int64_t VocabularySize(const NetworkOptions& network);

/// What config.json says, `format: 1`. File names are relative to the directory.
struct ModelConfig {
  ModelInfo info;          ///< without the directory
  NetworkOptions network;  ///< of a kind that info.task admits
  std::string weights = "model.safetensors";
  std::string word_list;  ///< file of the labels or the answers, one a line; "" for captioners
  TextOptions text;       ///< captioners and VQA models
};

/// The keys under which config.json names the labels and the answers.
inline constexpr const char* kLabelsKey = "labels";
inline constexpr const char* kAnswersKey = "answers";

/// Reads config.json's text and checks it whole; `file` stands for its path in error texts.
/// `trunk_types` are the trunks that there are: TrunkTypes().
/// Throws Error(kBadFile) that names the file, the key as a path, what was found and what was wanted.
ModelConfig ParseModelConfig(const std::string& text, const std::string& file,
                             const std::vector<std::string>& trunk_types);

/// The text of a config.json that ParseModelConfig() reads as `config`.
std::string FormatModelConfig(const ModelConfig& config);

}  // namespace wherefore
