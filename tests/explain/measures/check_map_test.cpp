#include "explain/measures/check_map.h"

#include <cmath>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/measures/average_drop.h"
#include "explain/measures/box_localisation.h"
#include "explain/measures/energy_inside.h"
#include "explain/measures/insertion_deletion.h"
#include "explain/measures/inside_outside.h"
#include "explain/measures/pointing_game.h"
#include "explain/measures/road.h"
#include "explain/measures/structural_similarity.h"
#include "tests/support/error_text.h"

namespace wherefore {
namespace {

using testing::HasSubstr;

at::Tensor Scores(const at::Tensor& images) { return images.mean({1, 2, 3}); }

/// Calls every measure of a map alone, or of a map and an image or a mask; each must refuse a map that is none.
void ExpectAllRefuse(const at::Tensor& map, const char* why) {
  const auto image = at::ones({1, 3, 12, 12});
  auto mask = at::zeros({12, 12});
  mask[0][0] = 1;
  const std::vector<std::function<void()>> measures = {
      [&] { PointingGame(map, mask); },
      [&] { MeanActivations(map, mask); },
      [&] { EnergyInside(map, mask); },
      [&] { LargestSegmentBox(map); },
      [&] { InsertAndDelete(image, map, Scores); },
      [&] { MaskedByMap(image, map); },
      [&] { Road(image, map, Scores); },
      [&] {
        StructuralSimilarity(map, at::ones({12, 12}));
      },
      [&] {
        StructuralSimilarity(at::ones({12, 12}), map);
      },
  };
  for (std::size_t i = 0; i < measures.size(); ++i) {
    EXPECT_THAT(ErrorText(ErrorKind::kUsage, measures[i]), HasSubstr(why)) << "measure " << i;
  }
}

TEST(CheckMapTest, AllMeasuresRefuseNumbersThatAreNone) {
  auto map = at::ones({12, 12});
  map[3][4] = NAN;
  ExpectAllRefuse(map, "NaN");
  map[3][4] = INFINITY;
  ExpectAllRefuse(map, "infinity");
}

TEST(CheckMapTest, AllMeasuresRefuseOtherShapes) {
  ExpectAllRefuse(at::ones({1, 12, 12}), "(H, W)");
  ExpectAllRefuse(at::ones({0, 12}), "(H, W)");
}

TEST(CheckMapTest, TellsSizesThatDoNotMeet) {
  const auto of_mask = [] { CheckMapAndMask(at::ones({4, 5}), at::ones({5, 4})); };
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, of_mask), HasSubstr("[4, 5] and [5, 4]"));
  const auto of_image = [] { CheckMapOfImage(at::ones({7, 7}), at::ones({1, 3, 8, 8})); };
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, of_image), HasSubstr("Upsample"));
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { CheckMapOfImage(at::ones({8, 8}), at::ones({2, 3, 8, 8})); }), "");
}

TEST(CheckMapTest, RefusesAMaskWithoutAPixel) {
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { CheckMapAndMask(at::ones({4, 5}), at::zeros({4, 5})); }), "");
  CheckMapAndMask(at::ones({4, 5}, at::kHalf), at::ones({4, 5}, at::kBool));
}

}  // namespace
}  // namespace wherefore
