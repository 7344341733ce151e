#include "neurons/quantiles.h"

#include <cmath>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/error.h"
#include "tests/support/devices.h"
#include "tests/support/error_text.h"

namespace wherefore {
namespace {

at::Tensor Random(at::IntArrayRef sizes, uint64_t seed) {
  return at::randn(sizes, at::make_generator<at::CPUGeneratorImpl>(seed), at::TensorOptions(at::kFloat));
}

/// The values of each channel of (N, K, h, w): (K, n).
at::Tensor ByChannel(const at::Tensor& activations) { return activations.transpose(0, 1).flatten(1); }

/// Linear interpolation in the sorted values, as NumPy's quantile.
at::Tensor Exact(const at::Tensor& activations, double quantile) {
  const auto sorted = std::get<0>(ByChannel(activations).to(at::kDouble).sort(1));
  const double place = quantile * static_cast<double>(sorted.size(1) - 1);
  const auto below = static_cast<int64_t>(std::floor(place));
  const auto above = std::min(below + 1, sorted.size(1) - 1);
  return at::lerp(sorted.select(1, below), sorted.select(1, above), place - static_cast<double>(below));
}

/// By what share of its values the place of each channel's found quantile differs from the one asked for.
at::Tensor PlaceErrors(const at::Tensor& activations, const at::Tensor& found, double quantile) {
  const auto below = (ByChannel(activations) <= found.unsqueeze(1)).to(at::kDouble).mean(1);
  return below - quantile;
}

TEST(ChannelQuantilesTest, AreExactForLittleData) {
  const auto activations = Random({20, 3, 5, 6}, 1);
  for (const auto& device : Devices()) {
    for (const double quantile : {0.0, 0.25, 0.5, 0.9, 0.99, 0.995, 1.0}) {
      ChannelQuantiles quantiles(3, quantile, 600);
      for (int64_t first = 0; first < 20; first += 4) quantiles.Add(activations.narrow(0, first, 4).to(device));
      EXPECT_EQ(quantiles.values(), 600);
      EXPECT_EQ(quantiles.StandardError(), 0);
      EXPECT_TRUE(at::allclose(quantiles.Quantile().to(at::kDouble), Exact(activations, quantile), 1e-6, 1e-7));
    }
  }
}

TEST(ChannelQuantilesTest, StayExactWhileWhatLiesAboveFits) {
  // 20,000 values a channel, of which 0.5 % are 100: more than 102 would no longer fit.
  const auto activations = Random({50, 2, 20, 20}, 2);
  ChannelQuantiles quantiles(2, 0.995, 20'000, 102);
  for (const auto& image : activations.split(1)) quantiles.Add(image);
  EXPECT_EQ(quantiles.StandardError(), 0);
  EXPECT_TRUE(at::allclose(quantiles.Quantile().to(at::kDouble), Exact(activations, 0.995), 1e-6, 1e-7));
}

TEST(ChannelQuantilesTest, KeepTheStatedErrorInAnyOrder) {
  constexpr int64_t kChannels = 40;
  const auto mixed = Random({200, kChannels, 20, 20}, 3).relu();
  const auto rising = std::get<0>(mixed.transpose(0, 1).flatten(1).sort(1));
  const auto in_order = [&](const at::Tensor& rows) {
    return rows.reshape({kChannels, 200, 20, 20}).transpose(0, 1).contiguous();
  };
  struct Case {
    double quantile;
    int64_t capacity;
    double most;  // of the error that is stated
  };
  for (const auto& [quantile, capacity, most] : {Case{0.6, 512, 6e-3}, Case{0.99, 128, 2e-3}, Case{0.995, 64, 2e-3}}) {
    for (const auto& activations : {mixed, in_order(rising), in_order(rising.flip(1))}) {
      ChannelQuantiles quantiles(kChannels, quantile, 80'000, capacity);
      for (const auto& batch : activations.split(7)) quantiles.Add(batch);
      const double stated = quantiles.StandardError();
      EXPECT_GT(stated, 0);
      EXPECT_LT(stated, most);
      const auto errors = PlaceErrors(activations, quantiles.Quantile(), quantile);
      EXPECT_LE(errors.square().mean().sqrt().item<double>(), stated);
      EXPECT_LE(errors.abs().max().item<double>(), 4 * stated);
      EXPECT_LE(std::abs(errors.mean().item<double>()), stated);  // no bias beyond what 40 channels hide
    }
  }
}

TEST(ChannelQuantilesTest, AreCloseWithTheUsualCapacity) {
  // Four times what can be held exactly.
  const auto activations = Random({100, 4, 180, 180}, 4);
  ChannelQuantiles quantiles(4, 0.995, 3'240'000);
  for (const auto& batch : activations.split(10)) quantiles.Add(batch);
  EXPECT_GT(quantiles.StandardError(), 0);
  EXPECT_LT(quantiles.StandardError(), 2e-5);
  const auto errors = PlaceErrors(activations, quantiles.Quantile(), 0.995);
  EXPECT_LE(errors.abs().max().item<double>(), 4 * quantiles.StandardError());
}

TEST(ChannelQuantilesTest, TakeFewerValuesThanAnnounced) {
  const auto activations = Random({10, 2, 10, 10}, 5);
  ChannelQuantiles quantiles(2, 0.9, 10'000, 128);
  quantiles.Add(activations);
  EXPECT_LE(PlaceErrors(activations, quantiles.Quantile(), 0.9).abs().max().item<double>(),
            4 * quantiles.StandardError());
}

TEST(ChannelQuantilesTest, OfEqualValuesAreThatValue) {
  ChannelQuantiles quantiles(2, 0.995, 100'000, 16);
  for (int i = 0; i < 10; ++i) quantiles.Add(at::tensor({0.0F, 6.0F}).reshape({1, 2, 1, 1}).expand({1, 2, 100, 100}));
  EXPECT_TRUE(at::equal(quantiles.Quantile(), at::tensor({0.0F, 6.0F})));
}

TEST(ChannelQuantilesTest, GoOnFromTheirState) {
  const auto activations = Random({40, 3, 10, 10}, 6);
  for (const int64_t capacity : {16, 4096}) {
    ChannelQuantiles whole(3, 0.9, 4000, capacity);
    ChannelQuantiles first(3, 0.9, 4000, capacity);
    for (int64_t i = 0; i < 40; ++i) {
      whole.Add(activations.narrow(0, i, 1));
      if (i < 17) first.Add(activations.narrow(0, i, 1));
    }
    ChannelQuantiles second(3, 0.9, 4000, capacity);
    second.Restore(first.State());
    EXPECT_EQ(second.values(), 1700);
    EXPECT_TRUE(at::equal(second.Quantile(), first.Quantile()));
    for (int64_t i = 17; i < 40; ++i) second.Add(activations.narrow(0, i, 1));
    EXPECT_TRUE(at::equal(second.Quantile(), whole.Quantile()));
    EXPECT_EQ(second.StandardError(), whole.StandardError());
  }
}

TEST(ChannelQuantilesTest, RefuseWhatCannotBe) {
  const auto text = [](const std::function<void()>& run) { return ErrorText(ErrorKind::kUsage, run); };
  EXPECT_NE(text([] { ChannelQuantiles(0, 0.9, 10); }), "");
  EXPECT_NE(text([] { ChannelQuantiles(3, 1.1, 10); }), "");
  EXPECT_NE(text([] { ChannelQuantiles(3, std::nan(""), 10); }), "");
  EXPECT_THAT(text([] { ChannelQuantiles(3, 0.9, 0); }), testing::HasSubstr("empty"));
  ChannelQuantiles quantiles(3, 0.9, 10);
  EXPECT_THAT(text([&] { quantiles.Quantile(); }), testing::HasSubstr("empty"));
  EXPECT_THAT(text([&] { quantiles.Add(at::zeros({1, 2, 1, 1})); }), testing::HasSubstr("2"));
  EXPECT_THAT(text([&] { quantiles.Add(at::full({1, 3, 1, 1}, NAN)); }), testing::HasSubstr("finite"));
  EXPECT_THAT(text([&] { quantiles.Add(at::full({1, 3, 1, 1}, -INFINITY)); }), testing::HasSubstr("finite"));
  CheckFinite(at::full({2}, 3e38F));  // though their sum is not
  EXPECT_THAT(text([&] { quantiles.Add(at::zeros({11, 3, 1, 1})); }), testing::HasSubstr("10 values"));
  EXPECT_THAT(text([&] { quantiles.Restore({}); }), testing::HasSubstr("lacks"));
  EXPECT_THAT(text([&] { quantiles.Restore(ChannelQuantiles(3, 0.8, 10).State()); }), testing::HasSubstr("another"));
  auto damaged = quantiles.State();
  damaged["sizes"] = at::full({3, 2}, 5, at::kLong);
  EXPECT_THAT(text([&] { quantiles.Restore(damaged); }), testing::HasSubstr("damaged"));
}

}  // namespace
}  // namespace wherefore
