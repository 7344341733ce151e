#include <algorithm>
#include <map>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "models/convolutional/trunk.h"
#include "tests/support/formula_weights.h"
#include "tests/support/json_numbers.h"
#include "tests/support/shared_data.h"

namespace wherefore {
namespace {

using Lines = std::vector<std::string>;

/// 64-bit FNV-1a of the lines, each ended by a line feed, as tests/golden/make_trunks.py takes it.
std::string Hash(const Lines& lines) {
  uint64_t value = 0xCBF29CE484222325U;
  for (const auto& line : lines) {
    for (const unsigned char byte : line + "\n") value = (value ^ byte) * 0x100000001B3U;
  }
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

std::string Line(std::string name, at::IntArrayRef shape) {
  for (const auto size : shape) name += " " + std::to_string(size);
  return name;
}

std::string Joined(const Lines& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

std::shared_ptr<Trunk> TrunkOf(const std::string& type) {
  TrunkOptions options;
  options.type = type;
  return MakeTrunk(options);
}

/// What a forward pass announces, sorted; the image, which torchvision has no name for, left out.
Lines LayerLines(Trunk& trunk) {
  // A tape that wants the last layer sees all, and makes no graph of what comes before.
  Tape tape({trunk.stage_names().back()});
  trunk.Logits(at::zeros({1, 3, 224, 224}), tape);
  Lines lines;
  for (const auto& seen : tape.seen()) {
    if (seen.name != kImageLayer) lines.push_back(Line(seen.name, seen.shape));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

class TrunkTablesTest : public testing::TestWithParam<std::string> {
 protected:
  nlohmann::json golden_ = ReadJson(GoldenPath("trunk_tables.json"))[GetParam()];
};

TEST_P(TrunkTablesTest, WeightsHaveTorchvisionsKeysShapesAndOrder) {
  Lines lines;
  for (const auto& [key, tensor] : StateDict(*TrunkOf(GetParam()))) lines.push_back(Line(key, tensor.sizes()));
  EXPECT_EQ(lines.size(), golden_["weights"]);
  EXPECT_EQ(Hash(lines), golden_["weights_hash"]) << "compare with: make_trunks.py list " << GetParam() << "\n"
                                                  << Joined(lines);
}

TEST_P(TrunkTablesTest, LayersHaveTorchvisionsNamesAndShapes) {
  const auto lines = LayerLines(*TrunkOf(GetParam()));
  EXPECT_EQ(lines.size(), golden_["layers"]);
  EXPECT_EQ(Hash(lines), golden_["layers_hash"]) << "compare with: make_trunks.py list " << GetParam() << "\n"
                                                 << Joined(lines);
}

INSTANTIATE_TEST_SUITE_P(All, TrunkTablesTest, testing::ValuesIn(TrunkTypes()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace wherefore
