#include "models/decoding/beam_search.h"

#include <cmath>
#include <map>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "explain/error.h"

namespace wherefore {
namespace {

constexpr int64_t kBegin = 0;
constexpr int64_t kEnd = 1;
constexpr int64_t kA = 2;
constexpr int64_t kB = 3;

/// A language given by the probabilities of what follows each prefix: rows remember their prefix as an LSTM would.
class Language {
 public:
  using Prefix = std::vector<int64_t>;

  explicit Language(std::map<Prefix, std::vector<double>> next) : next_(std::move(next)) {}

  at::Tensor First() const { return After({}).unsqueeze(0); }

  DecoderStep Step() {
    return [this](const std::vector<int64_t>& ids, const std::vector<int64_t>& rows) {
      std::vector<Prefix> now;
      auto log_probs = at::empty({static_cast<int64_t>(ids.size()), 4}, at::kDouble);
      for (std::size_t i = 0; i < ids.size(); ++i) {
        Prefix prefix = rows_.at(static_cast<std::size_t>(rows[i]));
        prefix.push_back(ids[i]);
        log_probs[static_cast<int64_t>(i)] = After(prefix);
        now.push_back(prefix);
      }
      rows_ = now;
      widest = std::max(widest, rows_.size());
      return log_probs;
    };
  }

  std::size_t widest = 0;

 private:
  at::Tensor After(const Prefix& prefix) const { return at::tensor(next_.at(prefix), at::kDouble).log(); }

  std::map<Prefix, std::vector<double>> next_;
  std::vector<Prefix> rows_ = {{}};
};

// Greedy takes A (0.6), after which all is unlikely; B (0.4) leads to the better whole.
std::map<Language::Prefix, std::vector<double>> GardenPath() {
  return {{{}, {0, 0, 0.6, 0.4}},           {{kA}, {0, 0.3, 0.35, 0.35}},     {{kB}, {0, 0.05, 0.05, 0.9}},
          {{kA, kA}, {0, 0.5, 0.25, 0.25}}, {{kA, kB}, {0, 0.5, 0.25, 0.25}}, {{kB, kB}, {0, 0.99, 0.005, 0.005}},
          {{kB, kA}, {0, 0.5, 0.25, 0.25}}};
}

TEST(BeamSearchTest, IsGreedyWithABeamOfOne) {
  Language language(GardenPath());
  const auto caption = BeamSearch(language.First(), language.Step(), {{kBegin}, {kEnd}, {}, 2, 1});
  EXPECT_EQ(caption.ids, (std::vector<int64_t>{kA, kA}));
  EXPECT_FALSE(caption.finished) << "cut at two pieces";
  EXPECT_EQ(caption.end_log_prob, 0);
  EXPECT_EQ(language.widest, 1U);
}

TEST(BeamSearchTest, FindsTheBetterCaptionThatGreedyMisses) {
  Language language(GardenPath());
  const auto caption = BeamSearch(language.First(), language.Step(), {{kBegin}, {kEnd}, {}, 3, 2});
  EXPECT_EQ(caption.ids, (std::vector<int64_t>{kB, kB}));
  EXPECT_TRUE(caption.finished);
  ASSERT_EQ(caption.log_probs.size(), 2U);
  EXPECT_NEAR(caption.log_probs[0], std::log(0.4), 1e-12);
  EXPECT_NEAR(caption.log_probs[1], std::log(0.9), 1e-12);
  EXPECT_NEAR(caption.end_log_prob, std::log(0.99), 1e-12);
  EXPECT_EQ(language.widest, 2U);
}

TEST(BeamSearchTest, EndsWithTheLikeliestEndAndSaysHowLikelyAnyWas) {
  Language language({{{}, {0, 0.1, 0.6, 0.3}}, {{kA}, {0, 0.5, 0.1, 0.4}}});
  const auto caption = BeamSearch(language.First(), language.Step(), {{kBegin}, {kEnd, kB}, {}, 5, 1});
  EXPECT_EQ(caption.ids, (std::vector<int64_t>{kA}));
  EXPECT_TRUE(caption.finished);
  EXPECT_NEAR(caption.end_log_prob, std::log(0.5 + 0.4), 1e-12);
}

TEST(BeamSearchTest, CanEndAtOnce) {
  Language language({{{}, {0, 0.9, 0.05, 0.05}}});
  const auto caption = BeamSearch(language.First(), language.Step(), {{kBegin}, {kEnd}, {}, 5, 1});
  EXPECT_TRUE(caption.ids.empty());
  EXPECT_TRUE(caption.finished);
}

TEST(BeamSearchTest, RefusesABeamOfNothing) {
  Language language(GardenPath());
  EXPECT_THROW(BeamSearch(language.First(), language.Step(), {{kBegin}, {kEnd}, {}, 5, 0}), Error);
  EXPECT_THROW(BeamSearch(language.First(), language.Step(), {{kBegin}, {kEnd}, {}, 0, 1}), Error);
}

}  // namespace
}  // namespace wherefore
