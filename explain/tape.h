#pragma once

#include <functional>
#include <string>
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

/// Lets a model's forward pass be differentiated into its layers without hooks.
///
/// A forward pass calls `x = tape.At("layer4", x)` after each layer that has a name. The first wanted
/// layer that it reaches is the cut: the tape hands back a detached leaf that requires gradients, so that
/// the graph begins there and the trunk before it builds none. Further wanted layers are recorded on the
/// way. A tape that wants nothing hands everything back as it is.
///
/// Many targets of one image share the trunk's pass: at the cut the tape expands one row to Rows() rows,
/// and row r of all that follows is target r's own copy. Where the number of targets is known only after
/// a first pass (a caption must be decoded before its words can be explained), Resume() starts the next
/// pass at the cut from the activation kept. Forward passes written with Stage() then skip what lies
/// before; those written with At() alone repeat it, and are right all the same.
class Tape {
 public:
  /// Wants nothing.
  Tape() = default;

  /// Wants these layers, named as the model names them; kImageLayer among them for the pixels.
  /// `rows`: what the cut expands a single row to; see Rows().
  explicit Tape(std::vector<std::string> layers, int64_t rows = 1);

  /// A named place in the forward pass. Returns what the model must go on with.
  at::Tensor At(const std::string& name, const at::Tensor& x);

  /// A named part of the forward pass, which may contain others: runs it on `x` and announces its result
  /// as At() does. Skipped where a resumed pass has no need of it.
  at::Tensor Stage(const std::string& name, const at::Tensor& x,
                   const std::function<at::Tensor(const at::Tensor&)>& run);

  /// A tensor that no image flows into (word embeddings), whose gradient is wanted beside the layers':
  /// handed back as a leaf, expanded from one row to Rows(). Only a tape that wants layers keeps it.
  at::Tensor Input(const std::string& name, const at::Tensor& x);

  /// Makes the next forward pass start at the cut that the pass before reached, with `rows` rows; the first pass,
  /// where there was none, starts at the beginning and expands at the cut all the same.
  void Resume(int64_t rows);

  /// How many rows a single row is expanded to at the cut. Always 1 where the image itself is the cut:
  /// a whole trunk a target would cost more than a backward pass a target.
  int64_t Rows() const { return rows_; }

  /// Whether the present forward pass has reached a wanted layer.
  bool HasCut() const { return !layers_.empty(); }

  bool WantsImage() const;

  /// What was kept in the latest pass, in the order in which the pass reached it.
  const std::vector<Tapped>& layers() const { return layers_; }
  const std::vector<Tapped>& inputs() const { return inputs_; }

  /// Every name announced so far, in order, with the shape of the tensor.
  struct Seen {
    std::string name;
    std::vector<int64_t> shape;
  };
  const std::vector<Seen>& seen() const { return seen_; }

  /// Throws Error(kUsage) where a wanted layer was never reached, and offers the nearest names.
  void CheckAllReached() const;

 private:
  bool Wants(const std::string& name) const;
  at::Tensor Expanded(const at::Tensor& x) const;
  at::Tensor Cut(const std::string& name, const at::Tensor& x);

  std::vector<std::string> wanted_;
  int64_t rows_ = 1;
  std::vector<Tapped> layers_;
  std::vector<Tapped> inputs_;
  std::vector<Seen> seen_;

  // What a resumed pass starts from: the cut's single-row activation, and the input of the innermost
  // stage around it (empty name where the cut is no part of a larger stage).
  Tapped start_;
  Tapped stage_before_start_;
  bool resuming_ = false;
};

}  // namespace wherefore
