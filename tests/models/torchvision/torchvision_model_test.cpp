#include "models/torchvision/torchvision_model.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/convolutional/trunk.h"
#include "models/files/files.h"
#include "models/files/safetensors.h"
#include "models/files/weights.h"
#include "tests/support/error_text.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// A file of random weights of a network with three classes.
class TorchvisionModelTest : public testing::Test {
 protected:
  std::shared_ptr<Trunk> Write(const std::string& type) {
    TrunkOptions options;
    options.type = type;
    options.classes = 3;
    const auto trunk = MakeTrunk(options);
    WriteSafetensors(path_, CollectWeights(*trunk, /*half=*/false));
    return trunk;
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.PathOf("weights.pth");
};

TEST_F(TorchvisionModelTest, GivesTheLogitsOfTheNetworkThatWasSaved) {
  const auto image = at::rand({1, 3, 64, 64});
  for (const char* type : {"resnet18", "squeezenet1_1", "mobilenet_v2"}) {
    const auto trunk = Write(type);
    const auto model = LoadTorchvisionModel({path_, type, ""});
    Tape tape;
    const auto found = model.label_network().Logits(InputOf(image), tape);
    EXPECT_TRUE(found.equal(trunk->Logits(image, tape))) << type;
    EXPECT_EQ(model.info.layer, trunk->feature_stage());
    EXPECT_EQ(model.info.image.shorter_side, 256);
    EXPECT_EQ(model.info.image.width, 224);
  }
}

TEST_F(TorchvisionModelTest, TakesLabelsFromTheirFileElseNumbersThem) {
  Write("resnet18");
  const auto numbered = LoadTorchvisionModel({path_, "resnet18", ""});
  EXPECT_EQ(numbered.labels.back(), "class 2");
  EXPECT_THAT(numbered.info.warnings, testing::ElementsAre(HasSubstr("--labels")));
  const auto labels = directory_.PathOf("labels.txt");
  WriteFileWhole(labels, "cat\ndog\nbird\n");
  const auto named = LoadTorchvisionModel({path_, "resnet18", labels});
  EXPECT_EQ(named.labels, (std::vector<std::string>{"cat", "dog", "bird"}));
  EXPECT_TRUE(named.info.warnings.empty());
  WriteFileWhole(labels, "cat\n");
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile,
                        [&] {
                          LoadTorchvisionModel({path_, "resnet18", labels});
                        }),
              AllOf(HasSubstr("1 lines"), HasSubstr("3 classes")));
}

TEST_F(TorchvisionModelTest, RefusesAnotherNetworkAndAnotherTask) {
  Write("resnet18");
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile,
                        [&] {
                          LoadTorchvisionModel({path_, "resnet34", ""});
                        }),
              HasSubstr("layer1.2"));
  EXPECT_THAT(ErrorText(ErrorKind::kUsage,
                        [&] {
                          LoadTorchvisionModel({path_, "resnet19", ""});
                        }),
              HasSubstr("resnet18"));
  LoadOptions captions;
  captions.task = Task::kCaption;
  EXPECT_THAT(ErrorText(ErrorKind::kUsage,
                        [&] {
                          LoadTorchvisionModel({path_, "resnet18", ""}, captions);
                        }),
              HasSubstr("explain-image"));
  WriteSafetensors(path_, {{"a", at::ones({1})}});
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile,
                        [&] {
                          LoadTorchvisionModel({path_, "resnet18", ""});
                        }),
              HasSubstr("no classification head"));
}

}  // namespace
}  // namespace wherefore
