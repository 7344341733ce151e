#include "tools/programs/explain_photographs.h"

#include <sstream>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/temporary_directory.h"
#include "tools/report/picture.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A captioner that says something new every time it is asked for its own caption.
LoadedModel Restless() {
  LoadedModel model;
  model.info.image.width = model.info.image.height = 8;
  model.info.image.mean = {0, 0, 0};
  model.info.image.std = {1, 1, 1};
  model.explain = [said = int64_t{0}](const at::Tensor&, const std::string& method,
                                      const Explanation* own) mutable {
    Explanation explanation;
    explanation.task = "caption";
    explanation.method = method;
    explanation.ids = own != nullptr ? own->ids : std::vector<int64_t>{++said};
    explanation.text = "caption " + std::to_string(explanation.ids[0]);
    ExplainedTarget target;
    target.kind = "caption";
    target.text = explanation.text;
    explanation.targets = {target};
    explanation.maps = at::eye(2, at::kFloat).unsqueeze(0);
    explanation.warnings = {"said by " + method};
    return explanation;
  };
  return model;
}

TEST(ExplainPhotographsTest, ExplainsWhatTheFirstMethodFoundByTheOthersToo) {
  const TemporaryDirectory directory;
  SharedOptions options;
  options.photographs = {directory.PathOf("a.png"), directory.PathOf("b.png")};
  for (const auto& path : options.photographs) WritePicture(path, at::full({8, 8, 3}, 99, at::kByte));
  options.methods = {"grad-cam", "rise", "center"};
  options.json = true;
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(ExplainPhotographs(Restless(), options, out, err), kDone) << err.str();
  std::vector<std::string> captions;
  for (const auto& explained : nlohmann::json::parse(out.str())) captions.push_back(explained["caption"]["text"]);
  EXPECT_THAT(captions, ElementsAre("caption 1", "caption 1", "caption 1", "caption 2", "caption 2", "caption 2"));
  EXPECT_THAT(err.str(), HasSubstr("warning: " + options.photographs[0] + ": by rise: said by rise\n"));
}

}  // namespace
}  // namespace wherefore
