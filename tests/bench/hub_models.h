#pragma once

#include <string>

#include <ATen/core/ScalarType.h>
#include <c10/core/Device.h>

#include "models/model.h"

namespace wherefore {

/// Models of Hugging Face directories at the sizes that people use, with random weights: speed and memory do not depend
/// on what they say. Texts have 12 pieces, each a word, and never end before.
enum class HubModelSize {
  kBlipBase,     ///< Salesforce/blip-image-captioning-base: 384 pixels, 577 tokens
  kBlipVqaBase,  ///< Salesforce/blip-vqa-base
  kVitGpt2,      ///< nlpconnect/vit-gpt2-image-captioning: 224 pixels, 197 tokens
  kPaliGemma3b,  ///< google/paligemma-3b-pt-224
};

/// Of the dtype that the weights are kept in.
Model RandomHubModel(HubModelSize size, c10::Device device, at::ScalarType dtype = at::kFloat);

/// (1, 3, side, side), as the model reads them.
at::Tensor RandomImageFor(const Model& model, int64_t side);

}  // namespace wherefore
