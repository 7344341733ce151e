#include "tools/data/data_forms.h"

#include <sstream>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/files/files.h"
#include "tests/support/error_text.h"
#include "tests/support/temporary_directory.h"
#include "tools/report/picture.h"
#include "tools/scenes/scene_files.h"

namespace wherefore {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class DataFormsTest : public testing::Test {
 protected:
  DataFormsTest() {
    WritePicture(directory_.PathOf("a.png"), at::zeros({8, 8, 3}, at::kByte));
    WriteFileWhole(directory_.PathOf("mask.png"), EncodeGreyPng(at::ones({8, 8}, at::kByte)));
  }

  void Write(const std::string& name, const std::string& text) const { WriteFileWhole(directory_.PathOf(name), text); }

  std::string Complaint(const std::string& path) const {
    return ErrorText(ErrorKind::kBadFile, [&] { OpenLabeledImages(path); });
  }

  TemporaryDirectory directory_;
};

TEST_F(DataFormsTest, TellsTheFormByWhatTheDirectoryHolds) {
  Write("annotations.json", R"({"categories": [{"id": 1, "name": "dot"}],
    "images": [{"id": 1, "file_name": "a.png", "width": 8, "height": 8}],
    "annotations": [{"image_id": 1, "category_id": 1, "segmentation": [[1, 1, 6, 1, 6, 6]]}]})");
  EXPECT_THAT(OpenLabeledImages(directory_.path())->Name(), HasSubstr(": 1 photograph"));
  EXPECT_THAT(OpenLabeledImages(directory_.path() + "/")->Name(), HasSubstr(": 1 photograph"));

  Write("segmentation.json", R"({"format": 1, "name": "masks", "concepts": [{"name": "dot", "category": "object"}],
    "images": [{"file": "a.png", "masks": ["mask.png"]}]})");
  EXPECT_EQ(OpenLabeledImages(directory_.path())->Name(), "masks: 1 picture");

  SceneFilesRequest request;
  request.count = 1;
  request.seed = 5;
  request.options.size = 64;
  request.out = directory_.path();
  std::ostringstream progress;
  WriteSceneFiles(request, progress);
  EXPECT_THAT(OpenLabeledImages(directory_.path())->Name(), HasSubstr("scene"));
}

TEST_F(DataFormsTest, TellsWhatItLooksFor) {
  EXPECT_EQ(Complaint(directory_.path()),
            "'" + directory_.path() +
                "' holds no segmented data set: there is neither scenes.json (of make-scenes), nor segmentation.json "
                "(index masks), nor annotations*.json or instances*.json (COCO)");
  EXPECT_THAT(Complaint(directory_.PathOf("none")), StartsWith("'" + directory_.PathOf("none") + "' is no directory"));
  EXPECT_THAT(Complaint(directory_.PathOf("a.png")), HasSubstr("is no directory"));
}

}  // namespace
}  // namespace wherefore
