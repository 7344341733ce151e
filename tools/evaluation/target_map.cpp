#include "tools/evaluation/target_map.h"

#include <ATen/ATen.h>

#include "explain/measures/average_drop.h"

namespace wherefore {

const at::Tensor& TargetMap::on_picture() const {
  if (!on_picture_.defined()) on_picture_ = make_on_picture_();
  return on_picture_;
}

const at::Tensor& TargetMap::on_image() const {
  if (!on_image_.defined()) on_image_ = make_on_image_();
  return on_image_;
}

const InsertionDeletion& TargetMap::insertion_deletion() const {
  if (!insertion_deletion_) {
    InsertionDeletionOptions options;
    options.steps = steps_;
    insertion_deletion_ = InsertAndDelete(subject_.image, on_image_there(), subject_.probability, options);
  }
  return *insertion_deletion_;
}

const std::pair<double, double>& TargetMap::whole_and_kept() const {
  if (!whole_and_kept_) {
    const auto kept = MaskedByMap(subject_.image, on_image_there());
    const auto scores = subject_.probability(at::cat({subject_.image, kept})).to(at::kCPU, at::kDouble);
    whole_and_kept_.emplace(scores[0].item<double>(), scores[1].item<double>());
  }
  return *whole_and_kept_;
}

}  // namespace wherefore
