#include "models/object_reader.h"

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

bool IsInside(const std::string& name) {
  const std::filesystem::path path(name);
  return path.is_relative() && path.has_filename() && name.find('\0') == std::string::npos &&
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

void ObjectReader::Refuse(const std::string& key, const std::string& wanted) const {
  ThrowBadFile(file_ + ": key '" + PathOf(key) + "' is " + Describe(*value_.Find(key)) + ", but must be " + wanted);
}

std::vector<std::string> ObjectReader::UnreadKeys() const {
  std::vector<std::string> unread;
  std::copy_if(value_.keys.begin(), value_.keys.end(), std::back_inserter(unread),
               [this](const std::string& key) { return std::find(read_.begin(), read_.end(), key) == read_.end(); });
  return unread;
}

const JsonValue& ObjectReader::Member(const std::string& key) {
  read_.push_back(key);
  if (const JsonValue* value = value_.Find(key)) return *value;
  std::string message = file_ + ": key '" + PathOf(key) + "' is missing";
  const auto misspelt = NearestNames(key, UnreadKeys(), 1);
  if (!misspelt.empty()) message += " (the key '" + PathOf(misspelt.front()) + "' is near it, but unknown)";
  ThrowBadFile(message);
}

const JsonValue& ObjectReader::Member(const std::string& key, JsonValue::Kind kind, const std::string& wanted) {
  const JsonValue& value = Member(key);
  if (value.kind != kind) Refuse(key, wanted);
  return value;
}

ObjectReader ObjectReader::Object(const std::string& key) { return {Member(key), file_, PathOf(key)}; }

std::string ObjectReader::Text(const std::string& key) {
  const auto& value = Member(key, JsonValue::Kind::kString, "a string");
  if (value.string.empty()) Refuse(key, "a string that is not empty");
  return value.string;
}

std::string ObjectReader::Choice(const std::string& key, const std::vector<std::string>& choices) {
  std::string wanted = choices.size() == 1 ? "" : "one of ";
  for (const auto& choice : choices) wanted += (&choice == &choices.front() ? "" : ", ") + Quoted(choice);
  const auto& value = Member(key, JsonValue::Kind::kString, wanted);
  const bool known = std::find(choices.begin(), choices.end(), value.string) != choices.end();
  if (!known) Refuse(key, wanted + DidYouMean(value.string.substr(0, 100), choices));
  return value.string;
}

bool ObjectReader::Boolean(const std::string& key) {
  return Member(key, JsonValue::Kind::kBoolean, "true or false").boolean;
}

std::int64_t ObjectReader::Integer(const std::string& key, std::int64_t least, std::int64_t most) {
  const std::string wanted = "an integer from " + std::to_string(least) + " to " + std::to_string(most);
  const auto& value = Member(key, JsonValue::Kind::kInteger, wanted);
  if (value.integer < least || value.integer > most) Refuse(key, wanted);
  return value.integer;
}

std::vector<double> ObjectReader::Numbers(const std::string& key, std::size_t count, double least, double most) {
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

std::string ObjectReader::FileName(const std::string& key) {
  const std::string name = Text(key);
  if (!IsInside(name)) Refuse(key, "the name of a file inside the directory");
  return name;
}

void ObjectReader::Finish() const {
  const auto unread = UnreadKeys();
  if (unread.empty()) return;
  const std::string& key = unread.front();
  ThrowBadFile(file_ + ": unknown key '" + PathOf(key) + "'" + DidYouMean(key.substr(0, 100), read_));
}

}  // namespace wherefore
