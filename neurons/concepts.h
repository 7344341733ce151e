#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace wherefore {

/// What a channel of a layer detects best.
struct ChannelConcept {
  int64_t channel = -1;
  std::string name;      ///< "red"; of a composition "(ring OR heart) AND NOT red"
  std::string category;  ///< of the concept: "color", "shape"; of a composition that of its first concept
  double iou = 0;        ///< of the channel's region and the concept's, over a data set
  double threshold = 0;  ///< the activation above which the channel is said to fire
};

/// What the names of a model's channels are called in its directory.
inline constexpr const char* kConceptsFile = "concepts.json";

/// The names of a layer's channels, as concepts.json of a model directory holds them.
struct LayerConcepts {
  std::string layer;                  ///< "layer4"
  int64_t channels = 0;               ///< K of the layer
  std::string data_set;               ///< what the names come from: "500 scenes of seed 1"
  int64_t images = 0;                 ///< of it
  std::string definition;             ///< "2017" or "2020": see DissectionOptions
  double least_iou = 0.04;            ///< a channel whose IoU is lower has no name
  double chance_iou = 0;              ///< the best IoU that random units reach on the same data (95th percentile)
  std::string fingerprint;            ///< of the weights that were dissected
  std::vector<ChannelConcept> named;  ///< one a channel that fires at all, by channel, also those below least_iou
};

/// Whether the channel has its name by right: its IoU is least_iou or more; more, by the definition of 2020.
bool IsDetector(const LayerConcepts& layer, const ChannelConcept& channel);

/// How many different concepts of each category have a detector.
std::map<std::string, int64_t> UniqueDetectors(const LayerConcepts& layer);

/// The text of a concepts.json, `format: 1`, that ParseConcepts() reads as `layer`. Throws Error(kUsage) for text that
/// is not UTF-8.
std::string FormatConcepts(const LayerConcepts& layer);

/// Reads a concepts.json's text and checks it whole; `file` stands for its path in error texts. Throws Error(kBadFile)
/// that names the file, the key as a path, what was found and what was wanted.
LayerConcepts ParseConcepts(const std::string& text, const std::string& file);

}  // namespace wherefore
