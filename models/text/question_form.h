#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/text/text.h"

namespace wherefore {

/// What stands around a question that a network reads.
struct QuestionForm {
  std::string before;               ///< text in front of it: "USER: <image>\n"
  std::string behind;               ///< text behind it: " ASSISTANT:"
  std::vector<int64_t> ids_before;  ///< ids in front of the pieces of all that: [CLS]
  std::vector<int64_t> ids_behind;
};

/// A question in its form.
struct FormedQuestion {
  TokenizedText question;    ///< as it was asked
  std::vector<int64_t> ids;  ///< what the network reads
  int64_t first = 0;         ///< where in `ids` the question's own pieces begin
};

/// The question is encoded together with the texts around it; its pieces are those that have a part in it.
/// Throws as Tokenizer::Encode() does.
FormedQuestion FormQuestion(const Tokenizer& tokenizer, const QuestionForm& form, const std::string& question);

}  // namespace wherefore
