#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace wherefore {

/// The bytes [begin, end) of a text in UTF-8.
struct ByteSpan {
  int64_t begin = 0;
  int64_t end = 0;
};

/// A text cut into pieces of a vocabulary, and the words that they make up.
struct TokenizedText {
  /// As a reader sees it. Of Encode(): the text given, in lower case where the tokenizer reads it so; where it changes
  /// words in another way (SentencePiece's normaliser makes "fi" of a ligature), the words that it reads, a space
  /// between them. Of Describe(): the words as the tokenizer's decoder joins them.
  std::string text;
  std::vector<int64_t> ids;           ///< one a piece
  std::vector<std::string> pieces;    ///< as the vocabulary spells them ("▁dog" for SentencePiece)
  std::vector<ByteSpan> piece_spans;  ///< one a piece: its whole characters in `text`; of HuggingFaceTokenizer alone
  std::vector<int64_t> word;          ///< one a piece: the index into `words`
  std::vector<std::string> words;     ///< as a reader sees them: pieces joined, in order
  std::vector<ByteSpan> spans;        ///< one a word: text.substr(begin, end - begin) is the word
  std::vector<std::string> unknown_words;  ///< words with a piece that the vocabulary lacks
};

/// Sets `text` and `spans` from `words`: joined, a space between them.
void JoinWords(TokenizedText* tokenized);

/// Sets `text` and `spans` of a text that was encoded: `text` is `read` where the words stand in it one after the
/// other, with ASCII white space alone before and between them, else what JoinWords() makes.
void PlaceWords(const std::string& read, TokenizedText* tokenized);

/// The part of the text from the word `first` on, `count` words long (at least 1).
ByteSpan SpanOfWords(const TokenizedText& tokenized, int64_t first, int64_t count);

/// The bytes of a text in a span that lies in it.
std::string TextIn(const std::string& text, const ByteSpan& span);

/// ASCII white space: a space, or one of the five from the tabulator to the carriage return.
bool IsWhiteSpace(char byte);

/// Text to ids and back. Implementations: SentencePiece models, and word lists with one word a line.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  /// Throws Error(kUsage) for text that is not UTF-8.
  virtual TokenizedText Encode(const std::string& text) const = 0;

  /// The same view of ids that a model produced. Ids out of range throw Error(kUsage).
  virtual TokenizedText Describe(const std::vector<int64_t>& ids) const = 0;

  virtual int64_t size() const = 0;
  virtual int64_t unknown_id() const = 0;
};

/// Reads `tokenizer.model`. `lowercase`: text is lower-cased before it is encoded.
/// Throws Error(kBadFile) naming the file.
std::unique_ptr<Tokenizer> LoadSentencePiece(const std::string& path, bool lowercase);

/// Reads `vocab.txt`: one word a line, the line number from 0 its id; `unknown` is the word for all others
/// (an error where the list lacks it). Text is cut at white space; punctuation around a word that the list lacks is
/// cut off, each mark a piece of its own where the list has it, and ignored where not.
std::unique_ptr<Tokenizer> LoadWordList(const std::string& path, bool lowercase, const std::string& unknown = "<unk>");

/// The same for a list held in memory; `name` stands for the path in error texts.
std::unique_ptr<Tokenizer> ParseWordList(const std::string& list, const std::string& name, bool lowercase,
                                         const std::string& unknown = "<unk>");

/// The lines of a list of words, labels or answers, without their line ends (\n or \r\n; the last may lack it).
/// Throws Error(kBadFile) that begins with `name`: no line at all, an empty one, text that is not UTF-8.
std::vector<std::string> SplitLines(const std::string& list, const std::string& name);

/// Whether the bytes are well-formed UTF-8 (no overlong forms, no surrogates).
bool IsUtf8(const std::string& text);

/// The text in lower case, each character by itself: one character stays one (no final sigma, "i" for U+0130).
/// Malformed bytes stay as they are.
std::string LowerCaseUtf8(const std::string& text);

}  // namespace wherefore
