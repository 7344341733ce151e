#include "models/transformers/parts.h"

#include <cmath>
#include <limits>
#include <vector>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "models/linear.h"

namespace wherefore {
namespace {

constexpr int64_t kMostSide = 16384;  // pixels

at::Tensor Gelu(const at::Tensor& x) { return at::gelu(x); }
at::Tensor GeluByTanh(const at::Tensor& x) { return at::gelu(x, "tanh"); }
at::Tensor QuickGelu(const at::Tensor& x) { return x * at::sigmoid(1.702 * x); }
at::Tensor Relu(const at::Tensor& x) { return at::relu(x); }
at::Tensor Silu(const at::Tensor& x) { return at::silu(x); }
at::Tensor Tanh(const at::Tensor& x) { return at::tanh(x); }

struct NamedActivation {
  const char* name;
  Activation activation;
};

constexpr NamedActivation kActivations[] = {{"gelu", Gelu},
                                            {"gelu_new", GeluByTanh},
                                            {"gelu_pytorch_tanh", GeluByTanh},
                                            {"gelu_fast", GeluByTanh},
                                            {"relu", Relu},
                                            {"silu", Silu},
                                            {"swish", Silu},
                                            {"quick_gelu", QuickGelu},
                                            {"tanh", Tanh}};

/// The product (rows, heads, m, n) of x (rows, heads, m, k) and y (rows or 1, groups, k, n), of each group of heads
/// with the one of y.
at::Tensor TimesByHead(const at::Tensor& x, const at::Tensor& y) {
  const int64_t groups = y.size(1);
  if (groups == x.size(1)) return at::matmul(x, y);
  const auto grouped = x.reshape({x.size(0), groups, -1, x.size(3)});
  return at::matmul(grouped, y).reshape({x.size(0), x.size(1), x.size(2), y.size(3)});
}

struct HeightAndWidth {
  int64_t height = 0;
  int64_t width = 0;
};

HeightAndWidth ReadSides(const HubConfig& config, const std::string& key, int64_t otherwise) {
  const auto* value = config.Find(key);
  if (value == nullptr || value->kind != JsonValue::Kind::kArray) {
    const auto side = config.Integer(key, otherwise, 1, kMostSide);
    return {side, side};
  }
  const auto sides = config.Integers(key, {}, 1, kMostSide);
  if (sides.size() != 2) config.Refuse(key, "a number, or a height and a width");
  return {sides[0], sides[1]};
}

}  // namespace

LinearLayer LinearLayer::Take(const WeightTree& weights, int64_t in, int64_t out, bool has_bias) {
  LinearLayer layer;
  layer.weight = weights.Take("weight", {out, in});
  if (has_bias) layer.bias = weights.Take("bias", {out});
  return layer;
}

LinearLayer LinearLayer::TakeHead(const WeightTree& weights, int64_t in) {
  return Take(weights, in, weights.ShapeOf("weight", 2)[0]);
}

at::Tensor LinearLayer::operator()(const at::Tensor& x) const { return FullyConnectedTokens(weight, bias, x); }

LayerNorm LayerNorm::Take(const WeightTree& weights, int64_t units, double epsilon) {
  return {weights.Take("weight", {units}), weights.Take("bias", {units}), epsilon};
}

at::Tensor LayerNorm::operator()(const at::Tensor& x) const {
  return at::layer_norm(x, weight.sizes(), weight, bias, epsilon);
}

Activation ReadActivation(const HubConfig& config, const std::string& key, const std::string& otherwise) {
  const auto name = config.Text(key, otherwise);
  std::vector<std::string> known;
  for (const auto& entry : kActivations) {
    if (name == entry.name) return entry.activation;
    known.emplace_back(entry.name);
  }
  config.Refuse(key, Listed(known, " or "));
}

at::Tensor SplitHeads(const at::Tensor& x, int64_t heads) {
  return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

at::Tensor Attend(const at::Tensor& queries, const KeysAndValues& seen, const at::Tensor& mask, const std::string& name,
                  Tape& tape) {
  const double scale = 1 / std::sqrt(static_cast<double>(queries.size(3)));
  auto scores = TimesByHead(queries * scale, seen.keys.transpose(2, 3));
  if (mask.defined()) scores = scores + mask;
  const auto probabilities = tape.Attention(name, scores.softmax(3));
  const auto read = TimesByHead(probabilities, seen.values).transpose(1, 2);
  return read.reshape({read.size(0), read.size(1), read.size(2) * read.size(3)});
}

at::Tensor CausalMask(int64_t before, int64_t length, const at::Tensor& like) {
  if (length == 1) return {};
  const auto later = at::full({length, before + length}, -std::numeric_limits<double>::infinity(), like.options());
  return later.triu(before + 1);
}

PatchEmbedding PatchEmbedding::Take(const WeightTree& weights, int64_t units, int64_t patch_height, int64_t patch_width,
                                    bool has_bias) {
  PatchEmbedding patches;
  patches.weight = weights.Take("weight", {units, 3, patch_height, patch_width});
  if (has_bias) patches.bias = weights.Take("bias", {units});
  return patches;
}

at::Tensor PatchEmbedding::operator()(const at::Tensor& images) const {
  return at::conv2d(images, weight, bias, {weight.size(2), weight.size(3)}).flatten(2).transpose(1, 2);
}

PatchGrid ReadPatchGrid(const HubConfig& config, int64_t image_size, int64_t patch_size) {
  const auto image = ReadSides(config, "image_size", image_size);
  const auto patch = ReadSides(config, "patch_size", patch_size);
  if (patch.height > image.height || patch.width > image.width) {
    config.Refuse("patch_size", "no larger than 'image_size'");
  }
  return {image.height, image.width, patch.height, patch.width};
}

void CheckImages(const at::Tensor& images, const PatchGrid& grid) {
  if (images.size(2) == grid.image_height && images.size(3) == grid.image_width) return;
  ThrowUsage("the network reads images of " + std::to_string(grid.image_width) + " x " +
             std::to_string(grid.image_height) + " pixels, not " + std::to_string(images.size(3)) + " x " +
             std::to_string(images.size(2)) + ": its positions are learned for these");
}

}  // namespace wherefore
