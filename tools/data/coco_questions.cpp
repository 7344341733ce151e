#include "tools/data/coco_questions.h"

#include <limits>
#include <unordered_map>

#include "models/files/files.h"
#include "models/files/json.h"
#include "models/files/object_reader.h"

namespace wherefore {
namespace {

int64_t ReadId(const ObjectReader& reader, const std::string& key) {
  return reader.Integer(key, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max());
}

}  // namespace

std::vector<CocoQuestion> ReadCocoQuestions(const std::string& path) {
  const auto text = ReadFile(path);
  const auto document = ParseJson(text.data(), text.size(), path);
  const ObjectReader reader(document, path);
  std::vector<CocoQuestion> questions;
  std::unordered_map<int64_t, std::size_t> by_id;
  for (const auto& item : reader.Objects("questions", false)) {
    if (!by_id.emplace(ReadId(item, "question_id"), questions.size()).second) {
      item.Refuse("question_id", "another than an earlier one's");
    }
    questions.push_back({ReadId(item, "image_id"), item.Text("question"), ""});
  }
  if (!reader.Has("annotations")) return questions;
  for (const auto& item : reader.Objects("annotations")) {
    const auto found = by_id.find(ReadId(item, "question_id"));
    if (found == by_id.end()) item.Refuse("question_id", "the id of one of 'questions'");
    questions[found->second].answer = item.Text("multiple_choice_answer");
  }
  return questions;
}

}  // namespace wherefore
