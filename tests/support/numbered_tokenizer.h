#pragma once

#include <string>

#include "models/text/text.h"

namespace wherefore {

/// A vocabulary of made-up words, for models that have weights but no text: id 7 is the word "w7"; ids 0 to 3 are pad,
/// unknown, begin and end. Words of the form "w7+" have two pieces, 7 and 0.
class NumberedTokenizer : public Tokenizer {
 public:
  explicit NumberedTokenizer(int64_t size) : size_(size) {}

  TokenizedText Encode(const std::string& text) const override;
  TokenizedText Describe(const std::vector<int64_t>& ids) const override;
  int64_t size() const override { return size_; }
  int64_t unknown_id() const override { return 1; }

 private:
  int64_t size_;
};

}  // namespace wherefore
