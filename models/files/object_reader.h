#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "models/files/json.h"

namespace wherefore {

/// Reads one object of a configuration, each member by its type. Errors, Error(kBadFile), name the file and the path
/// of the key ("network.trunk.type"), what was found and what was wanted.
class ObjectReader {
 public:
  /// `path` is the object's own, "" for the whole document. Throws where `value` is no object.
  ObjectReader(const JsonValue& value, std::string file, std::string path = "");

  bool Has(const std::string& key) const { return value_.Find(key) != nullptr; }

  // Each throws where the key is missing, of another type, or out of range (both ends belong to the range).
  ObjectReader Object(const std::string& key) const;
  std::string Text(const std::string& key) const;  ///< not empty
  std::string Choice(const std::string& key, const std::vector<std::string>& choices) const;
  bool Boolean(const std::string& key) const;
  std::int64_t Integer(const std::string& key, std::int64_t least, std::int64_t most) const;
  void Exactly(const std::string& key, std::int64_t wanted,
               const std::string& why) const;  ///< `why` ends the error text
  std::vector<double> Numbers(const std::string& key, std::size_t count, double least, double most) const;
  std::vector<std::int64_t> Integers(const std::string& key, std::int64_t least, std::int64_t most) const;
  std::vector<ObjectReader> Objects(const std::string& key, bool may_be_empty = true) const;  ///< of an array
  std::vector<std::string> FileNames(const std::string& key) const;  ///< of an array, one or more, as FileName()
  std::string FileName(const std::string& key) const;  ///< of a file in the directory: not absolute, nothing above it

  /// Throws where the object has another key than these, and offers the nearest of them.
  void AllowOnly(const std::vector<std::string>& keys) const;

  /// Throws "FILE: key 'image.width' is "wide", but must be WANTED".
  [[noreturn]] void Refuse(const std::string& key, const std::string& wanted) const;

 private:
  const JsonValue& Member(const std::string& key) const;
  const JsonValue& Member(const std::string& key, JsonValue::Kind kind, const std::string& wanted) const;
  std::string FileNameOf(const JsonValue& value, const std::string& key) const;
  [[noreturn]] void Refuse(const JsonValue& value, const std::string& key, const std::string& wanted) const;
  std::string PathOf(const std::string& key) const;

  const JsonValue& value_;
  std::string file_;
  std::string path_;
};

}  // namespace wherefore
