#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/files/json.h"
#include "models/files/object_reader.h"

namespace wherefore {

/// One object of a configuration that transformers wrote: a key that is missing, or null, has the default of the class
/// that reads it; keys that nobody asks for are passed over. Errors, Error(kBadFile), name the file and the path of the
/// key ("text_config.hidden_size"), what was found and what was wanted.
class HubConfig {
 public:
  /// `path` is the object's own, "" for the whole document; `value` must live longer. Throws where it is no object.
  HubConfig(const JsonValue& value, std::string file, std::string path = "");

  /// Whether the key is there, and not null.
  bool Has(const std::string& key) const;

  /// The object under a key; one without keys where there is none.
  HubConfig Section(const std::string& key) const;

  // Each throws for a value of another type or out of range (both ends belong to the range).
  std::int64_t Integer(const std::string& key, std::int64_t otherwise, std::int64_t least, std::int64_t most) const;
  std::vector<std::int64_t> Integers(const std::string& key, const std::vector<std::int64_t>& otherwise,
                                     std::int64_t least, std::int64_t most) const;
  double Number(const std::string& key, double otherwise, double least, double most) const;
  std::vector<double> Numbers(const std::string& key, const std::vector<double>& otherwise) const;
  bool Boolean(const std::string& key, bool otherwise) const;
  std::string Text(const std::string& key, const std::string& otherwise) const;

  /// An integer, or a list of them: `eos_token_id`. Empty where the key is missing.
  std::vector<std::int64_t> OneOrMore(const std::string& key, std::int64_t least, std::int64_t most) const;

  /// The value as it is; null where it is missing.
  const JsonValue* Find(const std::string& key) const;

  /// Throws "FILE: key 'text_config.hidden_size' is "wide", but must be WANTED".
  [[noreturn]] void Refuse(const std::string& key, const std::string& wanted) const { reader_.Refuse(key, wanted); }

  const std::string& file() const { return file_; }

 private:
  const JsonValue* value_;
  std::string file_;
  std::string path_;
  ObjectReader reader_;
};

// What every size of a configuration is at most: a slip, or malice, is refused before memory is asked for.
inline constexpr std::int64_t kMostHubUnits = 65536;
inline constexpr std::int64_t kMostHubLayers = 512;
inline constexpr std::int64_t kMostHubTokens = 10'000'000;

}  // namespace wherefore
