#include "neurons/dissection.h"

#include <cmath>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/error.h"
#include "tests/support/devices.h"
#include "tests/support/error_text.h"

namespace wherefore {
namespace {

std::vector<Concept> Concepts() {
  return {{"red", "color"}, {"blue", "color"}, {"ring", "shape"}, {"heart", "shape"}, {"left", "place"}};
}

/// Images with random maps and random labels.
struct RandomData {
  explicit RandomData(int64_t images, int64_t channels, int64_t h, int64_t w, int64_t height, int64_t width,
                      uint64_t seed = 1) {
    auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
    maps = at::randn({images, channels, h, w}, generator, at::TensorOptions(at::kFloat));
    for (int64_t i = 0; i < images; ++i) {
      ImageConcepts image;
      const auto present = at::rand({5}, generator, at::TensorOptions(at::kFloat)) < 0.5;
      for (int64_t index = 4; index >= 0; --index) {
        if (present[index].item<bool>()) image.concepts.push_back(index);
      }
      const auto count = static_cast<int64_t>(image.concepts.size());
      const auto noise = at::rand({count, 1, height / 4 + 1, width / 4 + 1}, generator, at::TensorOptions(at::kFloat));
      if (count > 0) image.masks = at::upsample_nearest2d(noise, {height, width}).squeeze(1) > 0.8;
      labels.push_back(image);
    }
  }

  std::vector<ImageConcepts> Labels(int64_t first, int64_t count) const {
    return {labels.begin() + first, labels.begin() + first + count};
  }

  at::Tensor maps;
  std::vector<ImageConcepts> labels;
};

/// Where a map is as high as its threshold, PyTorch's enlargement may exceed it by a rounding.
constexpr double kRounding = 1e-7;

/// I, A and G from whole maps and masks, a channel and a concept at a time: IoU (K, C).
at::Tensor IousByHand(const RandomData& data, const std::vector<Concept>& concepts, at::IntArrayRef size,
                      const at::Tensor& thresholds, bool only_labeled) {
  const auto enlarged = at::upsample_bilinear2d(data.maps.to(at::kDouble), size, false);
  const int64_t channels = data.maps.size(1);
  auto ious = at::zeros({channels, static_cast<int64_t>(concepts.size())}, at::kDouble);
  for (int64_t channel = 0; channel < channels; ++channel) {
    for (std::size_t index = 0; index < concepts.size(); ++index) {
      int64_t both = 0;
      int64_t area = 0;
      int64_t pixels = 0;
      for (std::size_t i = 0; i < data.labels.size(); ++i) {
        const auto fires = enlarged[static_cast<int64_t>(i)][channel] > thresholds[channel].item<double>() + kRounding;
        const auto& image = data.labels[i];
        bool has_category = false;
        for (std::size_t j = 0; j < image.concepts.size(); ++j) {
          const auto mask = image.masks[static_cast<int64_t>(j)];
          const auto present = static_cast<std::size_t>(image.concepts[j]);
          has_category |= concepts[present].category == concepts[index].category && mask.any().item<bool>();
          if (present != index) continue;
          both += mask.logical_and(fires).sum().item<int64_t>();
          pixels += mask.sum().item<int64_t>();
        }
        if (has_category || !only_labeled) area += fires.sum().item<int64_t>();
      }
      ious[channel][static_cast<int64_t>(index)] = IntersectionOverUnion(both, area, pixels);
    }
  }
  return ious;
}

/// Both passes in batches of `batch` images.
Dissection Dissected(const RandomData& data, int64_t height, int64_t width, const DissectionOptions& options,
                     int64_t batch = 3, c10::Device device = c10::kCPU) {
  const int64_t images = data.maps.size(0);
  Dissection dissection(data.maps.size(1), Concepts(), height, width, images, options);
  for (const auto& maps : data.maps.split(batch)) dissection.ObserveActivations(maps.to(device));
  for (int64_t first = 0; first < images; first += batch) {
    const int64_t count = std::min(batch, images - first);
    dissection.CompareMasks(data.maps.narrow(0, first, count).to(device), data.Labels(first, count));
  }
  return dissection;
}

bool Same(const LayerConcepts& a, const LayerConcepts& b) {
  const auto key = [](const ChannelConcept& c) {
    return std::make_tuple(c.channel, c.name, c.category, c.iou, c.threshold);
  };
  return a.chance_iou == b.chance_iou && a.images == b.images && a.definition == b.definition &&
         std::equal(a.named.begin(), a.named.end(), b.named.begin(), b.named.end(),
                    [&](const auto& x, const auto& y) { return key(x) == key(y); });
}

TEST(DissectionTest, ReachesTheWorkedFigure) {
  EXPECT_NEAR(IntersectionOverUnion(2171174, 3044167, 13092677), 0.155465, 5e-7);
  EXPECT_EQ(IntersectionOverUnion(0, 0, 0), 0);
  EXPECT_EQ(IntersectionOverUnion(7, 7, 7), 1);
}

TEST(DissectionTest, KnowsThePublishedDefinitions) {
  const auto first = DissectionOptions::Published("2017");
  EXPECT_EQ(first.quantile, 0.995);
  EXPECT_FALSE(first.upsampled);
  EXPECT_TRUE(first.only_labeled);
  EXPECT_EQ(first.least_iou, 0.04);
  auto second = DissectionOptions::Published("2020");
  EXPECT_EQ(second.quantile, 0.99);
  EXPECT_TRUE(second.upsampled);
  EXPECT_FALSE(second.only_labeled);
  EXPECT_EQ(second.Definition(), "2020");
  second.least_iou = 0.05;
  EXPECT_EQ(second.Definition(), "2020");
  second.quantile = 0.9;
  EXPECT_EQ(second.Definition(), "quantile 0.9 of enlarged maps, all images");
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [] { DissectionOptions::Published("2018"); }), testing::HasSubstr("2018"));
}

