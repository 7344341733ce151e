#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/families.h"
#include "models/hugging_face/hub_config.h"
#include "models/text/hugging_face_tokenizer.h"
#include "models/transformers/llama.h"

namespace wherefore {

// What models share that read an image's tokens within a prompt, which is a question in a form of its own, and go on
// with a text model.

/// A prompt's sequence of embeddings.
class ImagePrompt {
 public:
  /// `caption`: ids of what is asked where nothing is; `image_id`: the id in whose place the image stands.
  ImagePrompt(std::vector<int64_t> caption, int64_t image_id) : caption_(std::move(caption)), image_id_(image_id) {}

  /// Embeddings (N, L - 1 + T, units) of ids (1 or N, L), or where they are undefined of those of a caption, with an
  /// image's tokens (N, T, units). The word embeddings pass through tape.Input(kPromptInput).
  at::Tensor Sequence(const at::Tensor& ids, const at::Tensor& image, const LlamaDecoder& decoder, Tape& tape) const;

 private:
  std::vector<int64_t> caption_;
  int64_t image_id_;
};

/// The id in whose place an image stands, by key 'image_token_index' or 'image_token_id'. Throws Error(kBadFile) for
/// one that the tokenizer lacks.
int64_t ReadImageId(const HubConfig& config, const HuggingFaceTokenizer& tokenizer, int64_t otherwise);

/// The piece of an id: "<image>".
std::string TextOfId(const HuggingFaceTokenizer& tokenizer, int64_t id);

/// The id of the token with a role ("bos_token"). Throws Error(kBadFile) where the directory's tokenizer has none.
int64_t RequireMark(const ModelFiles& files, const HuggingFaceTokenizer& tokenizer, const std::string& role);

/// Makes a model one that answers questions in a form, and writes captions too: sets its tokenizer, and how texts are
/// written. Throws Error(kBadFile).
void AskByImagePrompt(const ModelFiles& files, const std::shared_ptr<const HuggingFaceTokenizer>& tokenizer,
                      const QuestionForm& form, const LlamaOptions& text, Model* model);

}  // namespace wherefore
