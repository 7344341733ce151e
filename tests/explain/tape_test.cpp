#include "explain/tape.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "explain/error.h"
#include "explain/explainer.h"

namespace wherefore {
namespace {

/// Three stages, the second with a residual block inside, that count how often they ran.
struct CountingNetwork {
  int first = 0;
  int inner = 0;
  int second = 0;
  int third = 0;

  at::Tensor Forward(const at::Tensor& image, Tape& tape) {
    auto x = tape.At(kImageLayer, image);
    x = tape.Stage("first", x, [&](const at::Tensor& in) {
      ++first;
      return in * 2;
    });
    x = tape.Stage("second", x, [&](const at::Tensor& in) {
      ++second;
      auto branch = tape.Stage("second.inner", in, [&](const at::Tensor& block) {
        ++inner;
        return block * block;
      });
      return tape.At("second.relu", at::relu(branch - 1));
    });
    return tape.Stage("third", x, [&](const at::Tensor& in) {
      ++third;
      return in.sum({1, 2, 3});
    });
  }
};

at::Tensor SmallImage() { return at::arange(8, at::kFloat).reshape({1, 2, 2, 2}) / 4; }

TEST(TapeTest, ThatWantsNothingHandsEverythingBackAsItIs) {
  CountingNetwork network;
  Tape tape;
  const auto image = SmallImage();
  const auto out = network.Forward(image, tape);
  EXPECT_FALSE(out.requires_grad());
  EXPECT_TRUE(tape.At("any", image).is_same(image));
  EXPECT_TRUE(tape.Input("words", image).is_same(image));
  EXPECT_TRUE(tape.seen().empty());
}

TEST(TapeTest, CutsTheGraphAtTheFirstWantedLayer) {
  CountingNetwork network;
  Tape tape({"second"});
  const auto out = network.Forward(SmallImage().requires_grad_(), tape);
  ASSERT_EQ(tape.layers().size(), 1U);
  EXPECT_TRUE(tape.layers()[0].value.is_leaf());
  EXPECT_TRUE(out.requires_grad());
}

TEST(TapeTest, RecordsFurtherWantedLayersBehindTheCut) {
  CountingNetwork network;
  Tape tape({"second.relu", "first"});
  network.Forward(SmallImage(), tape);
  ASSERT_EQ(tape.layers().size(), 2U);
  EXPECT_EQ(tape.layers()[0].name, "first");
  EXPECT_TRUE(tape.layers()[0].value.is_leaf());
  EXPECT_EQ(tape.layers()[1].name, "second.relu");
  EXPECT_FALSE(tape.layers()[1].value.is_leaf());
}

TEST(TapeTest, ExpandsOneRowAtTheCut) {
  CountingNetwork network;
  Tape tape({"first"}, 3);
  const auto out = network.Forward(SmallImage(), tape);
  EXPECT_EQ(out.sizes(), at::IntArrayRef({3}));
  EXPECT_TRUE(at::equal(out[0], out[2]));
}

TEST(TapeTest, NeverExpandsTheImage) {
  CountingNetwork network;
  Tape tape({kImageLayer, "second"}, 3);
  EXPECT_EQ(network.Forward(SmallImage(), tape).size(0), 1);
  EXPECT_EQ(tape.Rows(), 1);
}

TEST(TapeTest, SkipsTheStagesBeforeTheCutWhenResumed) {
  for (const char* layer : {"first", "second.inner", "second.relu", "second"}) {
    CountingNetwork network;
    Tape tape({layer});
    const auto before = network.Forward(SmallImage(), tape).detach();
    tape.Resume(4);
    const auto after = network.Forward(SmallImage(), tape);
    EXPECT_EQ(network.first, 1) << layer;
    EXPECT_EQ(network.third, 2) << layer;
    ASSERT_EQ(after.size(0), 4) << layer;
    for (int64_t row = 0; row < 4; ++row) EXPECT_TRUE(at::equal(after[row], before[0])) << layer;
  }
}

TEST(TapeTest, RunsAStageAgainWhereTheCutIsInsideIt) {
  CountingNetwork network;
  Tape tape({"second.relu"});
  network.Forward(SmallImage(), tape);
  tape.Resume(2);
  network.Forward(SmallImage(), tape);
  EXPECT_EQ(network.first, 1);
  EXPECT_EQ(network.second, 2);
}

TEST(TapeTest, ResumesForwardPassesWithoutStagesToo) {
  int runs = 0;
  const auto forward = [&](Tape& tape) {
    ++runs;
    auto x = tape.At("conv", SmallImage() * 3);
    return (x * x).sum({1, 2, 3});
  };
  Tape tape({"conv"});
  const auto once = forward(tape).detach();
  tape.Resume(2);
  const auto twice = forward(tape);
  EXPECT_EQ(runs, 2);
  ASSERT_EQ(twice.size(0), 2);
  EXPECT_TRUE(at::equal(twice[1], once[0]));
}

TEST(TapeTest, OffersTheNearestNameForAnUnknownLayer) {
  CountingNetwork network;
  Tape tape({"secnd"});
  network.Forward(SmallImage(), tape);
  try {
    tape.CheckAllReached();
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_STREQ(error.what(), "the model has no layer 'secnd'; did you mean 'second'?");
  }
}

TEST(TapeTest, RefusesLessThanOneRow) {
  EXPECT_THROW(Tape({"first"}, 0), Error);
  Tape tape({"first"});
  EXPECT_THROW(tape.Resume(0), Error);
}

}  // namespace
}  // namespace wherefore
