#include "models/text/post_processor.h"

#include <algorithm>
#include <map>
#include <string>

#include "models/text/byte_level.h"
#include "models/text/unicode.h"

namespace wherefore {
namespace {

using IdCheck = std::function<bool(std::int64_t)>;

std::int64_t CheckedId(const JsonComponent& component, const std::string& key, const JsonValue& value,
                       const IdCheck& has_id) {
  if (value.kind != JsonValue::Kind::kInteger || !has_id(value.integer)) {
    component.Complain(key, "names id " + Describe(value) + ", which no piece and no added token has");
  }
  return value.integer;
}

/// ["[SEP]", 102]
std::int64_t ReadTokenPair(const JsonComponent& component, const std::string& key, const IdCheck& has_id) {
  const auto& pair = component.Array(key);
  if (pair.size() != 2) component.Refuse(key, "a token and its id");
  return CheckedId(component, key, pair[1], has_id);
}

PostProcessor ReadBertProcessing(const JsonComponent& component, const IdCheck& has_id) {
  PostProcessor processor;
  processor.before = {ReadTokenPair(component, "cls", has_id)};
  processor.behind = {ReadTokenPair(component, "sep", has_id)};
  return processor;
}

PostProcessor ReadRobertaProcessing(const JsonComponent& component, const IdCheck& has_id) {
  PostProcessor processor = ReadBertProcessing(component, has_id);
  processor.trim_spaces = component.Flag("trim_offsets", true);
  processor.keep_first_space = component.Flag("add_prefix_space", true);
  return processor;
}

PostProcessor ReadByteLevelProcessing(const JsonComponent& component, const IdCheck&) {
  PostProcessor processor;
  processor.trim_spaces = component.Flag("trim_offsets", true);
  processor.keep_first_space = component.Flag("add_prefix_space", true);
  return processor;
}

/// The ids that a special token of a template stands for.
std::vector<std::int64_t> ReadSpecialToken(const JsonComponent& component, const std::string& token,
                                           const IdCheck& has_id) {
  const JsonComponent special = component.Object("special_tokens").Object(token);
  std::vector<std::int64_t> ids;
  for (const auto& id : special.Array("ids")) ids.push_back(CheckedId(special, "ids", id, has_id));
  return ids;
}

PostProcessor ReadTemplateProcessing(const JsonComponent& component, const IdCheck& has_id) {
  PostProcessor processor;
  int texts = 0;
  for (const auto& part : component.Objects("single")) {
    if (part.Find("Sequence") != nullptr) {
      ++texts;
      continue;
    }
    auto& ids = texts == 0 ? processor.before : processor.behind;
    for (const auto id : ReadSpecialToken(component, part.Object("SpecialToken").Text("id"), has_id)) ids.push_back(id);
  }
  if (texts != 1)
    component.Complain("single", "has the text " + std::to_string(texts) + " times, but must have it once");
  return processor;
}

PostProcessor ReadProcessorSequence(const JsonComponent& component, const IdCheck& has_id) {
  PostProcessor whole;
  for (const auto& item : component.Objects("processors")) {
    const PostProcessor step = ReadPostProcessor(item, has_id);
    whole.before.insert(whole.before.begin(), step.before.begin(), step.before.end());
    whole.behind.insert(whole.behind.end(), step.behind.begin(), step.behind.end());
    if (step.trim_spaces) {
      whole.trim_spaces = true;
      whole.keep_first_space = step.keep_first_space;
    }
  }
  return whole;
}

bool IsSpaceLetter(char32_t code) { return code == ByteLetter(' ') || IsUnicodeSpace(code); }

}  // namespace

PostProcessor ReadPostProcessor(const JsonComponent& component, const std::function<bool(std::int64_t)>& has_id) {
  using Reader = PostProcessor (*)(const JsonComponent&, const IdCheck&);
  static const std::map<std::string, Reader> readers = {{"BertProcessing", ReadBertProcessing},
                                                        {"ByteLevel", ReadByteLevelProcessing},
                                                        {"RobertaProcessing", ReadRobertaProcessing},
                                                        {"Sequence", ReadProcessorSequence},
                                                        {"TemplateProcessing", ReadTemplateProcessing}};
  return ReaderOf(component, readers)(component, has_id);
}

ByteSpan TrimSpaces(const PostProcessor& processor, const std::string& piece, ByteSpan span, bool is_first) {
  if (!processor.trim_spaces) return span;
  const std::vector<char32_t> letters = CodePoints(piece);
  const auto core = std::find_if_not(letters.begin(), letters.end(), IsSpaceLetter);
  const auto core_end = std::find_if_not(letters.rbegin(), letters.rend(), IsSpaceLetter);
  std::int64_t leading = core - letters.begin();
  const std::int64_t trailing = core_end - letters.rbegin();
  if (leading > 0 && processor.keep_first_space && (is_first || span.begin == 0)) --leading;
  if (leading > 0) span.begin = std::min(span.begin + leading, span.end);
  if (trailing > 0) span.end = std::max(span.end - trailing, span.begin);
  return span;
}

}  // namespace wherefore
