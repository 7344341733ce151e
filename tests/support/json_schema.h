#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace wherefore {

/// What is wrong with a document by a JSON Schema (draft 2020-12), one line each, with the place in the document; empty
/// where nothing is. Knows the keywords that our schemas use: $defs, $ref (within the schema), additionalProperties
/// (true or false), const, description, enum, items, maximum, maxItems, minimum, minItems, oneOf, properties, required,
/// title, type. Throws std::invalid_argument for a schema with any other, and for a $ref to nothing.
std::vector<std::string> SchemaProblems(const nlohmann::json& document, const nlohmann::json& schema);

}  // namespace wherefore
