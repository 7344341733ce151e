#include "tools/scenes/questions.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <sstream>

#include "tools/scenes/noun_phrase.h"
#include "tools/scenes/question_draft.h"
#include "tools/scenes/question_rates.h"

namespace wherefore {
namespace {

/// Words, and in capitals what stands for the draft's parts: THING "red ring", A-THING "a red ring", THINGS "red
/// rings", OTHER and OTHERS the same of the other filter, LIES "left of".
using Templates = std::vector<std::string>;

const Templates& ComparisonTemplates(Comparison comparison) {
  static const std::vector<Templates> templates = {
      {"are there more THINGS than OTHERS", "do you see more THINGS than OTHERS"},
      {"are there fewer THINGS than OTHERS", "do you see fewer THINGS than OTHERS"},
      {"are there as many THINGS as OTHERS", "do you see as many THINGS as OTHERS"},
  };
  return templates[static_cast<std::size_t>(comparison)];
}

/// Those of a comparison are above.
const Templates& TemplatesOf(QuestionFamily family) {
  static const std::vector<Templates> templates = {
      {"is there A-THING", "are there any THINGS", "do you see A-THING"},
      {"how many THINGS are there", "how many THINGS do you see", "what is the number of THINGS"},
      {"what color is the THING", "what colour is the THING", "what is the color of the THING"},
      {"what shape is the THING", "what is the shape of the THING"},
      {"what size is the THING", "how big is the THING", "what is the size of the THING"},
      {"what pattern does the THING have", "what is the pattern of the THING"},
      {},
      {"what is LIES the OTHER", "what shape is LIES the OTHER", "what object is LIES the OTHER"},
      {"what color is the THING that is LIES the OTHER", "what colour is the THING LIES the OTHER",
       "what is the color of the THING LIES the OTHER"},
  };
  return templates[static_cast<std::size_t>(family)];
}

void AddPhrase(const Filter& filter, bool plural, bool article, Random& random, std::vector<std::string>* words) {
  const auto phrase = NounPhrase(filter, plural, random);
  if (article) words->push_back(ArticleBefore(phrase[0].text));
  for (const auto& word : phrase) words->push_back(word.text);
}

void AddPart(const std::string& part, const QuestionDraft& draft, Random& random, std::vector<std::string>* words) {
  if (part == "LIES") {
    const auto& wording = random.OneOf(WordingsOf(draft.relation));
    words->insert(words->end(), wording.begin(), wording.end());
  } else if (part == "OTHER" || part == "OTHERS") {
    AddPhrase(draft.other, part == "OTHERS", false, random, words);
  } else if (part == "THING" || part == "THINGS" || part == "A-THING") {
    AddPhrase(draft.asked, part == "THINGS", part == "A-THING", random, words);
  } else {
    words->push_back(part);
  }
}

std::vector<std::string> WordsOf(const QuestionDraft& draft, Random& random) {
  const bool compares = draft.family == QuestionFamily::kComparison;
  std::istringstream parts(random.OneOf(compares ? ComparisonTemplates(draft.comparison) : TemplatesOf(draft.family)));
  std::vector<std::string> words;
  for (std::string part; parts >> part;) AddPart(part, draft, random, &words);
  return words;
}

/// So many drafts give a question on average, over scenes of the default options: counted as KeptShare() has it.
double DraftsFor(QuestionFamily family) {
  static constexpr double drafts[] = {1.25, 12.5, 7.6, 8.1, 2, 4.25, 1.25, 40, 21};
  return drafts[static_cast<std::size_t>(family)];
}

void AddWordsOf(const Templates& templates, std::vector<std::string>* vocabulary) {
  for (const auto& line : templates) {
    std::istringstream parts(line);
    for (std::string part; parts >> part;) {
      if (std::isupper(static_cast<unsigned char>(part[0])) == 0) vocabulary->push_back(part);
    }
  }
}

}  // namespace

const char* NameOf(QuestionFamily family) {
  static constexpr const char* names[] = {"existence", "counting",   "color",    "shape",         "size",
                                          "pattern",   "comparison", "relation", "relation_color"};
  return names[static_cast<std::size_t>(family)];
}

std::string SceneQuestion::Text() const { return Joined(words); }

const std::vector<std::string>& Answers() {
  static const auto answers = [] {
    std::vector<std::string> all = {"yes", "no", "0", "1", "2", "3", "4"};
    for (const auto attribute : {Attribute::kColor, Attribute::kShape, Attribute::kSize, Attribute::kPattern}) {
      all.insert(all.end(), ValuesOf(attribute).begin(), ValuesOf(attribute).end());
    }
    return all;
  }();
  return answers;
}

std::vector<SceneQuestion> MakeQuestions(const Scene& scene, Random& random, int per_family) {
  std::vector<SceneQuestion> questions;
  for (const auto family : kQuestionFamilies) {
    const auto drafts = std::lround(per_family * DraftsFor(family));
    for (int64_t i = 0; i < drafts; ++i) {
      const auto draft = DraftQuestion(family, scene, random);
      if (!draft || !random.Chance(KeptShare(draft->kind, draft->answer))) continue;
      questions.push_back({family, draft->kind, WordsOf(*draft, random), draft->answer, draft->objects,
                           draft->referents, draft->sides});
    }
  }
  return questions;
}

std::vector<std::string> QuestionVocabulary() {
  auto vocabulary = PhraseVocabulary();
  vocabulary.insert(vocabulary.end(), {"a", "an"});
  for (const auto family : kQuestionFamilies) AddWordsOf(TemplatesOf(family), &vocabulary);
  for (const auto comparison : {Comparison::kMore, Comparison::kFewer, Comparison::kAsMany}) {
    AddWordsOf(ComparisonTemplates(comparison), &vocabulary);
  }
  std::sort(vocabulary.begin(), vocabulary.end());
  vocabulary.erase(std::unique(vocabulary.begin(), vocabulary.end()), vocabulary.end());
  return vocabulary;
}

}  // namespace wherefore
