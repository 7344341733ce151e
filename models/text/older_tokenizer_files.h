#pragma once

#include <string>

#include "models/text/json_component.h"
#include "models/text/tokenizer_parts.h"

namespace wherefore {

/// The parts of a tokenizer whose directory has no tokenizer.json, as transformers makes them of the older files. Each
/// is handed the directory and its tokenizer_config.json. `tokenizer_class` is the class that the configuration names,
/// without "Fast"; empty where it names none, and then set to the one that the files are of. Added tokens are not among
/// the parts yet, but for those of a SentencePiece model.
/// Throws Error(kBadFile): files that are none, a class whose tokenizer is made in another way.

/// vocab.txt, one piece a line: BertTokenizer and those that are made as it is.
TokenizerParts ReadVocabularyText(const std::string& directory, const JsonComponent& config,
                                  std::string* tokenizer_class);

/// vocab.json and merges.txt: GPT2Tokenizer, RobertaTokenizer, BartTokenizer, CLIPTokenizer.
TokenizerParts ReadVocabularyAndMerges(const std::string& directory, const JsonComponent& config,
                                       std::string* tokenizer_class);

/// A SentencePiece model: LlamaTokenizer, GemmaTokenizer, T5Tokenizer. Of LlamaTokenizer with "legacy" false (or
/// unsaid) as transformers 5 does it, which merges in the order of the vocabulary and takes "<s>" in a text for the
/// token; else SentencePiece itself cuts the text.
TokenizerParts ReadSentencePieceModel(const std::string& path, const JsonComponent& config,
                                      std::string* tokenizer_class);

}  // namespace wherefore
