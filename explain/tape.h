#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// The name under which a model's forward pass announces its preprocessed image: `x = tape.At(kImageLayer, x)`.
/// A tape that wants it cuts there, so that gradients reach the pixels.
inline constexpr const char* kImageLayer = "image";

/// One tensor that a tape kept: a layer's output or a named input (the word embeddings).
struct Tapped {
  std::string name;
  at::Tensor value;  ///< (R, ...), R = rows; what the rest of the model was computed from
};

/// Lets one forward pass of a model be differentiated into its layers without hooks.
///
/// A forward pass calls `x = tape.At("layer4", x)` after each layer that has a name. The first wanted
/// layer that it reaches is the cut: the tape hands back a detached leaf that requires gradients, so that
/// the graph begins there and the trunk before it builds none. Further wanted layers are recorded on the
/// way, or are leaves too where they lie on a parallel branch; so is the first one where a wanted input leads to it,
/// which then gets its gradients as well. A tape that wants nothing hands everything back as it
/// is.
class Tape {
 public:
  /// Wants nothing.
  Tape() = default;

  /// Wants these layers and inputs, named as the model names them; kImageLayer among them for the pixels.
  explicit Tape(std::vector<std::string> wanted) : wanted_(std::move(wanted)) {}

  /// What the model goes on with in place of a layer's output, made from that output: to ablate channels, say. May have
  /// another number of rows where the rest of the model takes that.
  void Substitute(const std::string& layer, std::function<at::Tensor(const at::Tensor& output)> substitute) {
    substitutes_.emplace_back(layer, std::move(substitute));
  }

  /// A named place in the forward pass. Returns what the model must go on with.
  at::Tensor At(const std::string& name, const at::Tensor& output);

  /// A named tensor that no image flows into (word embeddings): handed back as a leaf where it is wanted.
  at::Tensor Input(const std::string& name, const at::Tensor& x);

  /// What was kept, in the order in which the pass reached it.
  const std::vector<Tapped>& layers() const { return layers_; }
  const std::vector<Tapped>& inputs() const { return inputs_; }

  /// Every layer announced so far, in order, with the shape of its output. A tape that wants and substitutes nothing
  /// keeps none.
  struct Seen {
    std::string name;
    std::vector<int64_t> shape;
  };
  const std::vector<Seen>& seen() const { return seen_; }

  /// Throws Error(kUsage) where something wanted, or to be substituted, was never reached, and offers the nearest
  /// names.
  void CheckAllReached() const;

 private:
  bool Wants(const std::string& name) const;

  std::vector<std::string> wanted_;
  std::vector<std::pair<std::string, std::function<at::Tensor(const at::Tensor& output)>>> substitutes_;
  std::vector<Tapped> layers_;
  std::vector<Tapped> inputs_;
  std::vector<Seen> seen_;
};

}  // namespace wherefore
