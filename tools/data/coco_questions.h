#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wherefore {

/// The file of a COCO directory that has questions about its photographs.
inline constexpr const char* kQuestionsFile = "questions.json";

struct CocoQuestion {
  int64_t image_id = 0;
  std::string text;
  std::string answer;  ///< what most people answered; "" where the file does not say
};

/// Reads a file of the form of VQA v2 (Goyal et al. 2017): "questions" with image_id, question_id and question, and, if
/// there are any, "annotations" with question_id and multiple_choice_answer (a file of its own as VQA publishes it: put
/// both lists into one). Other keys are ignored. Throws Error(kBadFile) that names the file and the key.
std::vector<CocoQuestion> ReadCocoQuestions(const std::string& path);

}  // namespace wherefore
