#include "tools/report/overlay.h"

#include <cmath>
#include <limits>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "tests/support/error_text.h"
#include "tests/support/numbers.h"
#include "tools/photographs/opencv_tensor.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<int> Values(const at::Tensor& tensor) {
  const auto values = tensor.to(at::kInt).flatten().contiguous();
  return {values.data_ptr<int>(), values.data_ptr<int>() + values.numel()};
}

/// CIE 1976 lightness of sRGB colours (N, 3), 0 to 100.
at::Tensor Lightness(const at::Tensor& colors) {
  const auto s = colors.to(at::kDouble) / 255;
  const auto linear = at::where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055).pow(2.4));
  const auto y = linear.matmul(at::tensor({0.2126, 0.7152, 0.0722}, at::kDouble));
  return at::where(y <= 216.0 / 24389, y * 24389 / 27, 116 * y.pow(1.0 / 3) - 16);
}

/// One place's values on both sides of 0.5 within three pixels, slopes by Sobel's filter, a black line of 2.5 pixels to
/// each side and a white one of 1 with soft edges: HeatLayer() of a map of less than 700 pixels, slowly.
at::Tensor LayerByDefinition(const at::Tensor& map, ColorMap color_map) {
  const cv::Mat values = MatOver(map, "a map");
  cv::Mat across;
  cv::Mat down;
  cv::Sobel(values, across, CV_32F, 1, 0, 3, 1.0 / 8);
  cv::Sobel(values, down, CV_32F, 0, 1, 3, 1.0 / 8);
  cv::Mat highest;
  cv::Mat lowest;
  cv::dilate(values, highest, cv::Mat::ones(7, 7, CV_8U));
  cv::erode(values, lowest, cv::Mat::ones(7, 7, CV_8U));
  const auto slope = (TensorOf(across).square() + TensorOf(down).square()).sqrt().clamp_min(1e-3);
  const auto passes = (TensorOf(highest) >= 0.5).logical_and(TensorOf(lowest) < 0.5);
  const auto distance = at::where(passes, (map - 0.5).abs() / slope, at::full_like(map, 1e6)).unsqueeze(2);
  auto colors = Colors(map.flatten(), color_map).reshape({map.size(0), map.size(1), 3}).to(at::kFloat);
  auto opacity = (map * 0.7).unsqueeze(2);
  for (const auto& [half_width, grey] : {std::pair{2.5, 0.0}, std::pair{1.0, 255.0}}) {
    const auto share = (half_width + 0.5 - distance).clamp(0, 1);
    colors = colors * (1 - share) + grey * share;
    opacity = at::maximum(opacity, share * 0.9);
  }
  return at::cat({colors, opacity * 255}, 2).round();
}

std::string UsageText(const std::function<void()>& run) { return ErrorText(ErrorKind::kUsage, run); }

TEST(ColorMapTest, BeginsAndEndsWithViridisOwnColours) {
  // matplotlib's table: (68, 1, 84) to (253, 231, 37).
  EXPECT_THAT(Values(Colors(at::tensor({0.0F, 1.0F}), ColorMap::kViridis)), ElementsAre(68, 1, 84, 253, 231, 37));
}

TEST(ColorMapTest, GrowsInLightnessByEvenSteps) {
  // What makes a colour map readable without colour: lightness rises, no step three times the mean one.
  for (const auto& name : ColorMapNames()) {
    const auto lightness = Lightness(Colors(at::linspace(0, 1, 33), ColorMapNamed(name)));
    const auto steps = lightness.slice(0, 1) - lightness.slice(0, 0, -1);
    EXPECT_GT(steps.min().item<double>(), 0) << name;
    EXPECT_LT((steps.max() / steps.mean()).item<double>(), 3) << name;
    EXPECT_GT(steps.sum().item<double>(), 60) << name;
  }
}

TEST(ColorMapTest, OffersNearNamesForAnUnknownOne) {
  EXPECT_EQ(ColorMapNamed("cividis"), ColorMap::kCividis);
  EXPECT_THAT(UsageText([] { ColorMapNamed("virids"); }), HasSubstr("no colour map 'virids'; did you mean 'viridis'"));
  EXPECT_THAT(UsageText([] { ColorMapNamed("jet"); }), HasSubstr("viridis, inferno, magma, cividis"));
}