TEST(DissectionTest, CountsAsByHand) {
  struct Sizes {
    int64_t h, w, height, width;
  };
  // Enlarged by whole and by broken factors, across words of 64 bits, of one cell, shrunk.
  for (const auto& [h, w, height, width] : {Sizes{4, 5, 16, 20}, Sizes{5, 7, 33, 129}, Sizes{3, 3, 20, 64},
                                            Sizes{1, 1, 9, 70}, Sizes{1, 6, 8, 65}, Sizes{9, 11, 6, 7}}) {
    const RandomData data(10, 6, h, w, height, width);
    for (const auto& device : Devices()) {
      for (const bool upsampled : {false, true}) {
        for (const bool only_labeled : {false, true}) {
          DissectionOptions options;
          options.quantile = 0.95;
          options.upsampled = upsampled;
          options.only_labeled = only_labeled;
          const auto dissection = Dissected(data, height, width, options, 3, device);
          const auto values = upsampled ? at::upsample_bilinear2d(data.maps, {height, width}, false) : data.maps;
          const auto quantiles = at::quantile(values.transpose(0, 1).flatten(1).to(at::kDouble), 0.95, 1);
          ASSERT_TRUE(at::allclose(dissection.Thresholds().to(at::kDouble), quantiles, 1e-5, 1e-6));
          const auto by_hand = IousByHand(data, Concepts(), {height, width}, dissection.Thresholds(), only_labeled);
          EXPECT_TRUE(at::allclose(dissection.Ious(), by_hand, 0, 1e-12)) << h << " " << w << "\n"
                                                                          << dissection.Ious() << by_hand;
        }
      }
    }
  }
}

TEST(DissectionTest, DoesNotDependOnBatchesOrThreads) {
  const RandomData data(12, 20, 4, 4, 16, 16);
  const int threads = at::get_num_threads();
  const auto expected = Dissected(data, 16, 16, {}, 1).Result();
  at::set_num_threads(threads == 1 ? 2 : 1);
  EXPECT_TRUE(Same(Dissected(data, 16, 16, {}, 5).Result(), expected));
  at::set_num_threads(threads);
}

/// One channel that is on in the left half of every image. "left" is labeled there in the first of two, "red" in the
/// upper half of both; 4 x 4 cells and pixels.
Dissection HalfLabeled(bool only_labeled) {
  DissectionOptions options;
  options.quantile = 0.5;
  options.only_labeled = only_labeled;
  auto maps = at::zeros({2, 1, 4, 4});
  maps.narrow(3, 0, 2).fill_(1);
  auto left = at::zeros({1, 4, 4}, at::kBool);
  left.narrow(2, 0, 2).fill_(true);
  auto upper = at::zeros({1, 4, 4}, at::kBool);
  upper.narrow(1, 0, 2).fill_(true);
  Dissection dissection(1, {{"left", "place"}, {"red", "color"}}, 4, 4, 2, options);
  dissection.ObserveActivations(maps);
  dissection.CompareMasks(maps, {{{0, 1}, at::cat({left, upper})}, {{1}, upper}});
  return dissection;
}

