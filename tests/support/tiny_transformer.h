#pragma once

#include <string>

#include <ATen/core/Tensor.h>

#include "explain/tape.h"

namespace wherefore {

/// How a TinyTransformer makes logits of its last sequence.
enum class TinyHead {
  kMean,            ///< a linear layer on the mean of the image's tokens
  kClassToken,      ///< a linear layer on the class token
  kCrossAttention,  ///< a query a logit, which attends to the whole sequence
};

/// A vision transformer of one block, weights from a formula: small enough for finite differences. Its MLP has a ReLU,
/// so that every method is defined. Images (N, 2, 4, 6), which patches of 2 x 2 make a grid of 2 x 3; 8 channels, 2
/// heads; logits (N, 5). The sequence (N, L, 8) is a text's tokens, if any, a class token and the grid.
///
/// Layers: embeddings (the sequence before the block), block, both with their grid. Attention probabilities:
/// block.attention (N, 2, L, L), head.attention (N, 1, 5, L) of TinyHead::kCrossAttention.
struct TinyTransformer {
  explicit TinyTransformer(TinyHead kind, at::ScalarType type = at::kFloat);

  /// Logits of images and a text's tokens (N, tokens, 8), or none.
  at::Tensor Forward(const at::Tensor& images, Tape& tape, const at::Tensor& text = {}) const;

  /// The sequence before the block.
  at::Tensor Embedded(const at::Tensor& images, const at::Tensor& text = {}) const;

  /// The block's output for a sequence.
  at::Tensor Block(const at::Tensor& sequence, Tape& tape) const;

  /// The logits where the block gave this sequence.
  at::Tensor Logits(const at::Tensor& sequence, Tape& tape) const;

  /// The logits where the layer "embeddings" or "block" gave this sequence: without a tape.
  at::Tensor LogitsFrom(const std::string& layer, const at::Tensor& sequence) const;

  /// The grid in a sequence: its last tokens.
  static Places Grid() { return {2, 3, -6}; }

  TinyHead head;
  at::Tensor patches;                    // (8, 2, 2, 2)
  at::Tensor class_token;                // (1, 1, 8)
  at::Tensor positions;                  // (1, 7, 8)
  at::Tensor query, key, value, output;  // (8, 8)
  at::Tensor widen, narrow;              // (16, 8), (8, 16)
  at::Tensor head_queries;               // (5, 8)
  at::Tensor head_weights;               // (5, 8)
};

/// An image for a TinyTransformer: (1, 2, 4, 6).
at::Tensor TinyPicture(at::ScalarType type = at::kFloat);

/// The map (N, K, 2, 3) of the grid in a TinyTransformer's sequence, or in its gradient: by indices, without a tape.
at::Tensor TinyMap(const at::Tensor& sequence);

}  // namespace wherefore
