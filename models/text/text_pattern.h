#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/text/json_component.h"
#include "models/text/unicode.h"

namespace wherefore {

/// What a normalizer replaces, or a pre-tokenizer cuts at: a fixed text or a regular expression.
class TextPattern {
 public:
  static TextPattern Literal(const std::string& text);
  static TextPattern Regex(const std::string& pattern, const std::string& name);

  /// All matches, one after the other.
  std::vector<ByteSpan> FindAll(const std::string& text) const;

 private:
  std::string literal_;
  std::shared_ptr<const RegularExpression> expression_;
};

/// Reads {"String": ...} or {"Regex": ...} under the key "pattern".
TextPattern ReadTextPattern(const JsonComponent& component);

}  // namespace wherefore
