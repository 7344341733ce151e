#include "tools/data/coco_captions.h"

#include <algorithm>
#include <filesystem>
#include <limits>

#include "explain/error.h"
#include "models/files/files.h"
#include "models/files/json.h"
#include "models/files/object_reader.h"

namespace wherefore {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOwnKey = "captions";

/// captions_val2017.json of instances_val2017.json.
fs::path FileBeside(const fs::path& annotations) {
  const auto name = annotations.filename().string();
  const auto suffix = std::min(name.find('_'), name.rfind('.'));
  return annotations.parent_path() / ("captions" + name.substr(suffix));
}

CocoCaptions Read(const std::string& path, const std::string& text, const std::string& key) {
  const auto document = ParseJson(text.data(), text.size(), path);
  const ObjectReader reader(document, path);
  CocoCaptions read{path, {}};
  for (const auto& item : reader.Objects(key, false)) {
    const auto id = item.Integer("image_id", std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max());
    read.captions.push_back({id, item.Text("caption")});
  }
  return read;
}

}  // namespace

CocoCaptions ReadCocoCaptions(const std::string& annotations) {
  const auto beside = FileBeside(annotations).string();
  std::error_code error;
  if (fs::exists(beside, error)) return Read(beside, ReadFile(beside), "annotations");
  const auto text = ReadFile(annotations);
  // COCO's own annotation files have none, and are too large to be held as a document for nothing.
  if (text.find('"' + std::string(kOwnKey) + '"') == std::string::npos) {
    ThrowUsage("there are no captions to explain: '" + beside + "' is missing, and '" + annotations +
               "' has no key 'captions'");
  }
  return Read(annotations, text, kOwnKey);
}

}  // namespace wherefore
