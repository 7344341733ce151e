#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// The name under which a model's forward pass announces its preprocessed image: `x = tape.At(kImageLayer, x)`.
/// A tape that wants it cuts there, so that gradients reach the pixels.
inline constexpr const char* kImageLayer = "image";

/// Where a layer's output has its places. The default says that the output is a map (N, K, h, w) already; with a size,
/// it is a sequence of tokens (N, L, K) of which height x width are a grid, row by row, or a map with its channels last
/// (N, height, width, K).
struct Places {
  int64_t height = 0;  ///< of the grid; 0: the output is a map already
  int64_t width = 0;
  int64_t first = 0;  ///< the grid's first token: 1 behind a class token, say; negative counts from the sequence's end
};

class TokenGrid;

/// One tensor that a tape kept: a layer's output, attention probabilities or a named input (the word embeddings).
struct Tapped {
  std::string name;
  at::Tensor value;           ///< (R, ...), R = rows; of a grid its map. What the rest of the model was computed from
  bool is_attention = false;  ///< probabilities (R, heads, queries, keys)
  /// (R, K, 1, 1) zeros that `value` has been added, where only the mean of its gradient is wanted: a score's gradient
  /// here is the sum of that at each place. Else undefined.
  at::Tensor shift = {};
};

/// Lets one forward pass of a model be differentiated into its layers without hooks.
///
/// A forward pass calls `x = tape.At("layer4", x)` after each layer that has a name, and goes on with what it is handed
/// back. The first wanted layer that it reaches is the cut: there the tape hands back a detached leaf that requires
/// gradients, so that the graph begins there and the trunk before it builds none. A wanted layer that the cut, or a
/// wanted input, leads to is recorded as it is, on the graph. One that neither leads to, on a parallel branch, becomes
/// a leaf too. A tape that wants nothing hands everything back as it is.
///
/// A transformer says where its tokens are a grid: `x = tape.At("encoder.layers.11", x, {24, 24, /*first=*/1})`. What
/// is kept, and substituted, of such a layer is the map (N, K, h, w) of the grid's tokens; the model goes on with the
/// sequence put together again, whose other tokens (a class token, a text's) stay on the graph as they are.
class Tape {
 public:
  /// Wants nothing.
  Tape() = default;

  /// Wants these layers, attention probabilities and inputs, named as the model names them; kImageLayer among them for
  /// the pixels.
  explicit Tape(std::vector<std::string> wanted) : wanted_(std::move(wanted)) {}

  /// Of the gradient at this wanted layer, where it is the cut and a grid of tokens, only the mean over the places is
  /// wanted: Linear() then takes it early.
  void WantMean(const std::string& layer) { means_.push_back(layer); }

  /// What the model goes on with in place of a layer's output, made from that output (of a grid: a map from its map):
  /// to ablate channels, say. May have another number of rows where the rest of the model takes that; a sequence of one
  /// row has its other tokens repeated for it.
  void Substitute(const std::string& layer, std::function<at::Tensor(const at::Tensor& output)> substitute) {
    substitutes_.emplace_back(layer, std::move(substitute));
  }

  /// A named place in the forward pass. Returns what the model must go on with, shaped as `output`.
  /// Throws Error(kUsage) where `places` do not fit `output`, or a substitute does not fit the places.
  at::Tensor At(const std::string& name, const at::Tensor& output, const Places& places = {});

  /// x weight^T + bias (see at::linear) of a layer's output `x` as At() returned it, or of anything else. Through it
  /// the mean of a gradient does not go back to each place of a layer of WantMean(): as the product with the weight is
  /// linear, the mean is taken first, and then multiplied.
  at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) const;

  /// Whether a forward pass must compute attention probabilities and hand them to Attention(). Where it need not, a
  /// fused kernel may do without them; FusedAttention() then announces what there would have been.
  bool WantsAttention(const std::string& name) const;

  /// Attention probabilities (N, heads, queries, keys), announced, kept and substituted as a layer's output is, under a
  /// name that no layer has. Returns what the values must be weighted with.
  at::Tensor Attention(const std::string& name, const at::Tensor& probabilities);

  /// Announces attention probabilities (N, heads, queries, keys) that nobody wants and a fused kernel does without.
  void FusedAttention(const std::string& name, at::IntArrayRef sizes);

  /// A named tensor that no image flows into (word embeddings): handed back as a leaf where it is wanted.
  at::Tensor Input(const std::string& name, const at::Tensor& x);

  /// The layers and attention probabilities that were kept, in the order in which the pass reached them.
  const std::vector<Tapped>& layers() const { return layers_; }

  /// The named inputs that were kept, in the order in which the pass reached them.
  const std::vector<Tapped>& inputs() const { return inputs_; }

  /// A layer, or attention probabilities, that a forward pass announced.
  struct Seen {
    std::string name;
    std::vector<int64_t> shape;  ///< of the output; of a grid that of its map (N, K, h, w)
    bool is_attention = false;   ///< probabilities (N, heads, queries, keys)
  };

  /// Everything announced so far but the inputs, in order. A tape that wants and substitutes nothing keeps none.
  const std::vector<Seen>& seen() const { return seen_; }

  /// Throws Error(kUsage) where something wanted, or to be substituted, was never reached, and offers the nearest
  /// names.
  void CheckAllReached() const;

 private:
  bool Wants(const std::string& name) const;
  bool Substitutes(const std::string& name) const;
  bool IsIdle() const { return wanted_.empty() && substitutes_.empty(); }
  at::Tensor Substituted(const std::string& name, at::Tensor x) const;
  at::Tensor Kept(const std::string& name, const at::Tensor& x, bool is_attention);
  bool WantsMean(const std::string& name) const;
  at::Tensor KeptMean(const std::string& name, const TokenGrid& grid);

  /// A layer's output of which the mean gradient is wanted.
  struct Shifted {
    at::Tensor output;  ///< as At() returned it
    at::Tensor shift;   ///< (R, K, 1, 1)
    at::Tensor places;  ///< (L, 1): 1 at the grid's tokens, 0 beside them
  };

  std::vector<std::string> wanted_;
  std::vector<std::pair<std::string, std::function<at::Tensor(const at::Tensor& output)>>> substitutes_;
  std::vector<std::string> means_;
  std::vector<Shifted> shifted_;
  std::vector<Tapped> layers_;
  std::vector<Tapped> inputs_;
  std::vector<Seen> seen_;
};

}  // namespace wherefore
