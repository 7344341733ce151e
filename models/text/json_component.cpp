#include "models/text/json_component.h"

#include <utility>

#include "explain/error.h"

namespace wherefore {

JsonComponent::JsonComponent(const JsonValue& value, std::string file, std::string path)
    : value_(&value), file_(std::move(file)), path_(std::move(path)) {
  if (value.kind != JsonValue::Kind::kObject) {
    const std::string what = path_.empty() ? "the document" : "key '" + path_ + "'";
    ThrowBadFile(file_ + ": " + what + " is " + Describe(value) + ", but must be an object");
  }
}

std::string JsonComponent::PathOf(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }

const JsonValue* JsonComponent::Find(const std::string& key) const {
  const JsonValue* member = value_->Find(key);
  return member == nullptr || member->kind == JsonValue::Kind::kNull ? nullptr : member;
}

void JsonComponent::Refuse(const std::string& key, const std::string& wanted) const {
  const JsonValue* member = value_->Find(key);
  Complain(key, (member == nullptr ? "is missing" : "is " + Describe(*member)) + ", but must be " + wanted);
}

void JsonComponent::Complain(const std::string& key, const std::string& what) const {
  ThrowBadFile(file_ + ": key '" + PathOf(key) + "' " + what);
}

std::string JsonComponent::Text(const std::string& key) const {
  const auto text = OptionalText(key);
  if (!text) Refuse(key, "a string");
  return *text;
}

std::optional<std::string> JsonComponent::OptionalText(const std::string& key) const {
  const JsonValue* member = Find(key);
  if (member == nullptr) return std::nullopt;
  if (member->kind != JsonValue::Kind::kString) Refuse(key, "a string");
  return member->string;
}

bool JsonComponent::Flag(const std::string& key, bool otherwise) const {
  const JsonValue* member = Find(key);
  if (member == nullptr) return otherwise;
  if (member->kind != JsonValue::Kind::kBoolean) Refuse(key, "true or false");
  return member->boolean;
}

std::int64_t JsonComponent::Integer(const std::string& key, std::int64_t otherwise, std::int64_t least,
                                    std::int64_t most) const {
  const JsonValue* member = Find(key);
  if (member == nullptr) return otherwise;
  if (member->kind != JsonValue::Kind::kInteger || member->integer < least || member->integer > most) {
    Refuse(key, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return member->integer;
}

JsonComponent JsonComponent::Object(const std::string& key) const {
  const JsonValue* member = Find(key);
  if (member == nullptr) Refuse(key, "an object");
  return JsonComponent(*member, file_, PathOf(key));
}

const std::vector<JsonValue>& JsonComponent::Array(const std::string& key) const {
  const JsonValue* member = Find(key);
  if (member == nullptr || member->kind != JsonValue::Kind::kArray) Refuse(key, "an array");
  return member->items;
}

std::vector<JsonComponent> JsonComponent::Objects(const std::string& key) const {
  std::vector<JsonComponent> objects;
  for (const auto& item : Array(key)) {
    objects.emplace_back(item, file_, PathOf(key) + "[" + std::to_string(objects.size()) + "]");
  }
  return objects;
}

}  // namespace wherefore
