#include "neurons/concept_ranking.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_text.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Eight channels: red 0, 2 and 5; ring 1 and 3; 4 is no detector, 6 no better than chance, 7 has no name.
LayerConcepts Example() {
  LayerConcepts layer;
  layer.layer = "layer4";
  layer.channels = 8;
  layer.images = 1;
  layer.definition = "2017";
  layer.chance_iou = 0.05;
  layer.named = {{0, "red", "color", 0.3, 2},   {1, "ring", "shape", 0.1, 1},  {2, "red", "color", 0.2, 3},
                 {3, "ring", "shape", 0.06, 1}, {4, "blue", "color", 0.03, 1}, {5, "red", "color", 0.4, 1},
                 {6, "star", "shape", 0.05, 1}};
  return layer;
}

std::vector<std::string> NamesOf(const ConceptSide& side) {
  std::vector<std::string> names;
  for (const auto& item : side.concepts) names.push_back(item.name);
  return names;
}

std::vector<int64_t> ChannelsOf(const ConceptWeight& item) {
  std::vector<int64_t> channels;
  for (const auto& channel : item.channels) channels.push_back(channel.channel);
  return channels;
}

double SumOfShares(const ConceptSide& side) {
  double sum = side.other + side.unnamed;
  for (const auto& item : side.concepts) sum += item.share;
  return sum;
}

TEST(ConceptRankingTest, JoinsTheChannelsOfAConceptOnEachSide) {
  const auto alpha = at::tensor({1.0, 4.0, 2.0, -1.0, 1.5, -3.0, 0.5, -4.0});
  const auto ranking = RankConcepts(alpha, Example(), 5);
  EXPECT_DOUBLE_EQ(ranking.chance_iou, 0.05);
  const auto& supporting = ranking.supporting;
  EXPECT_THAT(NamesOf(supporting), ElementsAre("ring", "red"));
  EXPECT_DOUBLE_EQ(supporting.total, 9);
  EXPECT_DOUBLE_EQ(supporting.concepts[0].share, 4.0 / 9);
  EXPECT_EQ(supporting.concepts[1].category, "color");
  EXPECT_DOUBLE_EQ(supporting.concepts[1].weight, 3);
  EXPECT_DOUBLE_EQ(supporting.concepts[1].share, 3.0 / 9);
  EXPECT_THAT(ChannelsOf(supporting.concepts[1]), ElementsAre(2, 0)) << "the strongest first";
  EXPECT_DOUBLE_EQ(supporting.concepts[1].channels[0].weight, 2);
  EXPECT_DOUBLE_EQ(supporting.concepts[1].channels[0].iou, 0.2);
  EXPECT_DOUBLE_EQ(supporting.concepts[1].channels[0].threshold, 3);
  EXPECT_NEAR(supporting.unnamed, 2.0 / 9, 1e-12) << "no detector, and no better than chance";
  const auto& opposing = ranking.opposing;
  EXPECT_THAT(NamesOf(opposing), ElementsAre("red", "ring"));
  EXPECT_DOUBLE_EQ(opposing.total, -8);
  EXPECT_DOUBLE_EQ(opposing.concepts[0].weight, -3);
  EXPECT_DOUBLE_EQ(opposing.concepts[0].share, 3.0 / 8);
  EXPECT_NEAR(opposing.unnamed, 0.5, 1e-12);
}

TEST(ConceptRankingTest, ListsAsManyAsAskedForAndCountsTheOthers) {
  const auto alpha = at::tensor({1.0F, 4.0F, 2.0F, -1.0F, 1.5F, -3.0F, 0.5F, -4.0F});
  for (const int64_t count : {0, 1, 2, 9}) {
    const auto ranking = RankConcepts(alpha, Example(), count);
    EXPECT_EQ(static_cast<int64_t>(ranking.supporting.concepts.size()), std::min<int64_t>(count, 2));
    EXPECT_NEAR(SumOfShares(ranking.supporting), 1, 1e-12);
    EXPECT_NEAR(SumOfShares(ranking.opposing), 1, 1e-12);
  }
  EXPECT_NEAR(RankConcepts(alpha, Example(), 1).supporting.other, 3.0 / 9, 1e-12);
}

