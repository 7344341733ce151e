#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/text/json_component.h"
#include "models/text/subword_model.h"

namespace wherefore {

/// What a tokenizer puts around the pieces of a single text, and how it trims their spans.
struct PostProcessor {
  std::vector<std::int64_t> before;  ///< ids before the text
  std::vector<std::int64_t> behind;  ///< ids behind the text
  bool trim_spaces = false;          ///< white space at the ends of a piece is no part of its span
  bool keep_first_space = false;     ///< of a piece that begins the text, which has a space that was put before it
};

/// Reads the section "post_processor" of a tokenizer.json: BertProcessing, ByteLevel, RobertaProcessing, Sequence,
/// TemplateProcessing (what it says of single texts). Throws Error(kBadFile) for another type, and for a special token
/// whose id no piece has (`has_id`).
PostProcessor ReadPostProcessor(const JsonComponent& component, const std::function<bool(std::int64_t)>& has_id);

/// Trims the span of a piece in a byte-level spelling (see ByteLetter()).
ByteSpan TrimSpaces(const PostProcessor& processor, const std::string& piece, ByteSpan span, bool is_first);

}  // namespace wherefore
