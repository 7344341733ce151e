#include "models/files/object_reader.h"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <utility>

#include "explain/error.h"

namespace wherefore {
namespace {

std::string RangeText(const std::string& what, double least, double most) {
  std::ostringstream text;
  text.precision(12);
  text << what << " from " << least << " to " << most;
  return text.str();
}

std::string Numbered(const std::string& key, std::size_t index) { return key + "[" + std::to_string(index) + "]"; }

bool IsInside(const std::string& name) {
  const std::filesystem::path path(name);
  return path.is_relative() && path.has_filename() && path.filename() != "." && name.find('\0') == std::string::npos &&
         std::find(path.begin(), path.end(), "..") == path.end();
}

}  // namespace

ObjectReader::ObjectReader(const JsonValue& value, std::string file, std::string path)
    : value_(value), file_(std::move(file)), path_(std::move(path)) {
  if (value.kind == JsonValue::Kind::kObject) return;
  const std::string what = path_.empty() ? "the document" : "key '" + path_ + "'";
  ThrowBadFile(file_ + ": " + what + " is " + Describe(value) + ", but must be an object");
}

std::string ObjectReader::PathOf(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }

void ObjectReader::Refuse(const JsonValue& value, const std::string& key, const std::string& wanted) const {
  ThrowBadFile(file_ + ": key '" + PathOf(key) + "' is " + Describe(value) + ", but must be " + wanted);
}

void ObjectReader::Refuse(const std::string& key, const std::string& wanted) const {
  Refuse(*value_.Find(key), key, wanted);
}

void ObjectReader::AllowOnly(const std::vector<std::string>& keys) const {
  for (const auto& key : value_.keys) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    ThrowBadFile(file_ + ": unknown key '" + PathOf(key) + "'" + DidYouMean(key.substr(0, 100), keys));
  }
}

const JsonValue& ObjectReader::Member(const std::string& key) const {
  if (const JsonValue* value = value_.Find(key)) return *value;
  ThrowBadFile(file_ + ": key '" + PathOf(key) + "' is missing");
}

const JsonValue& ObjectReader::Member(const std::string& key, JsonValue::Kind kind, const std::string& wanted) const {
  const JsonValue& value = Member(key);
  if (value.kind != kind) Refuse(key, wanted);
  return value;
}

ObjectReader ObjectReader::Object(const std::string& key) const { return {Member(key), file_, PathOf(key)}; }

std::vector<ObjectReader> ObjectReader::Objects(const std::string& key, bool may_be_empty) const {
  const std::string wanted = std::string("an array of objects") + (may_be_empty ? "" : ", one or more");
  std::vector<ObjectReader> objects;
  for (const auto& item : Member(key, JsonValue::Kind::kArray, wanted).items) {
    objects.emplace_back(item, file_, Numbered(PathOf(key), objects.size()));
  }
  if (objects.empty() && !may_be_empty) Refuse(key, wanted);
  return objects;
}

std::vector<std::string> ObjectReader::FileNames(const std::string& key) const {
  const std::string wanted = "an array of file names, one or more";
  std::vector<std::string> names;
  for (const auto& item : Member(key, JsonValue::Kind::kArray, wanted).items) {
    names.push_back(FileNameOf(item, Numbered(key, names.size())));
  }
  if (names.empty()) Refuse(key, wanted);
  return names;
}

std::vector<std::int64_t> ObjectReader::Integers(const std::string& key, std::int64_t least, std::int64_t most) const {
  const auto wanted = "an array of integers from " + std::to_string(least) + " to " + std::to_string(most);
  std::vector<std::int64_t> integers;
  for (const auto& item : Member(key, JsonValue::Kind::kArray, wanted).items) {
    const bool fits = item.kind == JsonValue::Kind::kInteger && item.integer >= least && item.integer <= most;
    if (!fits) Refuse(key, wanted);
    integers.push_back(item.integer);
  }
  return integers;
}

std::string ObjectReader::Text(const std::string& key) const {
  const auto& value = Member(key, JsonValue::Kind::kString, "a string");
  if (value.string.empty()) Refuse(key, "a string that is not empty");
  return value.string;
}

std::string ObjectReader::Choice(const std::string& key, const std::vector<std::string>& choices) const {
  std::string wanted = choices.size() == 1 ? "" : "one of ";
  for (const auto& choice : choices) wanted += (&choice == &choices.front() ? "" : ", ") + Quoted(choice);
  const auto& value = Member(key, JsonValue::Kind::kString, wanted);
  const bool known = std::find(choices.begin(), choices.end(), value.string) != choices.end();
  if (!known) Refuse(key, wanted + DidYouMean(value.string.substr(0, 100), choices));
  return value.string;
}

bool ObjectReader::Boolean(const std::string& key) const {
  return Member(key, JsonValue::Kind::kBoolean, "true or false").boolean;
}

std::int64_t ObjectReader::Integer(const std::string& key, std::int64_t least, std::int64_t most) const {
  const std::string wanted = "an integer from " + std::to_string(least) + " to " + std::to_string(most);
  const auto& value = Member(key, JsonValue::Kind::kInteger, wanted);
  if (value.integer < least || value.integer > most) Refuse(key, wanted);
  return value.integer;
}

void ObjectReader::Exactly(const std::string& key, std::int64_t wanted, const std::string& why) const {
  const auto& value = Member(key);
  const bool same = value.kind == JsonValue::Kind::kInteger && value.integer == wanted;
  if (!same) Refuse(key, std::to_string(wanted) + why);
}

std::vector<double> ObjectReader::Numbers(const std::string& key, std::size_t count, double least, double most) const {
  const std::string wanted = RangeText("an array of " + std::to_string(count) + " numbers", least, most);
  std::vector<double> numbers;
  for (const JsonValue& item : Member(key, JsonValue::Kind::kArray, wanted).items) {
    const bool is_number = item.kind == JsonValue::Kind::kInteger || item.kind == JsonValue::Kind::kNumber;
    if (!is_number || item.number < least || item.number > most) {
      ThrowBadFile(file_ + ": key '" + PathOf(key) + "' holds " + Describe(item) + ", but must be " + wanted);
    }
    numbers.push_back(item.number);
  }
  if (numbers.size() != count) Refuse(key, wanted);
  return numbers;
}

std::string ObjectReader::FileNameOf(const JsonValue& value, const std::string& key) const {
  if (value.kind != JsonValue::Kind::kString) Refuse(value, key, "a string");
  if (value.string.empty()) Refuse(value, key, "a string that is not empty");
  if (!IsInside(value.string)) Refuse(value, key, "the name of a file inside the directory");
  return value.string;
}

std::string ObjectReader::FileName(const std::string& key) const { return FileNameOf(Member(key), key); }

}  // namespace wherefore
