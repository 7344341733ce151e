#pragma once

#include <cstdint>

#include "neurons/concepts.h"
#include "neurons/importance.h"
#include "neurons/sentence.h"
#include "tasks/explanation.h"

namespace wherefore {

struct NamingOptions {
  int64_t count = 5;  ///< concepts at each end
  Importance importance = Importance::kGradientTimesActivation;
  SentenceTemplates templates = DefaultSentenceTemplates();
};

/// Says of every target which concepts' channels spoke for it and against it: sets `names` and `named_by`, and
/// `concepts` and `sentence` of the targets. Throws Error(kUsage) where the names are of another layer than
/// explanation->neuron_layer, or of another number of channels.
void NameChannels(Explanation* explanation, const LayerConcepts& names, const NamingOptions& options = {});

}  // namespace wherefore
