#include "models/files/json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <utility>

#include "explain/error.h"

namespace wherefore {
namespace {

/// Builds the document from the parser's events. It keeps no recursion: depth costs no stack.
class DocumentBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit DocumentBuilder(const std::string& name) : name_(name) {}

  JsonValue Take() { return std::move(document_); }

  bool null() override { return Put({}); }
  bool boolean(bool value) override {
    JsonValue item;
    item.kind = JsonValue::Kind::kBoolean;
    item.boolean = value;
    return Put(std::move(item));
  }
  bool number_integer(number_integer_t value) override {
    JsonValue item;
    item.kind = JsonValue::Kind::kInteger;
    item.integer = value;
    item.number = static_cast<double>(value);
    return Put(std::move(item));
  }
  bool number_unsigned(number_unsigned_t value) override {
    constexpr auto most = static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max());
    return value <= most ? number_integer(static_cast<std::int64_t>(value))
                         : number_float(static_cast<double>(value), "");
  }
  bool number_float(number_float_t value, const string_t&) override {
    JsonValue item;
    item.kind = JsonValue::Kind::kNumber;
    item.number = value;
    return Put(std::move(item));
  }
  bool string(string_t& value) override {
    JsonValue item;
    item.kind = JsonValue::Kind::kString;
    item.string = std::move(value);
    return Put(std::move(item));
  }
  bool binary(binary_t&) override { return false; }  // no part of the text form

  bool start_object(std::size_t) override { return Open(JsonValue::Kind::kObject); }
  bool end_object() override { return CloseInnermost(); }
  bool start_array(std::size_t) override { return Open(JsonValue::Kind::kArray); }
  bool end_array() override { return CloseInnermost(); }

  bool key(string_t& value) override {
    if (!open_.back().seen.insert(value).second) ThrowBadFile(name_ + ": key " + Quoted(value) + " appears twice");
    open_.back().value.keys.push_back(std::move(value));
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    // "[json.exception.parse_error.101] parse error at ...": the identifier helps no reader.
    const std::string text = error.what();
    const auto end = text.find("] ");
    ThrowBadFile(name_ + ": not valid JSON: " + (end == std::string::npos ? text : text.substr(end + 2)));
  }

 private:
  struct OpenValue {
    JsonValue value;
    std::unordered_set<std::string> seen;
  };

  bool Open(JsonValue::Kind kind) {
    if (open_.size() == kDeepestJson) {
      ThrowBadFile(name_ + ": nested deeper than " + std::to_string(kDeepestJson) + " levels");
    }
    open_.emplace_back();
    open_.back().value.kind = kind;
    return true;
  }

  bool CloseInnermost() {
    JsonValue value = std::move(open_.back().value);
    open_.pop_back();
    return Put(std::move(value));
  }

  bool Put(JsonValue value) {
    if (open_.empty()) {
      document_ = std::move(value);
    } else {
      open_.back().value.items.push_back(std::move(value));
    }
    return true;
  }

  const std::string& name_;
  std::vector<OpenValue> open_;
  JsonValue document_;
};

nlohmann::ordered_json OrderedJson(const JsonValue& value) {
  if (value.kind == JsonValue::Kind::kBoolean) return value.boolean;
  if (value.kind == JsonValue::Kind::kInteger) return value.integer;
  if (value.kind == JsonValue::Kind::kNumber) return value.number;
  if (value.kind == JsonValue::Kind::kString) return value.string;
  if (value.kind == JsonValue::Kind::kNull) return nullptr;
  auto json =
      value.kind == JsonValue::Kind::kArray ? nlohmann::ordered_json::array() : nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    if (value.kind == JsonValue::Kind::kArray) {
      json.push_back(OrderedJson(value.items[i]));
    } else {
      json[value.keys[i]] = OrderedJson(value.items[i]);
    }
  }
  return json;
}

}  // namespace

JsonValue& JsonValue::Set(const std::string& key, JsonValue value) {
  kind = Kind::kObject;
  keys.push_back(key);
  items.push_back(std::move(value));
  return *this;
}

JsonValue JsonValue::Text(const std::string& text) {
  JsonValue value;
  value.kind = Kind::kString;
  value.string = text;
  return value;
}

JsonValue JsonValue::Boolean(bool boolean) {
  JsonValue value;
  value.kind = Kind::kBoolean;
  value.boolean = boolean;
  return value;
}

JsonValue JsonValue::Integer(std::int64_t integer) {
  JsonValue value;
  value.kind = Kind::kInteger;
  value.integer = integer;
  value.number = static_cast<double>(integer);
  return value;
}

JsonValue JsonValue::Numbers(const std::vector<double>& numbers) {
  JsonValue array;
  array.kind = Kind::kArray;
  for (const double number : numbers) {
    array.items.emplace_back();
    array.items.back().kind = Kind::kNumber;
    array.items.back().number = number;
  }
  return array;
}

const JsonValue* JsonValue::Find(const std::string& key) const {
  const auto found = std::find(keys.begin(), keys.end(), key);
  return found == keys.end() ? nullptr : &items[static_cast<std::size_t>(found - keys.begin())];
}

JsonValue ParseJson(const char* text, std::size_t size, const std::string& name) {
  DocumentBuilder builder(name);
  nlohmann::json::sax_parse(text, text + size, &builder);
  return builder.Take();
}

std::string FormatJson(const JsonValue& value) {
  try {
    return OrderedJson(value).dump(2) + "\n";
  } catch (const nlohmann::json::exception&) {
    ThrowUsage("a text that was to be written as JSON is not UTF-8");
  }
}

std::string Quoted(const std::string& text) {
  constexpr std::size_t longest = 60;
  std::string shown = text.substr(0, longest);
  if (text.size() > longest) shown += "...";
  return nlohmann::json(shown).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string Describe(const JsonValue& value) {
  switch (value.kind) {
    case JsonValue::Kind::kNull:
      return "null";
    case JsonValue::Kind::kBoolean:
      return value.boolean ? "true" : "false";
    case JsonValue::Kind::kInteger:
      return std::to_string(value.integer);
    case JsonValue::Kind::kNumber:
      return nlohmann::json(value.number).dump();
    case JsonValue::Kind::kString:
      return Quoted(value.string);
    case JsonValue::Kind::kArray:
      return "an array of " + std::to_string(value.items.size());
    case JsonValue::Kind::kObject:
      return "an object";
  }
  return "";
}

}  // namespace wherefore