TEST(HeatLayerTest, IsMoreOpaqueWhereTheMapIsHigher) {
  const auto layer = HeatLayer(at::tensor({0.0F, 0.1F, 0.2F, 0.3F}).reshape({4, 1}).expand({4, 3}), ColorMap::kViridis);
  EXPECT_THAT(layer.sizes(), ElementsAre(4, 3, 4));
  // 0.7 * 255 times the value.
  EXPECT_THAT(Values(layer.select(1, 1).select(1, 3)), ElementsAre(0, 18, 36, 54));
}

TEST(HeatLayerTest, IsClearWhereAMapHasNothingToShow) {
  const auto layer = HeatLayer(at::zeros({20, 30}), ColorMap::kViridis);
  EXPECT_EQ(layer.select(2, 3).max().item<int>(), 0);
}

TEST(HeatLayerTest, NeverHidesThePhotographWithinTheOutline) {
  const auto layer = HeatLayer(at::ones({20, 30}), ColorMap::kViridis);
  EXPECT_THAT(Values(layer[10][15]), ElementsAre(253, 231, 37, 178));  // 0.7 * 255
}

TEST(HeatLayerTest, OutlinesWhatExceedsHalfOfTheScale) {
  // A ramp from 0 to 1 over 101 columns: half of it is reached at column 50.
  const auto layer = HeatLayer(at::linspace(0, 1, 101).expand({9, 101}), ColorMap::kViridis)[4];
  EXPECT_THAT(Values(layer[50]), ElementsAre(255, 255, 255, 230));  // 0.9 * 255
  EXPECT_THAT(Values(layer[48].slice(0, 0, 3)), ElementsAre(0, 0, 0));
  EXPECT_THAT(Values(layer[52].slice(0, 0, 3)), ElementsAre(0, 0, 0));
  const auto color = Values(Colors(at::tensor({0.45F}), ColorMap::kViridis));
  EXPECT_EQ(Values(layer[45].slice(0, 0, 3)), color);
}

TEST(HeatLayerTest, OutlinesNoCliffThatStaysBelowHalf) {
  // As where what the network saw ends.
  const auto map = at::cat({at::full({9, 20}, 0.3), at::zeros({9, 20})}, 1);
  const auto opacity = HeatLayer(map, ColorMap::kViridis).select(2, 3);
  EXPECT_EQ(opacity.max().item<int>(), 54);  // 0.7 * 255 * 0.3
}

TEST(HeatLayerTest, DrawsWhatSobelsSlopesOverTheWholeMapGive) {
  // The outline by its definition, place by place, with OpenCV's filters: a map of slow and quick waves.
  const auto x = at::linspace(0, 1, 97).reshape({1, 97});
  const auto y = at::linspace(0, 1, 61).reshape({61, 1});
  const auto map = ((x * 9 + y * 4).sin() * (y * 23).cos() * 0.5 + 0.5).contiguous();
  ExpectClose(HeatLayer(map, ColorMap::kInferno).to(at::kFloat), LayerByDefinition(map, ColorMap::kInferno), 1);
}

TEST(HeatLayerTest, TakesValuesBeyondTheRangeForItsEnds) {
  EXPECT_TRUE(
      at::equal(HeatLayer(at::full({3, 3}, 1.5), ColorMap::kMagma), HeatLayer(at::ones({3, 3}), ColorMap::kMagma)));
  EXPECT_TRUE(
      at::equal(HeatLayer(at::full({3, 3}, -2.0), ColorMap::kMagma), HeatLayer(at::zeros({3, 3}), ColorMap::kMagma)));
}

TEST(HeatLayerTest, RefusesWhatIsNoMap) {
  EXPECT_EQ(UsageText([] {
              HeatLayer(at::full({3, 3}, std::nan("")), ColorMap::kViridis);
            }),
            "a heat layer's map holds NaN, which cannot be drawn");
  EXPECT_EQ(UsageText([] {
              HeatLayer(at::zeros({1, 3, 3}), ColorMap::kViridis);
            }),
            "a heat layer's map must be (H, W); this one is float [1, 3, 3]");
}

TEST(OverlayTest, MixesByOpacity) {
  const auto photograph = at::full({1, 2, 3}, 100, at::kByte);
  const auto layer = at::tensor({200, 0, 50, 255, 200, 0, 50, 51}, at::kInt).to(at::kByte).reshape({1, 2, 4});
  EXPECT_THAT(Values(Overlay(photograph, layer)), ElementsAre(200, 0, 50, 120, 80, 90));
}

