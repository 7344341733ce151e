#pragma once

#include "models/model.h"
#include "models/recurrent/caption_network.h"
#include "models/recurrent/vqa_network.h"

namespace wherefore {

// A model's network as one of the project's own kinds. Each throws std::bad_cast where it is of another.

inline CaptionNetwork& CaptionerIn(const Model& model) { return dynamic_cast<CaptionNetwork&>(*model.network); }
inline VqaNetwork& AnswererIn(const Model& model) { return dynamic_cast<VqaNetwork&>(*model.network); }
inline Trunk& TrunkIn(const Model& model) { return dynamic_cast<Trunk&>(*model.network); }

}  // namespace wherefore
