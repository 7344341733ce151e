#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <torch/nn/module.h>

#include "explain/tape.h"

namespace wherefore {

/// How convolutions and poolings of stride 2 are padded.
enum class Padding {
  kSymmetric,       ///< PyTorch's: the same on both sides
  kTensorflowSame,  ///< TensorFlow's `same`: for stride 2 one more on the right and at the bottom
};

/// Which published network a trunk is, and in what variant.
struct TrunkOptions {
  std::string type;                       ///< torchvision's name: "resnet50"; TrunkTypes() lists them
  Padding padding = Padding::kSymmetric;  ///< kTensorflowSame: mobilenet_v2 only
  int64_t classes = 1000;                 ///< outputs of the classification head; at least 1
  bool transform_input = false;           ///< googlenet only: undo ImageNet's normalisation for TensorFlow's weights
  /// Whether the network's own classification head is part of it. Without, Logits() is an error.
  /// A captioner that pools the last feature map has no use for the head, and its weights file no room.
  bool head = true;
};

/// A convolutional network for images, in the published architecture, with torchvision's module names for layers
/// and torchvision's state_dict keys for weights.
///
/// It is a row of stages, one a torchvision child module (a child of `features` or `classifier` where the network
/// has such), each announced to the tape under its torchvision name; blocks and their parts are announced within.
class Trunk : public torch::nn::Module {
 public:
  ~Trunk() override = default;

  /// Logits (N, classes) of images (N, 3, H, W). Throws Error(kUsage) where the trunk was built without its head.
  at::Tensor Logits(const at::Tensor& images, Tape& tape);

  /// Output of the stage of that name. Throws Error(kUsage), with the nearest names, where there is none.
  at::Tensor Forward(const at::Tensor& images, Tape& tape, const std::string& until);

  /// Name of the last stage whose output is a feature map (N, K, h, w): "features.18", "layer4".
  const std::string& feature_stage() const { return feature_stage_; }

  /// Channels of the feature stage.
  int64_t feature_channels() const { return feature_channels_; }

  const TrunkOptions& options() const { return options_; }

  std::vector<std::string> stage_names() const;

 protected:
  explicit Trunk(TrunkOptions options) : options_(std::move(options)) {}

  using Run = std::function<at::Tensor(const at::Tensor&, Tape&)>;

  /// Appends a stage. Its output is announced by the row of stages, not by `run`.
  void AddStage(const std::string& name, Run run);

  void SetFeatureStage(const std::string& name, int64_t channels);

 private:
  struct NamedStage {
    std::string name;
    Run run;
  };

  TrunkOptions options_;
  std::vector<NamedStage> stages_;
  std::string feature_stage_;
  int64_t feature_channels_ = 0;
};

/// Every type that MakeTrunk() knows, in the order of the error message.
std::vector<std::string> TrunkTypes();

/// A trunk in evaluation mode, its parameters frozen (no gradients), weights as torchvision initialises them.
/// Throws Error(kUsage), with the nearest names, for an unknown type or an option that it does not have.
std::shared_ptr<Trunk> MakeTrunk(const TrunkOptions& options);

}  // namespace wherefore
