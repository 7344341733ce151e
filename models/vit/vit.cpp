#include "models/vit/vit.h"

#include <ATen/ATen.h>

#include "models/hugging_face/hub_family.h"
#include "models/hugging_face/image_processor_config.h"
#include "models/vit/vit_tower.h"

namespace wherefore {
namespace {

class Vit : public LabelNetwork {
 public:
  Vit(const Weights& weights, const VitOptions& options)
      : all_(*this, weights), tower_(all_, "vit", options), head_(TakeHead(all_.In("classifier"), options.units)) {}

  at::Tensor Logits(const Input& input, Tape& tape) override { return head_(tower_(input.images, tape).select(1, 0)); }
  const torch::nn::Module& image_part() const override { return *this; }

  int64_t labels() const { return head_.weight.size(0); }
  const VitTower& tower() const { return tower_; }

 private:
  static LinearLayer TakeHead(const WeightTree& weights, int64_t units) {
    return LinearLayer::Take(weights, units, weights.ShapeOf("weight", 2)[0]);
  }

  WeightTree all_;
  VitTower tower_;
  LinearLayer head_;
};

Model LoadVit(const ModelFiles& files, const LoadOptions& options) {
  const VitOptions vit(HubConfig(files.config, files.config_path()));
  const auto weights = HubWeights(files, options);
  const auto network = std::make_shared<Vit>(weights, vit);
  weights.RequireAllTaken(VitLeftovers());
  auto model = HubClassifier(files, network, network->labels());
  model.info.image = ReadHubImageOptions(files.directory, "ViTImageProcessor");
  model.info.layer = network->tower().last_layer_before_mixing();
  return model;
}

}  // namespace

Family VitFamily() {
  return HubFamily("vit", "ViTForImageClassification", "vision transformers that classify (Dosovitskiy et al. 2021)",
                   {Task::kClassification}, LoadVit);
}

}  // namespace wherefore
