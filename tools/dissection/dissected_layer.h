#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include "models/model.h"

namespace wherefore {

/// A layer of a model of any task, to be looked at through many images.
class DissectedLayer {
 public:
  /// `layer`: "" for the model's own default. Throws Error(kUsage) where there is no such layer, or it gives no feature
  /// map.
  DissectedLayer(Model model, const std::string& layer, c10::Device device);

  const ModelInfo& info() const { return model_.info; }
  const std::string& layer() const { return layer_; }
  int64_t channels() const { return channels_; }
  const std::string& fingerprint() const { return fingerprint_; }  ///< of the network

  /// Whether the layer sees the question too, so that without one it shows nothing.
  bool depends_on_question() const { return depends_on_question_; }

  /// Activations (N, K, h, w), on the host, of images (N, 3, H, W) as the model is shown them, each with its question;
  /// questions are only looked at where the layer depends on them. Throws Error(kUsage) for a question without a known
  /// word.
  at::Tensor Activations(const at::Tensor& images, const std::vector<std::string>& questions) const;

 private:
  at::Tensor Run(const at::Tensor& images, const std::vector<int64_t>& question) const;

  Model model_;
  std::string layer_;
  c10::Device device_;
  std::string fingerprint_;
  int64_t channels_ = 0;
  bool depends_on_question_ = false;
};

}  // namespace wherefore
