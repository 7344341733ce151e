#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/text/text.h"

namespace wherefore {

struct TokenizerParts;
class AddedTokens;

/// How ids become a text.
struct DetokenizeOptions {
  bool skip_special_tokens = false;  ///< leaves out the end of a text, padding and the like
  /// Removes the spaces before marks and contractions ("it ' s ." becomes "it's."). Of BPE vocabularies, which keep
  /// spaces as they were, it changes nothing. Without a value: as the tokenizer's own configuration says.
  std::optional<bool> clean_up_tokenization_spaces;
};

/// What a tokenizer's configuration says beside its vocabulary.
struct TokenizerSettings {
  /// The texts of tokens with a role: "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token",
  /// "mask_token", "image_token" and others that a model adds.
  std::map<std::string, std::string> special_tokens;
  bool clean_up_tokenization_spaces = false;
  std::optional<std::int64_t> max_length;  ///< most pieces that the model takes, where that is said
};

/// The tokenizer of a Hugging Face model directory. It may be used by several threads at once.
class HuggingFaceTokenizer : public Tokenizer {
 public:
  HuggingFaceTokenizer(TokenizerParts parts, TokenizerSettings settings);
  ~HuggingFaceTokenizer() override;

  /// Without special tokens around the text; those that are written out in it count. `text` of the result is the text
  /// given, and all spans lie in it, also where the pieces are of a normalized one.
  TokenizedText Encode(const std::string& text) const override;

  /// The text as Decode() has it without options, special tokens shown. Ids that no piece has show as "",
  /// also those beyond size(): networks are often padded to a round number of words. Negative ids throw Error(kUsage).
  TokenizedText Describe(const std::vector<int64_t>& ids) const override;

  /// As transformers' decode(): ids that no piece has are left out.
  std::string Decode(const std::vector<int64_t>& ids, const DetokenizeOptions& options = {}) const;

  /// One more than the largest id, of pieces and of added tokens.
  int64_t size() const override { return size_; }

  /// -1 where there is none.
  int64_t unknown_id() const override;

  /// What goes around a single text: [CLS] before and [SEP] behind it, say.
  const std::vector<int64_t>& special_ids_before() const;
  const std::vector<int64_t>& special_ids_behind() const;
  std::vector<int64_t> WithSpecialTokens(const std::vector<int64_t>& ids) const;

  /// Id of a piece or an added token by its text: Id("<image>").
  std::optional<int64_t> Id(const std::string& token) const;

  /// Id of the token with a role: SpecialId("bos_token"). Roles are those of TokenizerSettings.
  std::optional<int64_t> SpecialId(const std::string& role) const;

  bool IsSpecial(int64_t id) const;
  const TokenizerSettings& settings() const { return settings_; }

 private:
  /// A text that is being put together, and where each piece stands in it.
  TokenizedText Decoded(const std::vector<int64_t>& ids, const DetokenizeOptions& options) const;
  const std::string* Piece(int64_t id) const;

  std::unique_ptr<const TokenizerParts> parts_;
  std::unique_ptr<const AddedTokens> added_;
  TokenizerSettings settings_;
  int64_t size_ = 0;
};

/// Reads the tokenizer of a directory: tokenizer.json where it is there, else the older files: vocab.txt (BERT),
/// vocab.json with merges.txt (GPT-2, CLIP), tokenizer.model, sentencepiece.bpe.model or spiece.model (SentencePiece).
/// tokenizer_config.json, special_tokens_map.json and added_tokens.json say the rest. Throws Error(kBadFile).
std::unique_ptr<HuggingFaceTokenizer> LoadHuggingFaceTokenizer(const std::string& directory);

}  // namespace wherefore
