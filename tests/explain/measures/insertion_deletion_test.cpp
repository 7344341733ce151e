#include "explain/measures/insertion_deletion.h"

#include <cmath>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/devices.h"
#include "tests/support/error_text.h"

namespace wherefore {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pointwise;

/// The sum of an image: 1 for Image().
at::Tensor Sums(const at::Tensor& images) { return images.sum({1, 2, 3}); }

at::Tensor Image() { return at::tensor({1.0, 2.0, 3.0, 4.0}).reshape({1, 1, 2, 2}).repeat({1, 3, 1, 1}) / 30; }

at::Tensor ReadingOrder() { return at::tensor({4.0, 3.0, 2.0, 1.0}).reshape({2, 2}); }

/// One pixel a step, and a blur so wide that it is a mean of 3 x 3, of which 5 are zeros beyond the border.
InsertionDeletionOptions Options() {
  InsertionDeletionOptions options;
  options.blur_size = 3;
  options.blur_sigma = 1e6;
  return options;
}

TEST(InsertionDeletionTest, MeetsCurvesWorkedByHand) {
  for (const auto& device : Devices()) {
    const auto found = InsertAndDelete(Image().to(device), ReadingOrder().to(device), Sums, Options());
    EXPECT_THAT(found.deletion.changed, ElementsAre(0, 0.25, 0.5, 0.75, 1));
    EXPECT_THAT(found.deletion.scores, Pointwise(DoubleNear(1e-9), {1.0, 0.9, 0.7, 0.4, 0.0}));
    EXPECT_NEAR(found.deletion.area, (0.5 + 0.9 + 0.7 + 0.4) / 4, 1e-9);
    // A blurred pixel is 1 / 9, of a whole of 1; each step puts in its own.
    EXPECT_THAT(found.insertion.scores,
                Pointwise(DoubleNear(1e-9), {4 / 9.0, 3 / 9.0 + 0.1, 2 / 9.0 + 0.3, 1 / 9.0 + 0.6, 1.0}));
    EXPECT_NEAR(found.insertion.area, ((4 / 9.0 + 1) / 2 + 6 / 9.0 + 1) / 4, 1e-9);
  }
}

TEST(InsertionDeletionTest, TakesPixelsFromWhereTheMapIsHighest) {
  const auto map = at::tensor({-1.0, 0.5, 0.0, 9.0}).reshape({2, 2});
  const auto found = InsertAndDelete(Image(), map, Sums, Options());
  EXPECT_THAT(found.deletion.scores, Pointwise(DoubleNear(1e-9), {1.0, 0.6, 0.4, 0.1, 0.0}));
}

TEST(InsertionDeletionTest, ChangesEqualPixelsInReadingOrder) {
  for (const double value : {0.0, 3.0}) {
    const auto found = InsertAndDelete(Image(), at::full({2, 2}, value), Sums, Options());
    EXPECT_NEAR(found.deletion.area, 0.625, 1e-9);
  }
}

TEST(InsertionDeletionTest, WeighsUnevenStepsByTheirPixels) {
  auto options = Options();
  options.steps = 3;  // 0, 1, 2 and 4 pixels
  const auto found = InsertAndDelete(Image(), ReadingOrder(), Sums, options);
  EXPECT_THAT(found.deletion.changed, ElementsAre(0, 0.25, 0.5, 1));
  EXPECT_NEAR(found.deletion.area, 0.25 * 0.95 + 0.25 * 0.8 + 0.5 * 0.35, 1e-9);
}

TEST(InsertionDeletionTest, AsksInBatchesAndLittleMoreThanOnceAStep) {
  InsertionDeletionOptions options;
  options.steps = 50;
  options.rows_at_once = 7;
  int64_t images = 0;
  const auto count = [&](const at::Tensor& batch) {
    EXPECT_LE(batch.size(0), 7);
    EXPECT_FALSE(at::GradMode::is_enabled());
    images += batch.size(0);
    return Sums(batch);
  };
  const auto image = (at::arange(3 * 30 * 20, at::kFloat) * 0.7).sin().reshape({1, 3, 30, 20});
  const auto map = (at::arange(600, at::kFloat) * 0.3).cos().reshape({30, 20});
  const auto found = InsertAndDelete(image, map, count, options);
  EXPECT_EQ(images, 2 * 51);
  EXPECT_NEAR(found.insertion.scores.back(), found.deletion.scores.front(), 1e-6);  // both the image itself
  options.rows_at_once = 100;
  const auto at_once = InsertAndDelete(image, map, Sums, options);
  EXPECT_THAT(found.insertion.scores, Pointwise(DoubleNear(1e-5), at_once.insertion.scores));
}

TEST(InsertionDeletionTest, RefusesScoresAndOptionsThatMeanNothing) {
  const auto with = [](const ScoreImages& score, const InsertionDeletionOptions& options) {
    return ErrorText(ErrorKind::kUsage, [&] { InsertAndDelete(Image(), ReadingOrder(), score, options); });
  };
  EXPECT_THAT(with([](const at::Tensor& images) { return images.sum({2, 3}); }, Options()), HasSubstr("[5, 3]"));
  EXPECT_THAT(with([](const at::Tensor& images) { return Sums(images) * NAN; }, Options()), HasSubstr("NaN"));
  auto options = Options();
  options.steps = 0;
  EXPECT_NE(with(Sums, options), "");
  options = Options();
  options.rows_at_once = 0;
  EXPECT_NE(with(Sums, options), "");
  options = Options();
  options.blur_size = 4;
  EXPECT_NE(with(Sums, options), "");
  options = Options();
  options.blur_sigma = 0;
  EXPECT_NE(with(Sums, options), "");
}

}  // namespace
}  // namespace wherefore
