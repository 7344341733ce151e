#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tools/scenes/noun_phrase.h"
#include "tools/scenes/questions.h"
#include "tools/scenes/random.h"
#include "tools/scenes/scene.h"

namespace wherefore {

enum class Comparison { kMore, kFewer, kAsMany };

/// A question and its answer before it is put into words.
struct QuestionDraft {
  QuestionFamily family = QuestionFamily::kExistence;
  std::string kind;
  Filter asked;  ///< what it asks about; of a relation: no more than the shape of what is sought
  Filter other;  ///< what that is compared with, or lies so to
  Comparison comparison = Comparison::kMore;
  Relation relation = Relation::kLeftOf;
  std::string answer;
  std::vector<std::size_t> objects;
  std::vector<std::size_t> referents;
  std::array<std::vector<std::size_t>, 2> sides;
};

/// Draws a kind of question of that family and an answer, each of the kind's as likely, and looks for a question in the
/// scene that has it; nothing where there is none.
std::optional<QuestionDraft> DraftQuestion(QuestionFamily family, const Scene& scene, Random& random);

}  // namespace wherefore