TEST(ConceptRankingTest, PutsTheLowestChannelsConceptFirstWhereTheyAreEquallyStrong) {
  auto layer = Example();
  layer.named[1].name = "heart";
  const auto ranking = RankConcepts(at::tensor({0.0, 2.0, 0.0, 2.0, 0.0, 2.0, 0.0, 0.0}), layer, 5);
  EXPECT_THAT(NamesOf(ranking.supporting), ElementsAre("heart", "ring", "red"));
  EXPECT_THAT(ChannelsOf(RankConcepts(at::ones({8}), layer, 5).supporting.concepts[0]), ElementsAre(0, 2, 5));
}

TEST(ConceptRankingTest, KeepsConceptsOfOneNameApartWhereTheirCategoriesDiffer) {
  auto layer = Example();
  layer.named[1].name = "red";
  EXPECT_EQ(RankConcepts(at::ones({8}), layer, 5).supporting.concepts.size(), 3U);
}

TEST(ConceptRankingTest, KnowsWhichChannelsFire) {
  auto activation = at::zeros({8, 2, 3});
  activation[2][1][2] = 3.5;  // the threshold is 3
  activation[0].fill_(2);     // not above 2
  const auto ranking = RankConcepts(at::ones({8}), Example(), 5, activation);
  const auto& red = ranking.supporting.concepts[0];
  EXPECT_THAT(ChannelsOf(red), ElementsAre(0, 2, 5));
  EXPECT_FALSE(red.channels[0].fires);
  EXPECT_TRUE(red.channels[1].fires);
  EXPECT_FALSE(red.channels[2].fires);
}

TEST(ConceptRankingTest, HasNothingToSayOfScoresThatNoChannelMoves) {
  const auto ranking = RankConcepts(at::zeros({8}), Example(), 5);
  for (const auto* side : {&ranking.supporting, &ranking.opposing}) {
    EXPECT_THAT(side->concepts, IsEmpty());
    EXPECT_EQ(side->total, 0);
    EXPECT_EQ(side->unnamed, 0);
    EXPECT_EQ(side->other, 0);
  }
}

TEST(ConceptRankingTest, LeavesAllUnnamedWhereThereAreNoDetectors) {
  auto layer = Example();
  layer.chance_iou = 0.5;
  auto ranking = RankConcepts(at::ones({8}), layer, 5);
  EXPECT_THAT(ranking.supporting.concepts, IsEmpty());
  EXPECT_EQ(ranking.supporting.unnamed, 1);
  EXPECT_EQ(ranking.opposing.unnamed, 0) << "nothing speaks against it";
  layer.named.clear();
  EXPECT_EQ(RankConcepts(at::ones({8}), layer, 5).supporting.unnamed, 1);
}

TEST(ConceptRankingTest, CallsNamesStrongOnlyWhereTheyAreFarFromChance) {
  EXPECT_EQ(StrengthOf(0.3, 0.05), NameStrength::kStrong);
  EXPECT_EQ(StrengthOf(0.3, 0.12), NameStrength::kFair);
  EXPECT_EQ(StrengthOf(0.3, 0.2), NameStrength::kWeak);
  EXPECT_EQ(StrengthOf(0.1, 0.05), NameStrength::kFair);
  EXPECT_EQ(StrengthOf(0.09, 0), NameStrength::kWeak);
}

TEST(ConceptRankingTest, ComparesOtherMeasuresWithChanceAlone) {
  EXPECT_EQ(StrengthOf(0.09, 0.03, "correlation"), NameStrength::kStrong);
  EXPECT_EQ(StrengthOf(4, 2, "SoftWPMI"), NameStrength::kFair);
  EXPECT_EQ(StrengthOf(4, 2.1, "SoftWPMI"), NameStrength::kWeak);
  EXPECT_EQ(StrengthOf(0.5, -1, "SoftWPMI"), NameStrength::kStrong);
  EXPECT_EQ(StrengthOf(-0.5, -1, "SoftWPMI"), NameStrength::kWeak);
  auto layer = Example();
  layer.measure = "SoftWPMI";
  EXPECT_EQ(RankConcepts(at::ones({8}), layer, 5).measure, "SoftWPMI");
}

TEST(ConceptRankingTest, RefusesAnotherNumberOfChannels) {
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [] { RankConcepts(at::ones({7}), Example(), 5); }),
              HasSubstr("of a layer of 8 channels, but the importance is of 7"));
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [] { RankConcepts(at::ones({1, 8}), Example(), 5); }), HasSubstr("single"));
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [] { RankConcepts(at::ones({8}), Example(), -1); }), HasSubstr("-1"));
}

}  // namespace
}  // namespace wherefore
