#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wherefore {

/// A value of a JSON document, as plain data.
struct JsonValue {
  enum class Kind { kNull, kBoolean, kInteger, kNumber, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  bool boolean = false;
  std::int64_t integer = 0;  ///< kInteger only
  double number = 0;         ///< kInteger and kNumber; integers beyond 64 bits are kNumber
  std::string string;
  std::vector<JsonValue> items;   ///< of an array or an object
  std::vector<std::string> keys;  ///< of an object: one an item, each once, in the file's order

  /// The item under this key; null where there is none.
  const JsonValue* Find(const std::string& key) const;

  /// Appends a member to an object, a null value becomes one. Returns the object, to go on with.
  JsonValue& Set(const std::string& key, JsonValue value);

  static JsonValue Text(const std::string& text);
  static JsonValue Boolean(bool value);
  static JsonValue Integer(std::int64_t value);
  static JsonValue Numbers(const std::vector<double>& values);
};

/// How deep arrays and objects may nest: more than any of our formats needs, little enough for any stack.
inline constexpr std::size_t kDeepestJson = 16;

/// Parses a whole document. Throws Error(kBadFile) that begins with `name`: not JSON, a key that appears twice in an
/// object, or more than kDeepestJson levels.
JsonValue ParseJson(const char* text, std::size_t size, const std::string& name);

/// The document's text, indented by two spaces a level, with a line end. Throws Error(kUsage) for text that is not
/// UTF-8.
std::string FormatJson(const JsonValue& value);

/// The value as an error text shows it, cut short where it is long: "wide", 12, null, an array of 4.
std::string Describe(const JsonValue& value);

/// The text between quotation marks, as JSON has it, cut short where it is long.
std::string Quoted(const std::string& text);

}  // namespace wherefore
