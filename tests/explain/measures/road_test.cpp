#include "explain/measures/road.h"

#include <cmath>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/devices.h"
#include "tests/support/error_text.h"

namespace wherefore {
namespace {

using testing::DoubleNear;
using testing::Pointwise;

/// A tenth of the second pixel.
at::Tensor SecondPixel(const at::Tensor& images) { return images.select(1, 0).select(1, 0).select(1, 1) / 10; }

at::Tensor Image() { return at::tensor({0.0, 5.0, 7.0, 3.0}).reshape({1, 1, 1, 4}).repeat({1, 3, 1, 1}); }

at::Tensor Map() { return at::tensor({0.0, 3.0, 2.0, 1.0}).reshape({1, 4}); }

TEST(RoadTest, MeetsAValueWorkedByHand) {
  RoadOptions options;
  options.percentiles = {25, 50};
  options.noise = 0;
  for (const auto& device : Devices()) {
    for (const int64_t rows : {1, 32}) {
      options.rows_at_once = rows;
      const auto scores = Road(Image().to(device), Map().to(device), SecondPixel, options);
      // Most first: 0 _ 7 3 -> 3.5, and 0 _ _ 3 -> 1. Least first: _ 5 7 3 and _ 5 7 _ leave 5.
      EXPECT_THAT(scores.most_first, Pointwise(DoubleNear(1e-7), {0.35, 0.1}));
      EXPECT_THAT(scores.least_first, Pointwise(DoubleNear(1e-7), {0.5, 0.5}));
      EXPECT_NEAR(scores.combined, (0.15 / 2 + 0.4 / 2) / 2, 1e-7);
    }
  }
}

at::Tensor LargeImage() { return (at::arange(3 * 40 * 40, at::kFloat) * 0.7).sin().reshape({1, 3, 40, 40}); }

at::Tensor MeanSquares(const at::Tensor& images) { return images.square().mean({1, 2, 3}); }

TEST(RoadTest, FindsNoDifferenceByAMapThatIsTheSameEverywhere) {
  for (const double value : {0.0, 4.0}) {
    EXPECT_EQ(Road(LargeImage(), at::full({40, 40}, value), MeanSquares).combined, 0);
  }
}

TEST(RoadTest, AddsNoiseToRemovedPixelsOnly) {
  RoadOptions options;
  options.percentiles = {0, 50, 100};
  options.noise = 0.5;
  std::vector<at::Tensor> seen;
  const auto keep = [&](const at::Tensor& images) {
    EXPECT_FALSE(at::GradMode::is_enabled());
    seen.push_back(images.clone());
    return MeanSquares(images);
  };
  auto map = at::zeros({40, 40});
  map.narrow(0, 0, 20).fill_(1);
  const auto scores = Road(LargeImage(), map, keep, options);
  ASSERT_EQ(seen.size(), 1);
  EXPECT_TRUE(at::equal(seen[0][0], LargeImage()[0]));  // 0 %
  EXPECT_TRUE(at::equal(seen[0][1].narrow(1, 20, 20), LargeImage()[0].narrow(1, 20, 20)));
  EXPECT_TRUE(at::equal(seen[0][4].narrow(1, 0, 20), LargeImage()[0].narrow(1, 0, 20)));  // least first
  // All removed: noise alone, of 4800 values; their mean square has a standard error of 0.25 sqrt(2 / 4800) = 0.005.
  EXPECT_NEAR(scores.most_first[2], 0.25, 0.02);
  const auto again = Road(LargeImage(), map, MeanSquares, options);
  EXPECT_EQ(again.most_first, scores.most_first);
  options.seed = 7;
  EXPECT_NE(Road(LargeImage(), map, MeanSquares, options).most_first[2], scores.most_first[2]);
}

TEST(RoadTest, RefusesOptionsThatMeanNothing) {
  const auto with = [](const RoadOptions& options) {
    return ErrorText(ErrorKind::kUsage, [&] { Road(Image(), Map(), SecondPixel, options); });
  };
  RoadOptions options;
  for (const auto& percentiles : {std::vector<double>{}, {101}, {-1}, {NAN}}) {
    options.percentiles = percentiles;
    EXPECT_NE(with(options), "");
  }
  for (const double noise : {-1.0, std::nan(""), double{INFINITY}}) {
    options = {};
    options.noise = noise;
    EXPECT_NE(with(options), "");
  }
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { Road(Image() * NAN, Map(), SecondPixel); }), "");
}

}  // namespace
}  // namespace wherefore
