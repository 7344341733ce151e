#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include "explain/tape.h"
#include "models/model_directory.h"

namespace wherefore {

/// A layer of a model of any task, to be looked at through many images.
class DissectedLayer {
 public:
  /// `layer`: "" for the model's own default. Throws Error(kUsage) where there is no such layer, or it gives no feature
  /// map; Error(kBadFile) as loading does.
  DissectedLayer(const std::string& directory, const std::string& layer, c10::Device device);

  const ModelInfo& info() const { return info_; }
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
  using Forward = std::function<void(const at::Tensor& images, const std::vector<int64_t>& question, Tape& tape)>;

  at::Tensor Run(const at::Tensor& images, const std::vector<int64_t>& question) const;

  ModelInfo info_;
  std::string layer_;
  c10::Device device_;
  std::string fingerprint_;
  Forward forward_;
  std::function<std::vector<int64_t>(const std::string& question)> encode_;  ///< none where nothing is asked
  int64_t channels_ = 0;
  bool depends_on_question_ = false;
};

}  // namespace wherefore
