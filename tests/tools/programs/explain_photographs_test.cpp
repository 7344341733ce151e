#include "tools/programs/explain_photographs.h"

#include <memory>
#include <sstream>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/numbered_tokenizer.h"
#include "tests/support/temporary_directory.h"
#include "tools/report/picture.h"

namespace wherefore {
namespace {

/// A captioner that says something new every time it is started: one word, the number of the start.
class RestlessNetwork : public TextNetwork {
 public:
  static constexpr int64_t kBegin = 2;
  static constexpr int64_t kEnd = 3;
  static constexpr int64_t kWords = 40;

  DecoderState Start(const Input& input, Tape& tape) override {
    ++starts_;
    const auto map = tape.At("pixels", tape.At(kImageLayer, input.images));
    return {{}, {map.mean({1, 2, 3}).unsqueeze(1)}, 0};
  }
  at::Tensor Read(const at::Tensor& ids, DecoderState* state, Tape&) override {
    state->length += ids.size(1);
    auto words = at::full({ids.size(1)}, kEnd, at::kLong);
    if (state->length == ids.size(1)) words[0] = kEnd + starts_;
    return (20 + state->shared[0].unsqueeze(2)) * at::one_hot(words, kWords).to(at::kFloat).unsqueeze(0);
  }
  VocabularyLayer vocabulary_layer() const override { return {at::eye(kWords), {}}; }
  const torch::nn::Module& image_part() const override { return *this; }

 private:
  int64_t starts_ = 0;
};

ModelToExplain Restless() {
  ModelToExplain restless;
  auto& model = restless.model;
  model.info.tasks = {Task::kCaption};
  model.info.image.width = model.info.image.height = 8;
  model.info.layer = "pixels";
  const auto network = std::make_shared<RestlessNetwork>();
  network->register_parameter("unused", at::zeros({1}), /*requires_grad=*/false);
  model.network = network;
  model.tokenizer = std::make_shared<NumberedTokenizer>(RestlessNetwork::kWords);
  model.decoding = {{RestlessNetwork::kBegin}, {RestlessNetwork::kEnd}, {}, 5, 1};
  return restless;
}

TEST(ExplainPhotographsTest, ExplainsWhatTheFirstMethodFoundByTheOthersToo) {
  const TemporaryDirectory directory;
  SharedOptions options;
  options.photographs = {directory.PathOf("a.png"), directory.PathOf("b.png")};
  for (const auto& path : options.photographs) WritePicture(path, at::full({8, 8, 3}, 99, at::kByte));
  options.methods = {"grad-cam", "hires-cam", "center"};
  options.json = true;
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(ExplainPhotographs(Restless(), options, out, err), kDone) << err.str();
  std::vector<std::string> captions;
  for (const auto& explained : nlohmann::json::parse(out.str())) captions.push_back(explained["written"]["text"]);
  ASSERT_EQ(captions.size(), 6U);
  EXPECT_EQ(captions[0], "w4");
  EXPECT_EQ(std::vector<std::string>(captions.begin(), captions.begin() + 3), std::vector<std::string>(3, captions[0]));
  EXPECT_EQ(std::vector<std::string>(captions.begin() + 3, captions.end()), std::vector<std::string>(3, captions[3]));
  EXPECT_NE(captions[3], captions[0]);
}

}  // namespace
}  // namespace wherefore