TEST(OverlayTest, RoundsEveryMixtureToTheNearest) {
  const auto values = at::arange(256, at::kByte);
  const auto photograph = values.reshape({256, 1, 1}).expand({256, 256, 3}).contiguous();
  const auto opacity = values.reshape({1, 256, 1}).expand({256, 256, 1});
  for (const int color : {0, 77, 255}) {
    const auto layer = at::cat({at::full({256, 256, 3}, color, at::kByte), opacity}, 2);
    const auto share = opacity.to(at::kDouble) / 255;
    const auto wanted = (photograph.to(at::kDouble) * (1 - share) + color * share).round().to(at::kByte);
    EXPECT_TRUE(at::equal(Overlay(photograph, layer), wanted)) << color;
  }
}

TEST(OverlayTest, RefusesALayerOfAnotherSize) {
  EXPECT_THAT(UsageText([] {
                Overlay(at::zeros({4, 4, 3}, at::kByte), at::zeros({4, 5, 4}, at::kByte));
              }),
              HasSubstr("as high and wide as the photograph; this one is unsigned char [4, 5, 4]"));
  EXPECT_THAT(UsageText([] {
                Overlay(at::zeros({4, 4, 3}), at::zeros({4, 4, 4}, at::kByte));
              }),
              HasSubstr("a photograph must be uint8 (H, W, 3)"));
}

TEST(PixelPictureTest, ShowsZeroAsGreyAndBothSignsAlike) {
  const auto pixels = at::tensor({0.0F, 2.0F, -2.0F, 1.0F, 0.0F, 0.0F}).reshape({1, 2, 3}).expand({3, 2, 3});
  const auto picture = PixelPicture(pixels);
  EXPECT_THAT(picture.sizes(), ElementsAre(2, 3, 3));
  EXPECT_THAT(Values(picture.select(2, 0)), ElementsAre(128, 255, 1, 192, 128, 128));
}

TEST(PixelPictureTest, KeepsOneScaleForAllColours) {
  const auto pixels = at::tensor({1.0F, 0.5F, -0.25F}).reshape({3, 1, 1});
  EXPECT_THAT(Values(PixelPicture(pixels)), ElementsAre(255, 192, 96));
}

TEST(PixelPictureTest, LetsFewOutliersNotDimTheRest) {
  auto pixels = at::ones({3, 40, 40});
  pixels[0][0][0] = 1e6;
  EXPECT_EQ(PixelPicture(pixels).min().item<int>(), 255);
}

TEST(PixelPictureTest, ShowsFewValuesAmongManyZeros) {
  auto pixels = at::zeros({3, 40, 40});
  pixels[1][5][6] = -3;
  EXPECT_THAT(Values(PixelPicture(pixels)[5][6]), ElementsAre(128, 1, 128));
}

TEST(PixelPictureTest, IsGreyWhereThereIsNothing) {
  EXPECT_TRUE(at::equal(PixelPicture(at::zeros({3, 4, 5})), at::full({4, 5, 3}, 128, at::kByte)));
}

TEST(OnPhotographTest, StretchesAMapBackOverAStretchedPhotograph) {
  const auto map = at::tensor({0.0F, 1.0F}).reshape({1, 2});
  const auto placed = OnPhotograph(map, 2, 4, ImageOptions{});
  ExpectClose(placed, at::tensor({0.0F, 0.25F, 0.75F, 1.0F}).expand({2, 4}), 1e-6);
}

TEST(OnPhotographTest, PutsAMapInTheMiddleOfACroppedPhotograph) {
  ImageOptions options;
  options.resize = "center_crop";
  options.shorter_side = 4;
  options.width = options.height = 2;
  // The photograph has the shorter side already; rows 1 and 2, columns 2 and 3 were seen.
  const auto map = at::tensor({0.1F, 0.2F, 0.3F, 0.4F}).reshape({2, 2});
  const auto placed = OnPhotograph(map, 4, 6, options);
  auto wanted = at::zeros({4, 6});
  wanted.slice(0, 1, 3).slice(1, 2, 4).copy_(map);
  ExpectClose(placed, wanted, 1e-6);
  const auto picture = OnPhotograph(at::full({2, 2, 3}, 7, at::kByte), 4, 6, options);
  auto grey = at::full({4, 6, 3}, 128, at::kByte);
  grey.slice(0, 1, 3).slice(1, 2, 4).fill_(7);
  EXPECT_TRUE(at::equal(picture, grey));
}

TEST(OnPhotographTest, RefusesWhatIsNeitherMapNorPicture) {
  EXPECT_THAT(UsageText([] {
                OnPhotograph(at::zeros({3, 4, 4}), 8, 8, ImageOptions{});
              }),
              HasSubstr("a map (h, w) or uint8 (h, w, 3); this one is float [3, 4, 4]"));
}

}  // namespace
}  // namespace wherefore
