#pragma once

#include <memory>
#include <string>

#include "models/format1/format1.h"
#include "models/format1/sections.h"
#include "models/recurrent/attending_captioner.h"

namespace wherefore {

/// A kind of captioner with attention: the sizes of all of them go by the same names. `Captioner` is made from
/// `Options`, which are AttendingOptions with the defaults of their own.
template <class Captioner, class Options>
Format1Kind AttendingKind(const char* type, const char* summary) {
  const auto read = [](const ObjectReader& reader) {
    Options options;
    ReadAttending(reader, &options);
    PlannedNetwork planned;
    planned.trunk = {options.trunk, "trunk."};
    planned.least_weights = LeastWeightsOf(options);
    planned.vocabulary_size = options.vocabulary_size;
    planned.make = [options](const std::string& config_path) {
      auto network = std::make_shared<Captioner>(options);
      CheckFeatureMapSize(network->trunk(), "annotation_channels", options.annotation_channels, config_path);
      return network;
    };
    return planned;
  };
  const auto write = [type](const Network& network) {
    const auto* captioner = dynamic_cast<const Captioner*>(&network);
    return captioner == nullptr ? JsonValue() : AttendingJson(type, captioner->options());
  };
  return {type, summary, Task::kCaption, read, write};
}

}  // namespace wherefore
