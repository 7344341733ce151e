#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "explain/error.h"
#include "models/files/json.h"

namespace wherefore {

/// An object of a Hugging Face file, read key by key, where a missing key, or null, may stand for a default. Unknown
/// keys are left alone, as each release of the library adds some. Errors, Error(kBadFile), name the file and the path
/// of the key ("pre_tokenizer.pretokenizers[1].type").
class JsonComponent {
 public:
  /// `value` must outlive this object, which refers to it. `path` is the object's own, "" for the whole document.
  /// Throws where `value` is no object.
  JsonComponent(const JsonValue& value, std::string file, std::string path = "");

  const std::string& file() const { return file_; }

  /// The member, null where it is missing or JSON's null.
  const JsonValue* Find(const std::string& key) const;

  std::string Text(const std::string& key) const;  ///< may be empty; throws where it is missing
  std::optional<std::string> OptionalText(const std::string& key) const;
  bool Flag(const std::string& key, bool otherwise) const;
  std::int64_t Integer(const std::string& key, std::int64_t otherwise, std::int64_t least, std::int64_t most) const;
  JsonComponent Object(const std::string& key) const;                 ///< throws where it is missing
  const std::vector<JsonValue>& Array(const std::string& key) const;  ///< throws where it is missing
  std::vector<JsonComponent> Objects(const std::string& key) const;   ///< of an array; throws where it is missing

  /// Throws "FILE: key 'decoder.type' is "CTC", but must be WANTED".
  [[noreturn]] void Refuse(const std::string& key, const std::string& wanted) const;

  /// Throws "FILE: key 'model.vocab' WHAT".
  [[noreturn]] void Complain(const std::string& key, const std::string& what) const;

 private:
  std::string PathOf(const std::string& key) const;

  const JsonValue* value_;
  std::string file_;
  std::string path_;
};

/// What reads each type of a component, by the name under its key "type". Throws Error(kBadFile) with the names of the
/// types there are for another one.
template <typename Reader>
const Reader& ReaderOf(const JsonComponent& component, const std::map<std::string, Reader>& readers) {
  const auto reader = readers.find(component.Text("type"));
  if (reader != readers.end()) return reader->second;
  std::vector<std::string> names;
  for (const auto& item : readers) names.push_back(item.first);
  component.Refuse("type", "one that Wherefore reads: " + Listed(names));
}

}  // namespace wherefore
