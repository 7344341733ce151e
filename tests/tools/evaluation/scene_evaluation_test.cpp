#include "tools/evaluation/scene_evaluation.h"

#include <numeric>
#include <sstream>

#include <gtest/gtest.h>

#include "tools/shipped_model.h"
#include "tools/training/trainer.h"

namespace wherefore {
namespace {

/// Share of hits over all targets of these groups.
double Hits(const LocalisationTable& table, const std::string& method,
            const std::vector<std::string>& groups = {"color", "shape", "size", "pattern"}) {
  std::vector<double> hits;
  for (const auto& group : groups) {
    const auto& scores = table.At(group, method).pointing;
    hits.insert(hits.end(), scores.begin(), scores.end());
  }
  return std::accumulate(hits.begin(), hits.end(), 0.0) / static_cast<double>(hits.size());
}

TEST(SceneEvaluationTest, PutsMethodsInTheirOrderOnCaptionsOfHeldOutScenes) {
  const auto model = LoadCaptionModel(ShippedModel("caption"));
  SceneEvaluation evaluation;
  evaluation.methods = {"grad-cam", "hires-cam", "guided-backprop", kCenterBaseline, kRandomBaseline};
  LocalisationTable table(6);
  std::ostringstream err;
  const auto scenes = HeldOutScenes(4'000'000, 25, {}, model.info.image);
  const auto counts = EvaluateCaptions(model, scenes, evaluation, c10::kCPU, &table, err);
  EXPECT_GT(counts.explained, 200);
  const std::vector<std::string> groups = {"noun", "color", "pattern"};
  const auto hits = [&](const char* method) { return Hits(table, method, groups); };
  EXPECT_GT(hits("guided-backprop"), hits("hires-cam"));
  EXPECT_GT(hits("hires-cam"), 2 * hits("grad-cam"));  // attention uses few places: see README
  EXPECT_GT(hits("grad-cam"), hits(kCenterBaseline));
  EXPECT_GT(hits("grad-cam"), hits(kRandomBaseline));
  EXPECT_GT(hits("guided-backprop"), 0.85);
  EXPECT_GT(hits("hires-cam"), 0.65);
}

TEST(SceneEvaluationTest, PutsMethodsInTheirOrderOnHeldOutScenes) {
  const auto model = LoadVqaModel(ShippedModel("vqa"));
  SceneEvaluation evaluation;
  evaluation.methods = {"grad-cam", "guided-grad-cam", kCenterBaseline, kRandomBaseline};
  LocalisationTable table(6);
  std::ostringstream err;
  const auto scenes = HeldOutScenes(4'000'000, 40, {}, model.info.image);
  const auto counts = EvaluateAnswers(model, scenes, evaluation, c10::kCPU, &table, err);
  EXPECT_GT(counts.explained, 200);
  EXPECT_GT(Hits(table, "guided-grad-cam"), Hits(table, "grad-cam"));
  EXPECT_GT(Hits(table, "grad-cam"), 4 * Hits(table, kCenterBaseline));
  EXPECT_GT(Hits(table, "grad-cam"), 4 * Hits(table, kRandomBaseline));
  EXPECT_GT(Hits(table, "guided-grad-cam"), 0.85);
  EXPECT_GT(Hits(table, "grad-cam"), 0.5);
}

}  // namespace
}  // namespace wherefore
