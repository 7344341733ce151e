#include "explain/tape.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "explain/error.h"

#include "explain/explainer.h"

#include "tests/support/numbers.h"

namespace wherefore {
namespace {

at::Tensor Forward(const at::Tensor& image, Tape& tape) {
  auto x = tape.At(kImageLayer, image);
  x = tape.At("first", x * 2);
  const auto branch = tape.At("second.inner", x * x);
  x = tape.At("second", at::relu(branch - x));
  return tape.At("third", x.sum({1, 2, 3}));
}

at::Tensor SmallImage() { return at::arange(8, at::kFloat).reshape({1, 2, 2, 2}) / 4; }

std::string MessageOf(const Tape& tape) {
  try {
    tape.CheckAllReached();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(TapeTest, ThatWantsNothingHandsEverythingBackAsItIs) {
  Tape tape;
  const auto image = SmallImage();
  EXPECT_FALSE(Forward(image, tape).requires_grad());
  EXPECT_TRUE(tape.At("any", image).is_same(image));
  EXPECT_TRUE(tape.Input("words", image).is_same(image));
  EXPECT_TRUE(tape.seen().empty());
}

TEST(TapeTest, CutsTheGraphAtTheFirstWantedLayer) {
  Tape tape({"second"});
  const auto out = Forward(SmallImage().requires_grad_(), tape);
  ASSERT_EQ(tape.layers().size(), 1U);
  EXPECT_TRUE(tape.layers()[0].value.is_leaf());
  EXPECT_TRUE(out.requires_grad());
}

TEST(TapeTest, RecordsFurtherWantedLayersBehindTheCut) {
  Tape tape({"second", "first"});
  Forward(SmallImage(), tape);
  ASSERT_EQ(tape.layers().size(), 2U);
  EXPECT_EQ(tape.layers()[0].name, "first");
  EXPECT_TRUE(tape.layers()[0].value.is_leaf());
  EXPECT_EQ(tape.layers()[1].name, "second");
  EXPECT_FALSE(tape.layers()[1].value.is_leaf());
}

TEST(TapeTest, MakesLeavesOfLayersOnParallelBranches) {
  Tape tape({"left", "right"});
  const auto image = SmallImage();
  const auto left = tape.At("left", image * 2);
  const auto right = tape.At("right", image * 3);
  EXPECT_TRUE(right.requires_grad());
  const auto gradients = Differentiate(tape, (left * 5 + right * 7).sum());
  ExpectClose(gradients.Layer("left").gradient, at::full_like(image, 5), 0);
  ExpectClose(gradients.Layer("right").gradient, at::full_like(image, 7), 0);
}

TEST(TapeTest, KeepsInputsThatAreWantedOnly) {
  Tape tape({"first", "embedding"});
  EXPECT_TRUE(tape.Input("embedding", SmallImage()).requires_grad());
  EXPECT_FALSE(tape.Input("other", SmallImage()).requires_grad());
  Forward(SmallImage(), tape);
  ASSERT_EQ(tape.inputs().size(), 1U);
  EXPECT_EQ(tape.inputs()[0].name, "embedding");
  EXPECT_EQ(MessageOf(tape), "no error");
}

TEST(TapeTest, GivesAnInputItsGradientWhereItLeadsToTheFirstWantedLayer) {
  Tape tape({"modulated", "question"});
  const auto image = SmallImage() + 1;
  const auto question = tape.Input("question", at::full({1, 1}, 3.0));
  const auto modulated = tape.At("modulated", image * question.reshape({1, 1, 1, 1}));
  const auto gradients = Differentiate(tape, (modulated * 5).sum());
  ExpectClose(gradients.Layer("modulated").gradient, at::full_like(image, 5), 0);
  ExpectClose(gradients.FindInput("question")->gradient, (image.sum() * 5).reshape({1, 1}), 1e-6);
}

TEST(TapeTest, ListsEveryLayerItHasSeenWithItsShape) {
  Tape tape({"third"});
  Forward(SmallImage(), tape);
  std::string names;
  for (const auto& seen : tape.seen()) names += seen.name + " ";
  EXPECT_EQ(names, "image first second.inner second third ");
  EXPECT_EQ(tape.seen()[2].shape, (std::vector<int64_t>{1, 2, 2, 2}));
}

TEST(TapeTest, SubstitutesALayersOutputBeforeItIsKept) {
  Tape tape({"kept"});
  tape.Substitute("replaced", [](const at::Tensor& output) { return at::cat({output, output * 10}); });
  tape.Substitute("kept", [](const at::Tensor& output) { return output + 1; });
  const auto image = SmallImage();
  const auto replaced = tape.At("replaced", image);
  ExpectClose(replaced, at::cat({image, image * 10}), 0);
  const auto kept = tape.At("kept", replaced);
  ExpectClose(kept, at::cat({image + 1, image * 10 + 1}), 0);
  EXPECT_EQ(MessageOf(tape), "no error");

  Tape other;
  other.Substitute("nowhere", [](const at::Tensor& output) { return output; });
  other.At("somewhere", image);
  EXPECT_EQ(MessageOf(other), "the model has no layer 'nowhere'; did you mean 'somewhere'?");
}

TEST(TapeTest, OffersTheNearestNameForAnUnknownLayer) {
  Tape tape({"secnd"});
  Forward(SmallImage(), tape);
  EXPECT_EQ(MessageOf(tape), "the model has no layer 'secnd'; did you mean 'second'?");
}

TEST(TapeTest, SaysWhereAForwardPassAnnouncesNothing) {
  EXPECT_EQ(MessageOf(Tape({"conv"})), "the model has no layer 'conv'; its forward pass announced none");
}

}  // namespace
}  // namespace wherefore
