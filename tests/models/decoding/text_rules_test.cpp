#include "models/decoding/text_rules.h"

#include <cmath>
#include <functional>
#include <limits>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/decoding/beam_search.h"
#include "tests/support/error_text.h"

namespace wherefore {
namespace {

using testing::HasSubstr;
using Ids = std::vector<int64_t>;

constexpr int64_t kBegin = 0;
constexpr int64_t kEnd = 1;
constexpr double kBanned = -std::numeric_limits<double>::infinity();

DecodeOptions Options(int64_t max_length, int64_t beam) {
  DecodeOptions options;
  options.begin = {kBegin};
  options.ends = {kEnd};
  options.max_length = max_length;
  options.beam = beam;
  return options;
}

/// What follows one text, as the rules rank four ids of equal probability.
std::vector<double> RankedAfter(const Ids& text, const DecodeOptions& options) {
  const auto ranked = RankedByRules(at::full({1, 4}, std::log(0.25), at::kDouble), {text}, options).contiguous();
  const auto* values = ranked.data_ptr<double>();
  return {values, values + ranked.numel()};
}

/// The ids that are not banned after the text.
Ids AllowedAfter(const Ids& text, const DecodeOptions& options) {
  Ids allowed;
  const auto ranked = RankedAfter(text, options);
  for (std::size_t id = 0; id < ranked.size(); ++id) {
    if (ranked[id] != kBanned) allowed.push_back(static_cast<int64_t>(id));
  }
  return allowed;
}

/// Says the same of what follows whatever was read.
DecoderStep Always(const std::vector<double>& probabilities) {
  return [probabilities](const Ids& ids, const Ids&) {
    return at::tensor(probabilities, at::kDouble).log().repeat({static_cast<int64_t>(ids.size()), 1});
  };
}

TEST(TextRulesTest, AllowAllWhereThereAreNone) {
  const auto log_probs = at::rand({2, 4});
  EXPECT_TRUE(RankedByRules(log_probs, {{2}, {3}}, Options(5, 1)).equal(log_probs));
}

TEST(TextRulesTest, BanIdsEverywhereAndAtTheFirstPiece) {
  auto options = Options(5, 1);
  options.rules.banned = {3, 99};  // the vocabulary has no 99
  options.rules.banned_first = {2};
  EXPECT_EQ(AllowedAfter({}, options), (Ids{0, 1}));
  EXPECT_EQ(AllowedAfter({0}, options), (Ids{0, 1, 2}));
}

TEST(TextRulesTest, CountTheFirstPieceBehindThoseThatAreForced) {
  auto options = Options(5, 1);
  options.rules.banned_first = {2};
  options.forced = {3};
  EXPECT_EQ(AllowedAfter({3}, options), (Ids{0, 1, 3}));
  EXPECT_EQ(AllowedAfter({3, 3}, options), (Ids{0, 1, 2, 3}));
}

TEST(TextRulesTest, BanTheEndOfASequence) {
  auto options = Options(5, 1);
  options.rules.banned_sequences = {{2, 3}, {kEnd}, {2, 2, 0}};  // a text may always end
  EXPECT_EQ(AllowedAfter({2}, options), (Ids{0, 1, 2}));
  EXPECT_EQ(AllowedAfter({2, 2}, options), (Ids{1, 2}));
  EXPECT_EQ(AllowedAfter({3}, options), (Ids{0, 1, 2, 3}));
}

TEST(TextRulesTest, BanRepetitionsTheBeginCounted) {
  auto options = Options(9, 1);
  options.rules.unrepeated_length = 2;
  EXPECT_EQ(AllowedAfter({2, 3}, options), (Ids{0, 1, 2, 3}));
  EXPECT_EQ(AllowedAfter({2, 3, 2}, options), (Ids{0, 1, 2}));
  EXPECT_EQ(AllowedAfter({2, 3, 0}, options), (Ids{0, 1, 3})) << "the begin, 0, was followed by 2";
  options.rules.unrepeated_length = 1;
  EXPECT_EQ(AllowedAfter({2}, options), (Ids{1, 3}));
}

TEST(TextRulesTest, KeepATextFromEnding) {
  auto options = Options(9, 1);
  options.rules.least_length = 2;
  EXPECT_EQ(AllowedAfter({2}, options), (Ids{0, 2, 3}));
  EXPECT_EQ(AllowedAfter({2, 3}, options), (Ids{0, 1, 2, 3}));
  options.forced = {2, 3};
  options.rules.least_new_length = 1;
  EXPECT_EQ(AllowedAfter({2, 3}, options), (Ids{0, 2, 3}));
  EXPECT_EQ(AllowedAfter({2, 3, 0}, options), (Ids{0, 1, 2, 3}));
}

TEST(TextRulesTest, MakeIdsCertainThatMustCome) {
  auto options = Options(3, 1);
  options.rules.first = {3};
  options.rules.last = {kEnd};
  EXPECT_EQ(RankedAfter({}, options), (std::vector<double>{kBanned, kBanned, kBanned, 0}));
  EXPECT_EQ(AllowedAfter({3}, options), (Ids{0, 1, 2, 3}));
  EXPECT_EQ(RankedAfter({3, 2}, options), (std::vector<double>{kBanned, 0, kBanned, kBanned}));
  options.rules.first = {4};
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { RankedAfter({}, options); }), HasSubstr("the id 4"));
}

TEST(TextRulesTest, LeaveARowOfWhichAllIsBanned) {
  auto options = Options(3, 1);
  options.rules.banned = {0, 1, 2, 3};
  EXPECT_EQ(AllowedAfter({}, options), (Ids{0, 1, 2, 3}));
}

TEST(TextRulesTest, ChangeTheTextButNotItsLogProbabilities) {
  for (const int64_t beam : {1, 2, 3}) {
    auto options = Options(4, beam);
    options.early_stopping = false;
    options.rules.banned_first = {2};
    options.rules.unrepeated_length = 1;
    const auto step = Always({0.1, 0.05, 0.6, 0.25});
    const auto text = BeamSearch(step({kBegin}, {0}), step, options);
    EXPECT_EQ(text.ids, (Ids{3, 2})) << beam;
    ASSERT_TRUE(text.finished);
    EXPECT_NEAR(text.log_probs[0], std::log(0.25), 1e-12);
    EXPECT_NEAR(text.end_log_prob, std::log(0.05), 1e-12);
  }
}

TEST(TextRulesTest, EndATextThatWouldBeCut) {
  for (const int64_t beam : {1, 2}) {
    auto options = Options(3, beam);
    options.rules.last = {kEnd};
    const auto step = Always({0.1, 0.01, 0.6, 0.29});
    const auto text = BeamSearch(step({kBegin}, {0}), step, options);
    EXPECT_EQ(text.ids, (Ids{2, 2})) << beam;
    EXPECT_TRUE(text.finished);
  }
}

}  // namespace
}  // namespace wherefore
