#include "tools/programs/neuron_names.h"

#include <filesystem>

#include "explain/error.h"
#include "models/files/files.h"
#include "models/files/json.h"

namespace wherefore {
namespace {

constexpr const char* kMakeThem = "; run dissect-neurons for this model again";

SentenceTemplates ReadTemplates(const std::string& file) {
  const auto text = ReadFile(file);
  const auto document = ParseJson(text.data(), text.size(), file);
  if (document.kind != JsonValue::Kind::kObject) {
    ThrowBadFile(file + ": the document is " + Describe(document) + ", but must be an object of texts");
  }
  SentenceTemplates templates;
  for (std::size_t i = 0; i < document.items.size(); ++i) {
    const auto& item = document.items[i];
    if (item.kind != JsonValue::Kind::kString) {
      ThrowBadFile(file + ": key " + Quoted(document.keys[i]) + " is " + Describe(item) + ", but must be a string");
    }
    templates[document.keys[i]] = item.string;
  }
  CheckSentenceTemplates(templates, file);
  return templates;
}

}  // namespace

std::optional<NeuronNames> ReadNeuronNames(const SharedOptions& options) {
  NeuronNames names;
  names.file = options.concepts.empty() ? PathIn(options.model, kConceptsFile) : options.concepts;
  names.options.importance = ReadImportance(options.importance);
  if (!options.sentence_templates.empty()) names.options.templates = ReadTemplates(options.sentence_templates);
  std::error_code ignored;
  if (options.concepts.empty() && !std::filesystem::exists(names.file, ignored)) {
    if (options.sentence_templates.empty()) return std::nullopt;
    ThrowUsage("--sentence-templates has texts about named channels, but there is no '" + names.file +
               "'; make it with dissect-neurons, or name another file with --concepts");
  }
  names.layer = ParseConcepts(ReadFile(names.file), names.file);
  return names;
}

void CheckFingerprint(const LayerConcepts& names, const std::string& file, const std::string& model,
                      const std::string& fingerprint) {
  if (names.fingerprint == fingerprint) return;
  ThrowBadFile(file + ": these names are of the channels of another model: key 'fingerprint' is '" + names.fingerprint +
               "', but '" + model + "' has '" + fingerprint + "'" + kMakeThem);
}

void AddNames(const NeuronNames& names, Explanation* explanation) {
  const auto channels = explanation->alpha.size(1);
  if (channels != names.layer.channels) {
    ThrowBadFile(names.file + ": key 'channels' is " + std::to_string(names.layer.channels) + ", but layer '" +
                 explanation->neuron_layer + "' has " + std::to_string(channels) + kMakeThem);
  }
  NameChannels(explanation, names.layer, names.options);
}

}  // namespace wherefore
