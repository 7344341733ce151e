#include "tools/evaluation/localisation.h"

#include <sstream>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wherefore {
namespace {

using testing::HasSubstr;

/// 4 x 4 with the left half as the object, and a map that is highest at one place.
at::Tensor LeftHalf() {
  auto mask = at::zeros({4, 4}, at::kByte);
  mask.narrow(1, 0, 2).fill_(1);
  return mask;
}

at::Tensor PeakAt(int64_t y, int64_t x) {
  auto map = at::ones({4, 4});
  map[y][x] = 4;
  return map;
}

TEST(LocalisationTest, CountsHitsByGroupAndMethod) {
  LocalisationTable table(1);
  table.Add("grad-cam", "noun", PeakAt(0, 0), LeftHalf());
  table.Add("grad-cam", "noun", PeakAt(0, 2), LeftHalf());  // a pixel beside it
  table.Add("random", "noun", at::ones({4, 4}), LeftHalf());
  table.Add("random", "noun", at::ones({4, 4}), LeftHalf());
  table.Add("grad-cam", "color", PeakAt(0, 3), LeftHalf());
  table.Add("random", "color", at::ones({4, 4}), LeftHalf());
  std::ostringstream out;
  table.Print(out);
  const std::string text = out.str();
  EXPECT_THAT(text, HasSubstr("| pointing game, % hit | targets | grad-cam | random |\n|---|---|---|---|\n"
                              "| noun | 2 | 50.0 | 50.0 |\n| color | 1 | 0.0 | 50.0 |\n"));
  EXPECT_THAT(text, HasSubstr("within 1 pixels | targets | grad-cam | random |\n|---|---|---|---|\n"
                              "| noun | 2 | 100.0 | 75.0 |"));
  // Scaled to 1 at most, the two maps have (1 + 7/4) / 8 on one side and 1/4 on the other, each once inside.
  EXPECT_THAT(text, HasSubstr("| noun | 2 | 1.00 | 1.00 |\n| color | 1 | 0.73 | 1.00 |"));
}

TEST(LocalisationTest, WritesTheSameAsJson) {
  LocalisationTable table(1);
  for (int i = 0; i < 4; ++i) table.Add("grad-cam", "noun", PeakAt(0, i), LeftHalf());
  const auto row = nlohmann::json::parse(table.Json())["rows"][0];
  EXPECT_EQ(row["targets"], 4);
  EXPECT_EQ(row["pointing"][0], 0.5);
  EXPECT_LT(row["pointing"][1], 0.5);
  EXPECT_GT(row["pointing"][2], 0.5);
}

TEST(LocalisationTest, IntervalHasTheMeanAndShrinksWithTheSample) {
  const auto few = MeanWithInterval({0, 1, 0, 1});
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) values.push_back(i % 2);
  const auto many = MeanWithInterval(values);
  EXPECT_EQ(many.mean, 0.5);
  EXPECT_NEAR(many.high - many.low, 4 * 0.5 / 20, 0.02);  // two standard errors of 0.5 / sqrt(400) on each side
  EXPECT_GT(few.high - few.low, many.high - many.low);
  EXPECT_EQ(MeanWithInterval({0.25}).high, 0.25);
}

}  // namespace
}  // namespace wherefore
