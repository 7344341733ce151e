#include "models/hugging_face/hub_config.h"

#include <utility>

namespace wherefore {
namespace {

const JsonValue& NoKeys() {
  static const JsonValue none = [] {
    JsonValue value;
    value.kind = JsonValue::Kind::kObject;
    return value;
  }();
  return none;
}

bool IsIntegerIn(const JsonValue& value, std::int64_t least, std::int64_t most) {
  return value.kind == JsonValue::Kind::kInteger && value.integer >= least && value.integer <= most;
}

std::string InRange(std::int64_t least, std::int64_t most) {
  return " from " + std::to_string(least) + " to " + std::to_string(most);
}

bool IsNumber(const JsonValue& value) {
  return value.kind == JsonValue::Kind::kInteger || value.kind == JsonValue::Kind::kNumber;
}

}  // namespace

HubConfig::HubConfig(const JsonValue& value, std::string file, std::string path)
    : value_(&value), file_(std::move(file)), path_(std::move(path)), reader_(value, file_, path_) {}

const JsonValue* HubConfig::Find(const std::string& key) const {
  const auto* found = value_->Find(key);
  return found == nullptr || found->kind == JsonValue::Kind::kNull ? nullptr : found;
}

bool HubConfig::Has(const std::string& key) const { return Find(key) != nullptr; }

HubConfig HubConfig::Section(const std::string& key) const {
  const auto* found = Find(key);
  return {found == nullptr ? NoKeys() : *found, file_, path_.empty() ? key : path_ + "." + key};
}

std::int64_t HubConfig::Integer(const std::string& key, std::int64_t otherwise, std::int64_t least,
                                std::int64_t most) const {
  const auto* found = Find(key);
  if (found == nullptr) return otherwise;
  if (!IsIntegerIn(*found, least, most)) Refuse(key, "an integer" + InRange(least, most));
  return found->integer;
}

std::vector<std::int64_t> HubConfig::Integers(const std::string& key, const std::vector<std::int64_t>& otherwise,
                                              std::int64_t least, std::int64_t most) const {
  const auto* found = Find(key);
  if (found == nullptr) return otherwise;
  std::vector<std::int64_t> integers;
  for (const auto& item : found->items) {
    if (IsIntegerIn(item, least, most)) integers.push_back(item.integer);
  }
  if (found->kind != JsonValue::Kind::kArray || integers.empty() || integers.size() != found->items.size()) {
    Refuse(key, "a list of integers" + InRange(least, most));
  }
  return integers;
}

double HubConfig::Number(const std::string& key, double otherwise, double least, double most) const {
  const auto* found = Find(key);
  if (found == nullptr) return otherwise;
  if (!IsNumber(*found) || !(found->number >= least && found->number <= most)) {
    Refuse(key, "a number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return found->number;
}

std::vector<double> HubConfig::Numbers(const std::string& key, const std::vector<double>& otherwise) const {
  const auto* found = Find(key);
  if (found == nullptr) return otherwise;
  std::vector<double> numbers;
  for (const auto& item : found->items) {
    if (IsNumber(item)) numbers.push_back(item.number);
  }
  if (found->kind != JsonValue::Kind::kArray || numbers.size() != otherwise.size() ||
      numbers.size() != found->items.size()) {
    Refuse(key, "a list of " + std::to_string(otherwise.size()) + " numbers");
  }
  return numbers;
}

bool HubConfig::Boolean(const std::string& key, bool otherwise) const {
  const auto* found = Find(key);
  if (found == nullptr) return otherwise;
  if (found->kind != JsonValue::Kind::kBoolean) Refuse(key, "true or false");
  return found->boolean;
}

std::string HubConfig::Text(const std::string& key, const std::string& otherwise) const {
  const auto* found = Find(key);
  if (found == nullptr) return otherwise;
  if (found->kind != JsonValue::Kind::kString) Refuse(key, "a text");
  return found->string;
}

std::vector<std::int64_t> HubConfig::OneOrMore(const std::string& key, std::int64_t least, std::int64_t most) const {
  const auto* found = Find(key);
  if (found == nullptr) return {};
  if (found->kind == JsonValue::Kind::kArray) return Integers(key, {}, least, most);
  return {Integer(key, least, least, most)};
}

}  // namespace wherefore
