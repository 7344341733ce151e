#include "models/vit/vit.h"

#include <ATen/ATen.h>

#include "models/hugging_face/hub_family.h"
#include "models/vit/vit_tower.h"

namespace wherefore {
namespace {

class Vit : public LabelNetwork {
 public:
  Vit(const Weights& weights, const HubConfig& config)
      : tower_(TakeVitTower({*this, weights}, "vit", config)),
        head_(LinearLayer::TakeHead(WeightTree(*this, weights).In("classifier"), tower_.units())) {}

  at::Tensor Logits(const Input& input, Tape& tape) override { return head_(tower_(input.images, tape).select(1, 0)); }
  const torch::nn::Module& image_part() const override { return *this; }

  int64_t labels() const { return head_.weight.size(0); }
  const VisionTower& tower() const { return tower_; }

 private:
  VisionTower tower_;
  LinearLayer head_;
};

Model LoadVit(const ModelFiles& files, const LoadOptions& options) {
  const auto weights = HubWeights(files, options);
  const auto network = std::make_shared<Vit>(weights, HubConfig(files.config, files.config_path()));
  weights.RequireAllTaken(VitLeftovers());
  return HubClassifier(files, network, network->labels(), network->tower().last_layer_before_mixing(),
                       "ViTImageProcessor");
}

}  // namespace

Family VitFamily() {
  return HubFamily("vit", "ViTForImageClassification", "vision transformers that classify (Dosovitskiy et al. 2021)",
                   {Task::kClassification}, LoadVit);
}

}  // namespace wherefore
