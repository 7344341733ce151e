#include "tools/dissection/dissected_layer.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_text.h"
#include "tests/support/small_models.h"

namespace wherefore {
namespace {

using testing::HasSubstr;

/// Announces attention probabilities (N, 2, 4, 4), which have as many dimensions as a feature map.
class AttendingNetwork : public LabelNetwork {
 public:
  AttendingNetwork() { register_parameter("weight", at::ones({3})); }
  const torch::nn::Module& image_part() const override { return *this; }
  at::Tensor Logits(const Input& input, Tape& tape) override {
    tape.Attention("attention", at::full({input.images.size(0), 2, 4, 4}, 0.25));
    return tape.At("map", input.images).mean({2, 3}) * named_parameters()["weight"];
  }
};

Model AttendingModel() {
  Model model;
  model.info.tasks = {Task::kClassification};
  model.network = std::make_shared<AttendingNetwork>();
  model.labels = {"a", "b", "c"};
  return model;
}

TEST(DissectedLayerTest, RefusesAttentionProbabilities) {
  EXPECT_EQ(DissectedLayer(AttendingModel(), "map", at::kCPU).channels(), 3);
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [] { DissectedLayer(AttendingModel(), "attention", at::kCPU); }),
              HasSubstr("'attention' gives no feature map but attention probabilities"));
}

TEST(DissectedLayerTest, RefusesALayerWithoutAMap) {
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [] { DissectedLayer(SmallClassifier(), "classifier.0", at::kCPU); }),
              HasSubstr("layer 'classifier.0' gives no feature map"));
}

}  // namespace
}  // namespace wherefore
