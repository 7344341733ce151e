#include <algorithm>
#include <cctype>
#include <unordered_map>
#include <utility>

#include "explain/error.h"
#include "models/files/files.h"
#include "models/text/text.h"

namespace wherefore {
namespace {

// ASCII only: all other characters belong to words.
bool IsPunctuation(char byte) { return std::ispunct(static_cast<unsigned char>(byte)) != 0 && (byte & 0x80) == 0; }

class WordList : public Tokenizer {
 public:
  WordList(std::vector<std::string> words, bool lowercase, const std::string& unknown, const std::string& name)
      : words_(std::move(words)), lowercase_(lowercase) {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      const auto [place, is_new] = ids_.emplace(words_[i], static_cast<int64_t>(i));
      if (!is_new) {
        ThrowBadFile(name + ": line " + std::to_string(i + 1) + " repeats the word '" + words_[i] + "' of line " +
                     std::to_string(place->second + 1));
      }
    }
    const auto found = ids_.find(unknown);
    if (found == ids_.end()) ThrowBadFile(name + ": no line has the word '" + unknown + "' for unknown ones");
    unknown_id_ = found->second;
  }

  TokenizedText Encode(const std::string& text) const override {
    if (!IsUtf8(text)) ThrowUsage("the text is not UTF-8; convert it and try again");
    const std::string read = lowercase_ ? LowerCaseUtf8(text) : text;
    TokenizedText result;
    result.text = read;
    for (auto begin = read.begin(); begin != read.end();) {
      begin = std::find_if_not(begin, read.end(), IsWhiteSpace);
      const auto end = std::find_if(begin, read.end(), IsWhiteSpace);
      if (begin != end) EncodeChunk(std::string(begin, end), begin - read.begin(), result);
      begin = end;
    }
    return result;
  }

  TokenizedText Describe(const std::vector<int64_t>& ids) const override {
    TokenizedText result;
    for (const int64_t id : ids) {
      if (id < 0 || id >= size()) {
        ThrowUsage("id " + std::to_string(id) + " is no word: the vocabulary has " + std::to_string(size()));
      }
      Append(id, words_[static_cast<std::size_t>(id)], 0, result);
    }
    JoinWords(&result);
    return result;
  }

  int64_t size() const override { return static_cast<int64_t>(words_.size()); }
  int64_t unknown_id() const override { return unknown_id_; }

 private:
  /// Text between white space, `place` bytes into the whole.
  void EncodeChunk(const std::string& chunk, int64_t place, TokenizedText& result) const {
    const auto core_begin = Knows(chunk) ? chunk.begin() : std::find_if_not(chunk.begin(), chunk.end(), IsPunctuation);
    const auto core_end =
        Knows(chunk) ? chunk.end()
                     : std::find_if_not(chunk.rbegin(), std::make_reverse_iterator(core_begin), IsPunctuation).base();
    AppendMarks(std::string(chunk.begin(), core_begin), place, result);
    const std::string core(core_begin, core_end);
    if (!core.empty()) {
      const auto found = ids_.find(core);
      Append(found == ids_.end() ? unknown_id_ : found->second, core, place + (core_begin - chunk.begin()), result);
    }
    AppendMarks(std::string(core_end, chunk.end()), place + (core_end - chunk.begin()), result);
  }

  void AppendMarks(const std::string& marks, int64_t place, TokenizedText& result) const {
    for (const char mark : marks) {
      const auto found = ids_.find(std::string(1, mark));
      if (found != ids_.end()) Append(found->second, found->first, place, result);
      ++place;
    }
  }

  void Append(int64_t id, const std::string& word, int64_t place, TokenizedText& result) const {
    result.ids.push_back(id);
    result.pieces.push_back(words_[static_cast<std::size_t>(id)]);
    result.word.push_back(static_cast<int64_t>(result.words.size()));
    result.words.push_back(word);
    result.spans.push_back({place, place + static_cast<int64_t>(word.size())});
    if (id == unknown_id_) result.unknown_words.push_back(word);
  }

  bool Knows(const std::string& word) const { return ids_.count(word) != 0; }

  std::vector<std::string> words_;
  std::unordered_map<std::string, int64_t> ids_;
  bool lowercase_;
  int64_t unknown_id_ = 0;
};

}  // namespace

std::unique_ptr<Tokenizer> ParseWordList(const std::string& list, const std::string& name, bool lowercase,
                                         const std::string& unknown) {
  return std::make_unique<WordList>(SplitLines(list, name), lowercase, unknown, name);
}

std::unique_ptr<Tokenizer> LoadWordList(const std::string& path, bool lowercase, const std::string& unknown) {
  return ParseWordList(ReadFile(path), path, lowercase, unknown);
}

}  // namespace wherefore
