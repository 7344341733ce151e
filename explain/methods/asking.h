#pragma once

#include <functional>

#include <ATen/core/Tensor.h>

#include "explain/methods/method_options.h"
#include "explain/methods/subject.h"

namespace wherefore {

/// Asks a model about many variants of an image, or of its layer's output, in batches that the memory bound admits.
/// Without gradients but for DifferentiateImages().
class Asking {
 public:
  /// One forward pass, by which the batches are measured.
  /// Throws Error(kUsage) where the subject's layer gives no feature map and `needs_layer`.
  Asking(const Subject& subject, const MethodOptions& options, bool needs_layer);

  /// The layer's output for the subject's image: (1, K, h, w).
  const at::Tensor& activation() const { return activation_; }

  /// What the model says of the subject's image: (1, T).
  const TargetScores& whole() const { return whole_; }

  /// Asks about `count` images: `make(first, rows)` gives images (rows, 3, H, W), and `use` their scores (rows, T) with
  /// them.
  using Make = std::function<at::Tensor(int64_t first, int64_t rows)>;
  using Use = std::function<void(int64_t first, const at::Tensor& made, const TargetScores& scores)>;
  void AboutImages(int64_t count, const Make& make, const Use& use);

  /// The same for rows (rows, K, h, w) that stand in for the layer's output: only what comes behind the layer is
  /// computed for each.
  void AboutActivations(int64_t count, const Make& make, const Use& use);

  /// Hands `use` the gradient (rows, 3, H, W) of every target's score at `count` images.
  void DifferentiateImages(int64_t count, const Make& make,
                           const std::function<void(int64_t target, const at::Tensor& gradient)>& use);

 private:
  void Did(int64_t done, int64_t total) const;
  int64_t RowsAtOnce(int64_t bytes_a_row) const;

  const Subject& subject_;
  const MethodOptions& options_;
  at::Tensor activation_;
  TargetScores whole_;
  // Bytes of outputs of the network for one image.
  int64_t largest_ = 0;         ///< of one layer
  int64_t largest_behind_ = 0;  ///< the same, from the subject's layer on
  int64_t sum_ = 0;             ///< of all layers
};

}  // namespace wherefore
