#include "tests/support/json_schema.h"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace wherefore {
namespace {

using Json = nlohmann::json;

/// A schema and all within it.
void CheckKeywords(const Json& schema) {
  static const std::set<std::string> known = {"$defs",   "$ref",        "$schema",  "additionalProperties",
                                              "const",   "description", "enum",     "items",
                                              "maximum", "maxItems",    "minimum",  "minItems",
                                              "oneOf",   "properties",  "required", "title",
                                              "type"};
  if (schema.is_boolean()) return;
  for (const auto& [keyword, value] : schema.items()) {
    if (known.count(keyword) == 0) throw std::invalid_argument("unknown keyword '" + keyword + "'");
    if (keyword == "items") CheckKeywords(value);
    if (keyword == "additionalProperties" && !value.is_boolean()) throw std::invalid_argument(keyword + " is a schema");
    if (keyword != "properties" && keyword != "$defs" && keyword != "oneOf") continue;
    for (const auto& below : value) CheckKeywords(below);
  }
}

class Validator {
 public:
  explicit Validator(const Json& root) : root_(root) {}

  std::vector<std::string> ProblemsOf(const Json& value, const Json& schema, const std::string& place) const {
    if (schema.is_boolean()) return schema.get<bool>() ? Problems() : Problems{place + " must not be there"};
    Problems problems;
    if (schema.contains("$ref")) Append(ProblemsOf(value, Referred(schema["$ref"]), place), &problems);
    if (schema.contains("oneOf")) Append(ProblemsOfAlternatives(value, schema["oneOf"], place), &problems);
    if (schema.contains("const") && value != schema["const"]) problems.push_back(place + " is not the constant");
    if (schema.contains("enum") && !Contains(schema["enum"], value)) problems.push_back(place + " is none of the list");
    if (schema.contains("type") && !IsOf(value, schema["type"])) {
      problems.push_back(place + " is no " + schema["type"].get<std::string>());
    }
    if (value.is_number()) Append(ProblemsOfNumber(value, schema, place), &problems);
    if (value.is_array()) Append(ProblemsOfArray(value, schema, place), &problems);
    if (value.is_object()) Append(ProblemsOfObject(value, schema, place), &problems);
    return problems;
  }

 private:
  using Problems = std::vector<std::string>;

  static void Append(const Problems& more, Problems* problems) {
    problems->insert(problems->end(), more.begin(), more.end());
  }

  static bool Contains(const Json& list, const Json& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  }

  static bool IsOf(const Json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "null") return value.is_null();
    throw std::invalid_argument("unknown type '" + type + "'");
  }

  const Json& Referred(const std::string& reference) const {
    const Json::json_pointer place(reference.substr(reference.find('#') + 1));
    if (reference.rfind("#/", 0) != 0 || !root_.contains(place)) throw std::invalid_argument("no '" + reference + "'");
    return root_.at(place);
  }

  /// Exactly one must fit; where none does, what is wrong by the one that is nearest.
  Problems ProblemsOfAlternatives(const Json& value, const Json& alternatives, const std::string& place) const {
    int fitting = 0;
    Problems fewest;
    for (const auto& alternative : alternatives) {
      const auto problems = ProblemsOf(value, alternative, place);
      fitting += problems.empty() ? 1 : 0;
      if (fewest.empty() || problems.size() < fewest.size()) fewest = problems;
    }
    if (fitting > 1) return {place + " is of several alternatives"};
    return fitting == 1 ? Problems() : fewest;
  }

  static Problems ProblemsOfNumber(const Json& value, const Json& schema, const std::string& place) {
    Problems problems;
    if (schema.contains("minimum") && value < schema["minimum"]) problems.push_back(place + " is too low");
    if (schema.contains("maximum") && value > schema["maximum"]) problems.push_back(place + " is too high");
    return problems;
  }

  Problems ProblemsOfArray(const Json& value, const Json& schema, const std::string& place) const {
    Problems problems;
    if (schema.contains("minItems") && value.size() < schema["minItems"]) problems.push_back(place + " is too short");
    if (schema.contains("maxItems") && value.size() > schema["maxItems"]) problems.push_back(place + " is too long");
    for (std::size_t i = 0; schema.contains("items") && i < value.size(); ++i) {
      Append(ProblemsOf(value[i], schema["items"], place + "/" + std::to_string(i)), &problems);
    }
    return problems;
  }

  Problems ProblemsOfObject(const Json& value, const Json& schema, const std::string& place) const {
    Problems problems;
    for (const auto& key : schema.value("required", Json::array())) {
      if (!value.contains(key)) problems.push_back(place + " lacks " + key.get<std::string>());
    }
    const auto properties = schema.value("properties", Json::object());
    for (const auto& [key, item] : value.items()) {
      if (properties.contains(key)) {
        Append(ProblemsOf(item, properties[key], place + "/" + key), &problems);
      } else if (!schema.value("additionalProperties", true)) {
        problems.push_back(place + "/" + key + " is not known");
      }
    }
    return problems;
  }

  const Json& root_;
};

}  // namespace

std::vector<std::string> SchemaProblems(const nlohmann::json& document, const nlohmann::json& schema) {
  CheckKeywords(schema);
  return Validator(schema).ProblemsOf(document, schema, "");
}

}  // namespace wherefore
