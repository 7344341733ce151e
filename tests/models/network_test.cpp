#include "models/network.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace wherefore {
namespace {

TEST(DecoderStateTest, HasTheSizeOfItsTextsOrElseOfItsImages) {
  DecoderState state;
  EXPECT_EQ(state.size(), 0);
  state.shared = {at::zeros({2, 7})};
  EXPECT_EQ(state.size(), 2) << "nothing was read yet: two images";
  state.rows = {at::zeros({3, 5})};
  EXPECT_EQ(state.size(), 3);
}

TEST(DecoderStateTest, KeepsRowsOfTextsAndNoOthers) {
  DecoderState state;
  state.rows = {at::arange(3).unsqueeze(1), at::arange(3, 6)};
  state.shared = {at::ones({1, 2})};
  state.length = 4;
  state.Select(at::tensor({2, 0, 2, 1}, at::kLong));
  EXPECT_EQ(state.size(), 4);
  EXPECT_TRUE(state.rows[0].squeeze(1).equal(at::tensor({2, 0, 2, 1}, at::kLong)));
  EXPECT_TRUE(state.rows[1].equal(at::tensor({5, 3, 5, 4}, at::kLong)));
  EXPECT_EQ(state.shared[0].size(0), 1) << "one row serves any number of texts";
  EXPECT_EQ(state.length, 4);
}

TEST(DecoderStateTest, StaysAsItIsWhereNothingWasReadYet) {
  DecoderState state;
  state.shared = {at::ones({1, 2})};
  state.Select(at::tensor({0, 0, 0}, at::kLong));
  EXPECT_EQ(state.size(), 1);
  EXPECT_TRUE(state.rows.empty());
}

}  // namespace
}  // namespace wherefore
