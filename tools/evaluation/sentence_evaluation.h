#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include <c10/core/Device.h>

#include "models/families.h"
#include "neurons/concepts.h"
#include "neurons/importance.h"
#include "tools/training/scene_stream.h"

namespace wherefore {

/// By how much a target's score falls when channels of the explained layer are taken out, one number an explanation:
/// as many channels in each but the last.
struct Ablation {
  std::vector<double> named;      ///< those that the sentence names in support
  std::vector<double> important;  ///< those of the greatest importance, named or not
  std::vector<double> active;     ///< those that respond most strongly, whatever speaks for the target
  std::vector<double> random;     ///< any, mean of several draws
  std::vector<double> opposing;   ///< those that the sentence names in opposition: by ablation the score should rise
};

/// By how much a target's score falls when channels of the explained layer respond half as strongly again, one number
/// an explanation.
struct Amplification {
  std::vector<double> supporting;  ///< those that the sentence names in support
  std::vector<double> opposing;    ///< those that the sentence names in opposition: by a gradient the score should fall
  std::vector<double> random;      ///< as many as those, any, mean of several draws
};

/// What happens when objects are taken out of the picture, one number an explanation.
struct Removal {
  std::vector<double> score;     ///< by how much the score falls
  std::vector<double> channels;  ///< share of the named channels' activation that is gone
  std::vector<double> both;      ///< 1 where both fall, as the sentence says, else 0
};

/// Whether sentences about named channels are true, measured on scenes.
struct SentenceEvaluation {
  int64_t explained = 0;  ///< targets with a sentence that names something in support
  int64_t nameless = 0;   ///< targets whose sentence does not
  Ablation zero;          ///< channels set to zero
  Ablation mean;          ///< set to their mean over the explanations' images
  Amplification amplified;
  int64_t absent = 0;         ///< sentences whose first concept no object of the scene has
  int64_t of_background = 0;  ///< sentences whose first concept is the background, which cannot be taken out
  Removal of_named;           ///< of all objects that have the sentence's first concept
  Removal of_other;           ///< of one that has not, in the same scenes

  /// Tables in Markdown, means with their 95 % intervals. `score`: what falls, "logit".
  void Print(const std::string& score, std::ostream& out) const;
  std::string Json() const;
};

struct SentenceOptions {
  Importance importance = Importance::kGradientTimesActivation;
  int64_t concepts = 3;  ///< of each side at most: as many as a sentence names
  int64_t draws = 5;     ///< of random channels
};

/// Of the right answers to questions about scenes that some object decides.
SentenceEvaluation EvaluateAnswerSentences(const Model& model, const std::vector<TrainingScene>& scenes,
                                           const LayerConcepts& names, const SentenceOptions& options,
                                           c10::Device device, std::ostream& err);

/// Of the nouns and adjectives of the model's own captions that are right.
SentenceEvaluation EvaluateCaptionSentences(const Model& model, const std::vector<TrainingScene>& scenes,
                                            const LayerConcepts& names, const SentenceOptions& options,
                                            c10::Device device, std::ostream& err);

}  // namespace wherefore
