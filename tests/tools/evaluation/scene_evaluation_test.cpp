#include "tools/evaluation/scene_evaluation.h"

#include <numeric>
#include <sstream>

#include <gtest/gtest.h>

#include "tools/shipped_model.h"
#include "tools/training/trainer.h"

namespace wherefore {
namespace {

/// Share of hits over all questions about one object's looks.
double Hits(const LocalisationTable& table, const std::string& method) {
  std::vector<double> hits;
  for (const char* family : {"color", "shape", "size", "pattern"}) {
    const auto& scores = table.At(family, method).pointing;
    hits.insert(hits.end(), scores.begin(), scores.end());
  }
  return std::accumulate(hits.begin(), hits.end(), 0.0) / static_cast<double>(hits.size());
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
