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

/// A SentencePiece model: LlamaTokenizer, GemmaTokenizer, T5Tokenizer. SentencePiece itself cuts the text where the
/// model is a unigram one or the configuration says "legacy"; else (byte pairs of Llama and Gemma) it is cut as
/// transformers 5 does it, which merges in the order of the vocabulary: other pieces where several spaces follow one
/// another.
TokenizerParts ReadSentencePieceModel(const std::string& path, const JsonComponent& config,
                                      std::string* tokenizer_class);

/// Sections of a tokenizer.json that are written out in our sources.
Normalizer NormalizerOf(const std::string& json);
PreTokenizer PreTokenizerOf(const std::string& json);
Decoder DecoderOf(const std::string& json);

}  // namespace wherefore
