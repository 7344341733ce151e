#include "explain/maps.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "explain/error.h"
#include "tests/support/numbers.h"

namespace wherefore {
namespace {

at::Tensor Row(std::vector<float> values) {
  const auto width = static_cast<int64_t>(values.size());
  return at::tensor(values).reshape({1, 1, width});
}

TEST(MapsTest, UpsampleByHalfPixelsOrByCorners) {
  // Half pixels: output centres 0.25, 0.75, 1.25, 1.75 in units of input pixels, whose centres are 0.5 and 1.5.
  ExpectClose(Upsample(Row({0, 4}), 1, 4, Upsampling::kHalfPixel), Row({0, 1, 3, 4}), 1e-6);
  ExpectClose(Upsample(Row({0, 3}), 1, 4, Upsampling::kAlignCorners), Row({0, 1, 2, 3}), 1e-6);
}

TEST(MapsTest, PrepareRectifiesBeforeItEnlarges) {
  // ReLU first: (0, 4) -> 0 1 3 4 -> 0 .25 .75 1. ReLU last would give (-4, 4) -> -4 -2 2 4 -> 0 0 .5 1.
  ExpectClose(Prepare(Row({-4, 4}), 1, 4), Row({0, 0.25, 0.75, 1}), 1e-6);
}

TEST(MapsTest, PrepareKeepsWhatIsNegativeWhereAsked) {
  MapOptions options;
  options.relu = false;
  ExpectClose(Prepare(Row({-4, 4}), 1, 2, options), Row({0, 1}), 1e-6);
}

TEST(MapsTest, PrepareScalesEachMapOrAllTogether) {
  const auto maps = at::cat({Row({0, 2}), Row({0, 8})});
  ExpectClose(Prepare(maps, 1, 2), at::cat({Row({0, 1}), Row({0, 1})}), 1e-6);
  MapOptions shared;
  shared.normalization = Normalization::kShared;
  ExpectClose(Prepare(maps, 1, 2, shared), at::cat({Row({0, 0.25}), Row({0, 1})}), 1e-6);
}

TEST(MapsTest, PrepareShowsNothingWhereThereIsNothing) {
  for (const auto& map : {Row({0, 0, 0}), Row({-1, -2, -3}), Row({5, 5, 5})}) {
    ExpectClose(Prepare(map, 2, 6), at::zeros({1, 2, 6}), 1e-6);
  }
}

TEST(MapsTest, PrepareDoesNotStretchTheRoundingOfWhatIsTheSameEverywhere) {
  for (int i = 1; i <= 60; ++i) {
    const auto map = at::full({1, 1, 1}, 1.24294F * static_cast<float>(i) / 7);
    ExpectClose(Prepare(map, 224, 299), at::zeros({1, 224, 299}), 0);
  }
}

TEST(MapsTest, PrepareSmallBecomesWhatPrepareGivesWhenItIsEnlarged) {
  const auto maps = at::tensor({-1.0F, 2.0F, 0.5F, 3.0F, 0.0F, 1.0F, 8.0F, -4.0F, 2.0F, 2.0F, 2.0F, 2.0F});
  for (const bool relu : {false, true}) {
    for (const auto upsampling : {Upsampling::kHalfPixel, Upsampling::kAlignCorners}) {
      for (const auto normalization : {Normalization::kPerMap, Normalization::kShared}) {
        const MapOptions options = {relu, upsampling, normalization};
        const auto small = PrepareSmall(maps.reshape({3, 2, 2}), 9, 7, options);
        ExpectClose(Upsample(small, 9, 7, upsampling), Prepare(maps.reshape({3, 2, 2}), 9, 7, options), 1e-6);
      }
    }
  }
}

TEST(MapsTest, RefuseWhatIsNoMap) {
  EXPECT_THROW(Upsample(at::ones({2, 2}), 4, 4, Upsampling::kHalfPixel), Error);
  EXPECT_THROW(Upsample(at::ones({1, 2, 2}), 0, 4, Upsampling::kHalfPixel), Error);
}

}  // namespace
}  // namespace wherefore
