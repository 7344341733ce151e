#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace wherefore {

/// How a formula takes in its next concept.
enum class FormulaOperator { kAnd, kOr, kAndNot };

/// "and", "or", "and not".
const char* TextOf(FormulaOperator combined);

/// A concept of a formula, which is read from left to right: ((first op second) op third).
struct FormulaTerm {
  FormulaOperator combined = FormulaOperator::kAnd;  ///< with all terms before it; of the first it says nothing
  std::string name;                                  ///< "ring"
  std::string category;                              ///< "shape"
};

/// "red and ring", "(ring or heart) and not red": parentheses where the operators are mixed.
std::string FormulaText(const std::vector<FormulaTerm>& formula);

/// The category of a formula of several concepts.
inline constexpr const char* kCompound = "compound";

/// What a channel of a layer detects best.
struct ChannelConcept {
  int64_t channel = -1;
  std::string name;                       ///< "red"; the text of a formula
  std::string category;                   ///< of the concept: "color", "shape"; of a formula "compound"
  double iou = 0;                         ///< of the channel's region and the concept's; else LayerConcepts::measure
  double threshold = 0;                   ///< the activation above which the channel is said to fire
  std::vector<FormulaTerm> formula = {};  ///< two terms or more; none where the name is that of one concept
};

/// What names are measured by in network dissection.
inline constexpr const char* kIou = "IoU";

/// What the names of a model's channels are called in its directory.
inline constexpr const char* kConceptsFile = "concepts.json";

/// The names of a layer's channels, as concepts.json of a model directory holds them.
struct LayerConcepts {
  std::string layer;                  ///< "layer4"
  int64_t channels = 0;               ///< K of the layer
  std::string data_set;               ///< what the names come from: "500 scenes of seed 1"
  int64_t images = 0;                 ///< of it
  std::string definition;             ///< "2017" or "2020": see DissectionOptions; "clip-dissect": see NameByScores()
  std::string measure = kIou;         ///< what iou, least_iou and chance_iou are: "IoU", "SoftWPMI", "correlation"
  double least_iou = 0.04;            ///< a channel whose IoU is lower has no name
  double chance_iou = 0;              ///< the best that random units reach on the same data (95th percentile)
  std::string fingerprint;            ///< of the weights that were dissected
  std::vector<ChannelConcept> named;  ///< one a channel that fires at all, by channel, also those below least_iou
};

/// Whether the channel has its name by right: its IoU is least_iou or more; more, by the definition of 2020.
bool IsDetector(const LayerConcepts& layer, const ChannelConcept& channel);

/// How many different concepts of each category have a detector.
std::map<std::string, int64_t> UniqueDetectors(const LayerConcepts& layer);

/// The text of a concepts.json, `format: 1`, that ParseConcepts() reads as `layer`. "measure" and "formula" are written
/// only where there is something to say: all other files can be read by every version. Throws Error(kUsage) for text
/// that is not UTF-8.
std::string FormatConcepts(const LayerConcepts& layer);

/// Reads a concepts.json's text and checks it whole; `file` stands for its path in error texts. Throws Error(kBadFile)
/// that names the file, the key as a path, what was found and what was wanted.
LayerConcepts ParseConcepts(const std::string& text, const std::string& file);

}  // namespace wherefore
