#include <cmath>

#include <gtest/gtest.h>

#include "explain/measures/pointing_game.h"
#include "tests/support/error_text.h"

namespace wherefore {
namespace {

// Right where maps below t are rejected, of 5:
//   t <= 1: 5 hits, 1 hits in half: 1.5;   1 < t <= 2: 1;   2 < t <= 4: the absent 2 as well: 2;
//   4 < t <= 5: the absent 4 too: 3;       5 < t: both absent: 2.
const std::vector<PointingCase> kCases = {{5, 1, true}, {1, 0.5, true}, {4, 0, false}, {3, 0, true}, {2, 0, false}};

TEST(PointingGameWithRecallTest, CountsHitsThatAreAcceptedAndAbsentClassesThatAreRejected) {
  EXPECT_DOUBLE_EQ(PointingGameWithRecall(kCases, 0), 1.5 / 5);
  EXPECT_DOUBLE_EQ(PointingGameWithRecall(kCases, 1.5), 1.0 / 5);
  EXPECT_DOUBLE_EQ(PointingGameWithRecall(kCases, 4), 2.0 / 5);  // a maximum at the threshold is accepted
  EXPECT_DOUBLE_EQ(PointingGameWithRecall(kCases, 4.5), 3.0 / 5);
  EXPECT_DOUBLE_EQ(PointingGameWithRecall(kCases, 9), 2.0 / 5);
}

TEST(PointingGameWithRecallTest, DoesNotCountWhereAnAbsentClassWouldHit) {
  EXPECT_EQ(PointingGameWithRecall({{1, 1, false}}, 0), 0);
  EXPECT_EQ(PointingGameWithRecall({{1, 1, false}}, 2), 1);
}

TEST(BestThresholdTest, LiesHalfwayBetweenTheMapsThatItSeparates) { EXPECT_EQ(BestThreshold(kCases), 4.5); }

TEST(BestThresholdTest, RejectsNoneOrAllWhereThatIsBest) {
  const std::vector<PointingCase> present = {{2, 1, true}, {3, 1, true}};
  EXPECT_EQ(BestThreshold(present), 2);
  EXPECT_EQ(PointingGameWithRecall(present, BestThreshold(present)), 1);
  const std::vector<PointingCase> absent = {{2, 0, false}, {3, 0, false}};
  EXPECT_GT(BestThreshold(absent), 3);
  EXPECT_EQ(PointingGameWithRecall(absent, BestThreshold(absent)), 1);
}

TEST(BestThresholdTest, DoesNotSeparateEqualMaxima) {
  EXPECT_EQ(BestThreshold({{2, 1, true}, {2, 0, false}}), 2);  // half is right either way: the lowest
  EXPECT_EQ(BestThreshold({{2, 1, true}, {2, 0, false}, {2, 0, false}, {3, 1, true}}), 2.5);
  EXPECT_GT(BestThreshold({{2, 0, false}, {2, 1, true}, {3, 0, false}}), 3);  // 2 of 3; between the twos would be 3
  EXPECT_EQ(BestThreshold({{0, 0, true}}), 0);                                // a map of zeros
}

TEST(BestThresholdTest, SeparatesNeighbouringNumbers) {
  const double above = std::nextafter(1.0, 2.0);
  const std::vector<PointingCase> cases = {{1, 0, false}, {above, 1, true}};
  EXPECT_EQ(PointingGameWithRecall(cases, BestThreshold(cases)), 1);
}

TEST(PointingGameWithRecallTest, RefusesWhatCannotBeCounted) {
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { PointingGameWithRecall({}, 0); }), "");
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { BestThreshold({}); }), "");
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { BestThreshold({{NAN, 1, true}}); }), "");
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { PointingGameWithRecall({{1, NAN, true}}, 0); }), "");
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { PointingGameWithRecall({{1, 2, true}}, 0); }), "");
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { PointingGameWithRecall({{1, 1, true}}, NAN); }), "");
}

}  // namespace
}  // namespace wherefore
