#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <torch/nn/modules/linear.h>

#include "explain/tape.h"
#include "models/network.h"

namespace wherefore {

/// How convolutions and poolings of stride 2 are padded.
enum class Padding {
  kSymmetric,       ///< PyTorch's: the same on both sides
  kTensorflowSame,  ///< TensorFlow's `same`: for stride 2 one more on the right and at the bottom
};

/// TrunkOptions::until for a trunk without classification head.
inline constexpr const char* kFeatureMap = "feature_map";

/// Which published network a trunk is, and in what variant.
struct TrunkOptions {
  std::string type;                       ///< torchvision's name: "resnet50"; TrunkTypes() lists them
  Padding padding = Padding::kSymmetric;  ///< kTensorflowSame: mobilenet_v2 only
  int64_t classes = 1000;                 ///< outputs of the classification head; at least 1
  bool transform_input = false;           ///< googlenet only: undo ImageNet's normalisation for TensorFlow's weights
  /// The last stage that is built, by its name; its weights are then all that a weights file holds. kFeatureMap: the
  /// feature stage, for a decoder that pools it; "": the whole network with its classification head.
  std::string until;
};

/// A convolutional network for images, in the published architecture, with torchvision's module names for layers
/// and torchvision's state_dict keys for weights.
///
/// It is a row of stages, one a torchvision child module (a child of `features` or `classifier` where the network
/// has such), each announced to the tape under its torchvision name; blocks and their parts are announced within.
class Trunk : public LabelNetwork {
 public:
  /// Logits (N, classes) of images (N, 3, H, W). Throws Error(kUsage) where the trunk was built without its head, or
  /// the images are too small for the network.
  at::Tensor Logits(const at::Tensor& images, Tape& tape);
  at::Tensor Logits(const Input& input, Tape& tape) override { return Logits(input.images, tape); }
  const torch::nn::Module& image_part() const override { return *this; }

  /// Output of the stage of that name. Throws Error(kUsage), with the nearest names, where there is none.
  at::Tensor Forward(const at::Tensor& images, Tape& tape, const std::string& until);

  /// Name of the last stage whose output is a feature map (N, K, h, w): "features.18", "layer4"; "" where the trunk
  /// was built until an earlier stage.
  const std::string& feature_stage() const { return feature_stage_; }

  /// Channels of the feature stage.
  int64_t feature_channels() const { return feature_channels_; }

  const TrunkOptions& options() const { return options_; }

  std::vector<std::string> stage_names() const;

 protected:
  /// `smallest_input`: least height and width in pixels that the network's poolings leave something of.
  Trunk(TrunkOptions options, int64_t smallest_input);

  using Run = std::function<at::Tensor(const at::Tensor& x, Tape& tape)>;

  /// Appends a stage and registers its module, if it has one with weights, under the stage's dotted name. The stage's
  /// output is announced by the row of stages, not by `run`. Does nothing once TrunkOptions::until is reached.
  void AddStage(const std::string& name, const std::shared_ptr<torch::nn::Module>& module, Run run);

  /// The same for a module without parts of its own to announce.
  template <typename ModuleHolder>
  void AddStage(const std::string& name, const ModuleHolder& module) {
    AddStage(name, module.ptr(), [part = module.ptr()](const at::Tensor& x, Tape&) { return part->forward(x); });
  }

  /// The same for a fully connected layer.
  void AddStage(const std::string& name, const torch::nn::Linear& layer);

  /// Declares the stage added last to be the feature stage, if it was built.
  void SetFeatureStage(int64_t channels);

 private:
  friend std::shared_ptr<Trunk> MakeTrunk(const TrunkOptions& options);

  struct NamedStage {
    std::string name;
    Run run;
  };

  void CheckImages(const at::Tensor& images) const;
  [[noreturn]] void ThrowNoStage(const std::string& name) const;

  TrunkOptions options_;
  int64_t smallest_input_;
  bool complete_ = false;
  bool last_was_added_ = false;  // by the last AddStage(): not where `until` came before it
  std::vector<NamedStage> stages_;
  std::string feature_stage_;
  int64_t feature_channels_ = 0;
};

/// Whether a key of the network's published weights belongs to a part that only training uses, and is not built:
/// num_batches_tracked, and GoogLeNet's auxiliary heads.
bool IsTrainingOnlyKey(const std::string& type, const std::string& key);

/// Every type that MakeTrunk() knows, in the order of the error message.
std::vector<std::string> TrunkTypes();

/// A trunk in evaluation mode, its parameters frozen (no gradients). Its weights are random as LibTorch's modules
/// start, which is enough for who loads others over them; who trains it calls InitialiseWeights()
/// (models/convolutional/initialise.h). Throws Error(kUsage), with the nearest names, for an unknown type or an option
/// that it does not have.
std::shared_ptr<Trunk> MakeTrunk(const TrunkOptions& options);

}  // namespace wherefore
