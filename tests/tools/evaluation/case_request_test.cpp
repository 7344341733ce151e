#include "tools/evaluation/case_request.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "models/families.h"
#include "models/files/files.h"
#include "tasks/explain.h"
#include "tasks/labels.h"
#include "tests/support/numbers.h"
#include "tests/support/small_models.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

/// The small models, one of which is asked, then asked again about what it said.
class CaseRequestTest : public testing::Test {
 protected:
  CaseRequestTest() {
    SaveSmallModels(directory_.path());
    asked_.question = "a dog";
  }

  void ExpectTheSameTargetsAgain(const Model& model) {
    const auto own = Explain(model, SmallImage(), RequestOf(model, asked_, {}));
    const auto again = Explain(model, SmallImage(), RequestOf(model, asked_, {}, &own));
    ASSERT_EQ(again.targets.size(), own.targets.size());
    EXPECT_EQ(IndicesOf(again), IndicesOf(own));
    if (own.writes()) {
      EXPECT_EQ(again.written().ids, own.written().ids);
    }
    for (std::size_t t = 0; t < own.targets.size(); ++t) {
      EXPECT_EQ(TextOf(again.targets[t]), TextOf(own.targets[t]));
      EXPECT_NEAR(again.targets[t].score, own.targets[t].score, 1e-5);
    }
    ExpectClose(again.maps, own.maps, 1e-6);
    Tape tape;
    const auto scores =
        SubjectOf(model, SmallImage(), RequestOf(model, asked_, {}, &own)).score(SmallImage(), tape).scores;
    ASSERT_EQ(scores.size(1), static_cast<int64_t>(own.targets.size()));
    EXPECT_NEAR(scores[0][0].item<double>(), own.targets[0].score, 1e-5);
  }

  TemporaryDirectory directory_;
  EvaluationCase asked_;
};

TEST_F(CaseRequestTest, AsksAgainAboutClassesWhoseLabelsAreOtherNumbers) {
  WriteFileWhole(directory_.PathOf("classification/labels.txt"), "1\n2\n0\n");
  asked_.top = 2;
  ExpectTheSameTargetsAgain(LoadModel(directory_.PathOf("classification")));
}

TEST_F(CaseRequestTest, AsksAgainAboutAnswersOfOneName) {
  WriteFileWhole(directory_.PathOf("vqa/answers.txt"), "dog\ndog\nDog\n");
  ExpectTheSameTargetsAgain(LoadModel(directory_.PathOf("vqa")));
}

TEST_F(CaseRequestTest, AsksAgainAboutACaptionWhoseTextHasOtherPieces) {
  const auto model = LoadModel(directory_.PathOf("caption"));
  model.network->named_parameters()["output.bias"][6] += 30;  // "s", which begins no word
  ExpectTheSameTargetsAgain(model);
}

TEST_F(CaseRequestTest, AsksAgainAboutACaptionThatIsGiven) {
  asked_.caption = "a zebra dogs";
  ExpectTheSameTargetsAgain(LoadModel(directory_.PathOf("caption")));
}

}  // namespace
}  // namespace wherefore
