#include "models/files/weights_index.h"

#include "explain/error.h"
#include "models/files/json.h"

namespace wherefore {
namespace {

/// A plain name: no path out of the directory, nothing hidden.
bool IsFileName(const std::string& text) {
  return !text.empty() && text[0] != '.' && text.find_first_of(std::string("/\\\0", 3)) == std::string::npos;
}

}  // namespace

std::map<std::string, std::string> ParseWeightsIndex(const char* text, std::size_t size, const std::string& name) {
  const JsonValue index = ParseJson(text, size, name);
  const JsonValue* files = index.kind == JsonValue::Kind::kObject ? index.Find("weight_map") : nullptr;
  if (files == nullptr || files->kind != JsonValue::Kind::kObject) {
    ThrowBadFile(name + ": it has no 'weight_map' that says which file holds which tensor");
  }
  std::map<std::string, std::string> result;
  for (std::size_t i = 0; i < files->keys.size(); ++i) {
    const JsonValue& file = files->items[i];
    if (file.kind != JsonValue::Kind::kString || !IsFileName(file.string)) {
      ThrowBadFile(name + ": tensor " + Quoted(files->keys[i]) + " is said to lie in " + Describe(file) +
                   ", but that must be the name of a file beside the index");
    }
    result.emplace(files->keys[i], file.string);
  }
  return result;
}

}  // namespace wherefore
