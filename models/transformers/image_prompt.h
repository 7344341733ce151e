#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "models/families.h"
#include "models/hugging_face/hub_config.h"
#include "models/text/hugging_face_tokenizer.h"
#include "models/transformers/llama.h"

namespace wherefore {

// What models share that read an image's tokens within a prompt, which is a question in a form of its own, and go on
// with a text model.

/// A prompt's embeddings (N, L - 1 + T, units): of ids (1 or N, L), with an image's tokens (N, T, units) in the place
/// of `image_id`. The word embeddings pass through tape.Input(kPromptInput). Throws Error(kUsage) where no ids are
/// given.
at::Tensor ImagePrompt(const at::Tensor& ids, const at::Tensor& image, int64_t image_id, const LlamaDecoder& decoder,
                       Tape& tape);

/// The id in whose place an image stands, by key 'image_token_index' or 'image_token_id'. Throws Error(kBadFile) for
/// one that the tokenizer lacks.
int64_t ReadImageId(const HubConfig& config, const HuggingFaceTokenizer& tokenizer, int64_t otherwise);

/// The piece of an id: "<image>".
std::string TextOfId(const HuggingFaceTokenizer& tokenizer, int64_t id);

/// The id of the token with a role ("bos_token"). Throws Error(kBadFile) where the directory's tokenizer has none.
int64_t RequireMark(const ModelFiles& files, const HuggingFaceTokenizer& tokenizer, const std::string& role);

/// Makes a model one that answers questions in a form, and writes captions where it is asked `caption_question`: sets
/// its tokenizer, and how texts are written. Throws Error(kBadFile).
void AskByImagePrompt(const ModelFiles& files, const std::shared_ptr<const HuggingFaceTokenizer>& tokenizer,
                      const QuestionForm& form, const std::string& caption_question, const LlamaOptions& text,
                      Model* model);

}  // namespace wherefore