TEST(DissectionTest, RestrictsTheChannelsPixelsTo2017sImages) {
  // left: I 8, G 8, A 8 in the image that carries a place, 16 in all. red: I 8, A 16, G 16.
  EXPECT_DOUBLE_EQ(HalfLabeled(true).Ious()[0][0].item<double>(), 1);
  EXPECT_DOUBLE_EQ(HalfLabeled(false).Ious()[0][0].item<double>(), 0.5);
  EXPECT_DOUBLE_EQ(HalfLabeled(true).Ious()[0][1].item<double>(), 8 / 24.0);
  const auto result = HalfLabeled(true).Result();
  ASSERT_EQ(result.named.size(), 1U);
  EXPECT_EQ(result.named[0].channel, 0);
  EXPECT_EQ(result.named[0].name, "left");
  EXPECT_EQ(result.named[0].category, "place");
  EXPECT_EQ(result.named[0].iou, 1);
  EXPECT_EQ(result.named[0].threshold, 0.5);
  EXPECT_EQ(result.channels, 1);
  EXPECT_EQ(result.images, 2);
}

TEST(DissectionTest, TakesAnEmptyMaskForNoLabel) {
  const auto maps = at::eye(4).reshape({1, 1, 4, 4});
  Dissection with(1, {{"left", "place"}, {"right", "place"}}, 4, 4, 1);
  with.ObserveActivations(maps);
  auto masks = at::zeros({2, 4, 4}, at::kBool);
  with.CompareMasks(maps, {{{0, 1}, masks}});
  EXPECT_EQ(with.Ious().max().item<double>(), 0);
}

TEST(DissectionTest, FindsPlantedDetectorsAmongRandomChannels) {
  constexpr int64_t kImages = 60;
  RandomData data(kImages, 64, 8, 8, 32, 32, 2);
  // Channel 3 + 10 i follows concept i, with noise.
  for (int64_t i = 0; i < kImages; ++i) {
    const auto& image = data.labels[static_cast<std::size_t>(i)];
    for (std::size_t j = 0; j < image.concepts.size(); ++j) {
      const auto mask = image.masks[static_cast<int64_t>(j)].to(at::kFloat);
      data.maps[i][3 + 10 * image.concepts[j]] += 6 * at::adaptive_avg_pool2d(mask.unsqueeze(0), {8, 8})[0];
    }
  }
  for (const std::string definition : {"2017", "2020"}) {
    auto options = DissectionOptions::Published(definition);
    options.quantile = 0.9;  // of pixels a concept fills about a tenth
    const auto result = Dissected(data, 32, 32, options, 8).Result();
    ASSERT_EQ(result.named.size(), 64U);
    double least_planted = 1;
    double most_random = 0;
    for (const auto& named : result.named) {
      if (named.channel % 10 != 3 || named.channel > 43) {
        most_random = std::max(most_random, named.iou);
        continue;
      }
      EXPECT_EQ(named.name, Concepts()[static_cast<std::size_t>(named.channel / 10)].name);
      least_planted = std::min(least_planted, named.iou);
    }
    EXPECT_GT(least_planted, 0.3);
    EXPECT_LT(most_random, 0.15);
    // Chance lies between: as high as random channels come, and the planted ones by their size and number alone.
    EXPECT_GT(result.chance_iou, 0.9 * most_random);
    EXPECT_LT(result.chance_iou, 0.5 * least_planted);
  }
}

TEST(DissectionTest, LeavesOutChannelsThatNeverFire) {
  auto maps = RandomData(4, 3, 4, 4, 8, 8).maps;
  maps.select(1, 1).fill_(0);                        // dead
  maps.select(1, 2).copy_(at::ones({4, 4, 4}) * 6);  // always as high: never above
  Dissection dissection(3, Concepts(), 8, 8, 4);
  dissection.ObserveActivations(maps);
  dissection.CompareMasks(maps, RandomData(4, 3, 4, 4, 8, 8).labels);
  const auto result = dissection.Result();
  ASSERT_EQ(result.named.size(), 1U);
  EXPECT_EQ(result.named[0].channel, 0);
}

