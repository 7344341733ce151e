#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/files/json.h"
#include "models/text/added_tokens.h"
#include "models/text/decoder.h"
#include "models/text/normalizer.h"
#include "models/text/post_processor.h"
#include "models/text/pre_tokenizer.h"
#include "models/text/subword_model.h"
#include "models/text/word_grouping.h"

namespace wherefore {

/// What a Hugging Face tokenizer is made of, in the order in which a text goes through it.
struct TokenizerParts {
  std::vector<AddedToken> added_tokens;
  Normalizer normalizer;       ///< may be empty
  PreTokenizer pre_tokenizer;  ///< may be empty
  std::shared_ptr<const SubwordModel> model;
  PostProcessor post_processor;
  Decoder decoder;  ///< may be empty: pieces with a space between them
  WordMarks marks;
  bool may_clean_up = true;  ///< whether spaces before marks may be removed from a decoded text; not of BPE
};

/// The parts that a tokenizer.json describes. Its sections "truncation" and "padding" are left alone, as transformers
/// leaves them where it is not asked to cut or pad. Throws Error(kBadFile) that begins with `name`: a type that is
/// not read, a piece or id that does not fit the rest.
TokenizerParts ReadTokenizerJson(const JsonValue& document, const std::string& name);

/// The vocabulary of a JSON object {"piece": id, ...}. Throws Error(kBadFile) that begins with `name`.
std::shared_ptr<const Vocabulary> ReadVocabulary(const JsonValue& pieces, const std::string& name);

/// Throws Error(kBadFile) that begins with `name` where the vocabulary has another id for the token, or another piece
/// of its id.
void CheckAddedToken(const Vocabulary& vocabulary, const AddedToken& token, const std::string& name);

/// Whether a piece or an added token has this id.
bool HasId(const TokenizerParts& parts, std::int64_t id);

}  // namespace wherefore
