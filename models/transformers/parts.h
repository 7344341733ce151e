#pragma once

#include <cstdint>
#include <string>

#include <ATen/core/Tensor.h>

#include "explain/tape.h"
#include "models/files/weight_tree.h"
#include "models/hugging_face/hub_config.h"

namespace wherefore {

// The parts that transformers are made of, as functions of weights that a WeightTree took. `In` and `out` are numbers
// of units; a sequence is (rows, tokens, units).

/// x weight^T + bias, of weights `weight` (out, in) and, where it has one, `bias` (out).
struct LinearLayer {
  at::Tensor weight;
  at::Tensor bias;

  static LinearLayer Take(const WeightTree& weights, int64_t in, int64_t out, bool has_bias = true);

  /// With as many outputs as the file has: a classifier's head.
  static LinearLayer TakeHead(const WeightTree& weights, int64_t in);
  at::Tensor operator()(const at::Tensor& x) const;

  /// Tape::Linear(): of a layer's output.
  at::Tensor operator()(const at::Tensor& x, const Tape& tape) const { return tape.Linear(x, weight, bias); }
};

/// Layer normalisation of the last dimension.
struct LayerNorm {
  at::Tensor weight;
  at::Tensor bias;
  double epsilon = 0;

  static LayerNorm Take(const WeightTree& weights, int64_t units, double epsilon);
  at::Tensor operator()(const at::Tensor& x) const;
};

/// An activation function by transformers' name: "gelu", "gelu_new", "gelu_pytorch_tanh", "quick_gelu", "relu", "silu"
/// or "swish", "tanh".
using Activation = at::Tensor (*)(const at::Tensor& x);

/// The activation under a key. Throws Error(kBadFile) with the names that are known.
Activation ReadActivation(const HubConfig& config, const std::string& key, const std::string& otherwise);

/// Keys and values of the tokens that queries attend to, each (rows, heads, tokens, units of a head).
struct KeysAndValues {
  at::Tensor keys;
  at::Tensor values;
};

/// (rows, tokens, heads x units) as (rows, heads, tokens, units).
at::Tensor SplitHeads(const at::Tensor& x, int64_t heads);

/// Attention of queries (rows, heads, queries, units), scaled by 1 / sqrt(units), to keys and values of as many rows,
/// or of one row that all attend to: (rows, queries, heads x units). Keys and values may have fewer heads, each of
/// which as many heads of queries attend to, one group after the other (Ainslie et al. 2023). `mask`, where it is
/// defined, is added to the scores: 0 where a query may look, else -infinity; it must broadcast to (rows, heads,
/// queries, tokens). The probabilities are announced to the tape under `name`.
at::Tensor Attend(const at::Tensor& queries, const KeysAndValues& seen, const at::Tensor& mask, const std::string& name,
                  Tape& tape);

/// The mask with which `length` tokens behind `before` others see those and, of themselves, none that comes later:
/// (length, before + length), of the dtype and device of `like`; undefined for one token, which sees all.
at::Tensor CausalMask(int64_t before, int64_t length, const at::Tensor& like);

/// Convolution of images (N, 3, H, W) with kernels as large as their steps, as tokens row by row: (N, h x w, units).
struct PatchEmbedding {
  at::Tensor weight;  ///< (units, 3, patch height, patch width)
  at::Tensor bias;    ///< (units), or undefined

  static PatchEmbedding Take(const WeightTree& weights, int64_t units, int64_t patch_height, int64_t patch_width,
                             bool has_bias = true);
  at::Tensor operator()(const at::Tensor& images) const;
};

/// Where a tower that sees images has its patches.
struct PatchGrid {
  int64_t image_height = 0;
  int64_t image_width = 0;
  int64_t patch_height = 0;
  int64_t patch_width = 0;

  int64_t height() const { return image_height / patch_height; }
  int64_t width() const { return image_width / patch_width; }
  int64_t size() const { return height() * width(); }

  /// Behind `first` other tokens.
  Places places(int64_t first) const { return {height(), width(), first}; }
};

/// Reads 'image_size' and 'patch_size', each a number or a pair (height, width).
PatchGrid ReadPatchGrid(const HubConfig& config, int64_t image_size, int64_t patch_size);

/// Throws Error(kUsage) where images (N, 3, H, W) are not of the size that the grid is made for.
void CheckImages(const at::Tensor& images, const PatchGrid& grid);

}  // namespace wherefore