TEST(DissectionTest, TakesLayersWhereNothingFires) {
  const auto maps = at::zeros({2, 1, 3, 3});
  Dissection dissection(1, Concepts(), 8, 8, 2);
  dissection.ObserveActivations(maps);
  dissection.CompareMasks(maps, std::vector<ImageConcepts>(2));
  EXPECT_TRUE(dissection.Result().named.empty());
  EXPECT_EQ(dissection.Result().chance_iou, 1);
}

TEST(DissectionTest, DrawsChanceFromOtherImages) {
  // The channel's place is the concept's in the same image only: upper half, lower half in turn.
  auto maps = at::zeros({2, 1, 4, 4});
  maps[0][0].narrow(0, 0, 2).fill_(1);
  maps[1][0].narrow(0, 2, 2).fill_(1);
  DissectionOptions options;
  options.quantile = 0.5;
  Dissection dissection(1, {{"thing", "object"}}, 4, 4, 2, options);
  dissection.ObserveActivations(maps);
  for (int64_t i = 0; i < 2; ++i) {
    const auto map = maps.narrow(0, i, 1);
    dissection.CompareMasks(map, {{{0}, map[0] > 0.5}});
  }
  EXPECT_EQ(dissection.Result().named[0].iou, 1);
  EXPECT_EQ(dissection.Result().chance_iou, 0);
}

TEST(DissectionTest, GoesOnFromItsState) {
  const RandomData data(50, 5, 4, 4, 16, 16);
  for (const std::string definition : {"2017", "2020"}) {
    const auto options = DissectionOptions::Published(definition);
    const auto expected = Dissected(data, 16, 16, options, 1).Result();
    Dissection current(5, Concepts(), 16, 16, 50, options);
    const auto resume = [&] {
      Dissection next(5, Concepts(), 16, 16, 50, options);
      next.Restore(current.State());
      current = std::move(next);
    };
    resume();
    for (int64_t i = 0; i < 50; ++i) {
      if (i == 20) resume();
      EXPECT_EQ(current.observed(), i);
      current.ObserveActivations(data.maps.narrow(0, i, 1));
    }
    resume();
    for (int64_t i = 0; i < 50; ++i) {
      if (i == 1 || i == 40) resume();
      EXPECT_EQ(current.compared(), i);
      current.CompareMasks(data.maps.narrow(0, i, 1), data.Labels(i, 1));
    }
    resume();
    EXPECT_TRUE(Same(current.Result(), expected));
  }
}

class DissectionErrorTest : public testing::Test {
 protected:
  static std::string Text(const std::function<void()>& run) { return ErrorText(ErrorKind::kUsage, run); }

  DissectionErrorTest() { dissection_.ObserveActivations(at::rand({2, 3, 4, 4})); }

  std::string Compared(std::vector<int64_t> concepts, const at::Tensor& masks) {
    return Text([&] { dissection_.CompareMasks(at::rand({1, 3, 4, 4}), {{std::move(concepts), masks}}); });
  }

  Dissection dissection_{3, Concepts(), 8, 9, 2};
};

TEST_F(DissectionErrorTest, RefusesAnEmptyDataSet) {
  EXPECT_THAT(Text([] { Dissection(3, Concepts(), 8, 8, 0); }), testing::HasSubstr("empty"));
  EXPECT_THAT(Text([] { Dissection(3, {}, 8, 8, 1); }), testing::HasSubstr("list of concepts is empty"));
  Dissection nothing(3, Concepts(), 8, 8, 1);
  EXPECT_THAT(Text([&] { nothing.CompareMasks(at::rand({1, 3, 4, 4}), {{}}); }), testing::HasSubstr("empty"));
  EXPECT_THAT(Text([&] { nothing.Thresholds(); }), testing::HasSubstr("empty"));
  EXPECT_THAT(Text([&] { dissection_.Result(); }), testing::HasSubstr("empty"));
}

TEST_F(DissectionErrorTest, RefusesWhatCannotBeDissected) {
  EXPECT_NE(Text([] { Dissection(0, Concepts(), 8, 8, 1); }), "");
  EXPECT_NE(Text([] { Dissection(3, Concepts(), 0, 8, 1); }), "");
  EXPECT_THAT(Text([] {
                Dissection(3, {{"red", "color"}, {"red", "color"}}, 8, 8, 1);
              }),
              testing::HasSubstr("'red' (color) appears twice"));
  EXPECT_NE(Text([] { Dissection(3, {{"", "color"}}, 8, 8, 1); }), "");
  DissectionOptions options;
  options.quantile = 99;
  EXPECT_THAT(Text([&] { Dissection(3, Concepts(), 8, 8, 1, options); }), testing::HasSubstr("quantile"));
}

TEST_F(DissectionErrorTest, RefusesMasksOfAnotherSize) {
  EXPECT_THAT(Compared({0}, at::ones({1, 9, 8}, at::kBool)),
              testing::AllOf(testing::HasSubstr("(1, 8, 9)"), testing::HasSubstr("(1, 9, 8)")));
  EXPECT_NE(Compared({0, 1}, at::ones({1, 8, 9}, at::kBool)), "");
  EXPECT_NE(Compared({}, at::ones({1, 8, 9}, at::kBool)), "");
  EXPECT_THAT(Compared({0}, {}), testing::HasSubstr("missing"));
  EXPECT_THAT(Compared({0}, at::ones({1, 8, 9})), testing::HasSubstr("boolean"));
  EXPECT_EQ(dissection_.compared(), 0);
}

TEST_F(DissectionErrorTest, RefusesConceptsThatAreNotInTheList) {
  EXPECT_THAT(Compared({5}, at::ones({1, 8, 9}, at::kBool)), testing::HasSubstr("concept 5, but the list has 5"));
  EXPECT_NE(Compared({-1}, at::ones({1, 8, 9}, at::kBool)), "");
  EXPECT_THAT(Compared({2, 2}, at::ones({2, 8, 9}, at::kBool)), testing::HasSubstr("'ring' (shape) twice"));
}

TEST_F(DissectionErrorTest, RefusesOtherActivations) {
  EXPECT_THAT(Text([&] {
                dissection_.ObserveActivations(at::rand({1, 2, 4, 4}));
              }),
              testing::HasSubstr("(N, 3, 4, 4)"));
  EXPECT_NE(Text([&] { dissection_.CompareMasks(at::rand({1, 3, 4, 5}), {{}}); }), "");
  EXPECT_NE(Text([&] { dissection_.CompareMasks(at::rand({3, 4, 4}), {{}}); }), "");
  EXPECT_THAT(Text([&] { dissection_.CompareMasks(at::rand({1, 3, 4, 4}), {}); }), testing::HasSubstr("labels of 0"));
  EXPECT_THAT(Text([&] { dissection_.CompareMasks(at::full({1, 3, 4, 4}, NAN), {{}}); }), testing::HasSubstr("finite"));
  EXPECT_THAT(Text([&] { dissection_.ObserveActivations(at::rand({1, 3, 4, 4})); }), testing::HasSubstr("2 images"));
  dissection_.CompareMasks(at::rand({1, 3, 4, 4}), {{}});
  EXPECT_THAT(Text([&] { dissection_.ObserveActivations(at::rand({0, 3, 4, 4})); }), testing::HasSubstr("fixed"));
}

TEST_F(DissectionErrorTest, RefusesTheStateOfAnother) {
  dissection_.CompareMasks(at::rand({1, 3, 4, 4}), {{{1}, at::ones({1, 8, 9}, at::kBool)}});
  const auto state = dissection_.State();
  auto fewer = Concepts();
  fewer.pop_back();
  EXPECT_THAT(Text([&] { Dissection(3, fewer, 8, 9, 2).Restore(state); }), testing::HasSubstr("other concepts"));
  EXPECT_NE(Text([&] { Dissection(3, Concepts(), 8, 9, 2, DissectionOptions::Published("2020")).Restore(state); }), "");
  for (const auto& [name, part] : state) {
    auto lacking = state;
    lacking.erase(name);
    EXPECT_NE(Text([&] { Dissection(3, Concepts(), 8, 9, 2).Restore(lacking); }), "") << name;
    auto longer = state;
    longer[name] = at::cat({part.flatten(), part.flatten().narrow(0, 0, 1)});
    if (name == "quantiles.progress" || name == "quantiles.settings") continue;
    EXPECT_NE(Text([&] { Dissection(3, Concepts(), 8, 9, 2).Restore(longer); }), "") << name;
  }
}

}  // namespace
}  // namespace wherefore
