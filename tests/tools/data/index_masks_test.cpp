#include "tools/data/index_masks.h"

#include <filesystem>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "models/files/files.h"
#include "tests/support/error_text.h"
#include "tests/support/image_files.h"
#include "tests/support/temporary_directory.h"
#include "tools/report/picture.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using Json = nlohmann::json;

at::Tensor Bytes(const std::vector<std::vector<int>>& rows) {
  std::vector<at::Tensor> all;
  for (const auto& row : rows) all.push_back(at::tensor(row, at::kInt).to(at::kByte));
  return at::stack(all);
}

/// The mask of the concept with this index, as numbers.
at::Tensor MaskOf(const LabeledImage& image, int64_t index) {
  for (std::size_t i = 0; i < image.labels.concepts.size(); ++i) {
    if (image.labels.concepts[i] == index) return image.labels.masks[static_cast<int64_t>(i)].to(at::kByte);
  }
  return {};
}

/// A set of one picture, 3 x 2 pixels, with two masks.
class IndexMasksTest : public testing::Test {
 protected:
  IndexMasksTest() {
    MakeDirectory(Path("images"));
    MakeDirectory(Path("masks"));
    picture_ = at::arange(18, at::kByte).view({2, 3, 3});
    WritePicture(Path("images/a.png"), picture_);
    WriteFileWhole(Path("masks/a-color.png"), EncodeGreyPng(Bytes({{1, 1, 0}, {0, 2, 0}})));
    WriteFileWhole(Path("masks/a-shape.png"), EncodeGreyPng(Bytes({{3, 3, 3}, {0, 0, 1}})));
    json_ = {
        {"format", 1},
        {"name", "shapes"},
        {"concepts",
         {{{"name", "red"}, {"category", "color"}},
          {{"name", "blue"}, {"category", "color"}},
          {{"name", "ring"}, {"category", "shape"}},
          {{"name", "star"}, {"category", "shape"}}}},
        {"images", Json::array({{{"file", "images/a.png"}, {"masks", {"masks/a-color.png", "masks/a-shape.png"}}}})}};
  }

  std::string Path(const std::string& name) const { return directory_.PathOf(name); }
  std::string JsonPath() const { return Path("segmentation.json"); }

  std::unique_ptr<LabeledImages> Open() const {
    WriteFileWhole(JsonPath(), json_.dump());
    return OpenIndexMasks(directory_.path());
  }

  /// What is said of the description with a part of it changed; without the file's name in front.
  std::string Complaint(const std::string& pointer, const Json& value) const {
    auto json = json_;
    json[Json::json_pointer(pointer)] = value;
    return ComplaintOf(json.dump());
  }

  std::string ComplaintOf(const std::string& text) const {
    WriteFileWhole(JsonPath(), text);
    const auto error = ErrorText(ErrorKind::kBadFile, [&] { OpenIndexMasks(directory_.path()); });
    EXPECT_THAT(error, StartsWith(JsonPath() + ": "));
    return error.substr(std::min(error.size(), JsonPath().size() + 2));
  }

  /// What is said of the picture when its first mask has these bytes; without the mask's name in front.
  std::string MaskComplaint(const std::string& bytes) const {
    const auto set = Open();
    const auto path = Path("masks/a-color.png");
    WriteFileWhole(path, bytes);
    const auto error = ErrorText(ErrorKind::kBadFile, [&] { set->At(0); });
    EXPECT_THAT(error, StartsWith("'" + path + "' "));
    return error.substr(std::min(error.size(), path.size() + 3));
  }

  TemporaryDirectory directory_;
  at::Tensor picture_;
  Json json_;
};

TEST_F(IndexMasksTest, ReadsPicturesAndTheUnionOfTheirMasks) {
  const auto set = Open();
  EXPECT_EQ(set->Name(), "shapes: 1 picture");
  EXPECT_EQ(set->size(), 1);
  ASSERT_EQ(set->concepts().size(), 4U);
  EXPECT_EQ(set->concepts()[2].name, "ring");
  EXPECT_EQ(set->concepts()[2].category, "shape");

  const auto image = set->At(0);
  EXPECT_TRUE(image.pixels.equal(picture_));
  EXPECT_THAT(image.question, IsEmpty());
  EXPECT_THAT(image.labels.concepts, ElementsAre(0, 1, 2));
  EXPECT_EQ(image.labels.masks.scalar_type(), at::kBool);
  EXPECT_TRUE(MaskOf(image, 0).equal(Bytes({{1, 1, 0}, {0, 0, 1}})));  // of both files
  EXPECT_TRUE(MaskOf(image, 1).equal(Bytes({{0, 0, 0}, {0, 1, 0}})));
  EXPECT_TRUE(MaskOf(image, 2).equal(Bytes({{1, 1, 1}, {0, 0, 0}})));
}

TEST_F(IndexMasksTest, ReadsMasksOf16Bits) {
  auto& concepts = json_["concepts"];
  for (int i = 5; i <= 300; ++i) concepts.push_back({{"name", std::to_string(i)}, {"category", "number"}});
  const auto row = BigEndian(300, 2) + BigEndian(0, 2) + BigEndian(44, 2);  // 300 is 256 + 44
  WriteFileWhole(Path("masks/a-color.png"), PngFile(3, 2, 16, 0, row + row));
  const auto image = Open()->At(0);
  EXPECT_THAT(image.labels.concepts, ElementsAre(0, 2, 43, 299));
  EXPECT_TRUE(MaskOf(image, 299).equal(Bytes({{1, 0, 0}, {1, 0, 0}})));
  EXPECT_TRUE(MaskOf(image, 43).equal(Bytes({{0, 0, 1}, {0, 0, 1}})));
}

TEST_F(IndexMasksTest, APictureMayHaveNoLabels) {
  for (const auto* name : {"masks/a-color.png", "masks/a-shape.png"}) {
    WriteFileWhole(Path(name), EncodeGreyPng(at::zeros({2, 3}, at::kByte)));
  }
  const auto image = Open()->At(0);
  EXPECT_THAT(image.labels.concepts, IsEmpty());
  EXPECT_EQ(image.labels.masks.sizes(), (std::vector<int64_t>{0, 2, 3}));
}

// A mask is of the stored pixels. Both turn in the same way: what the mask marks stays what it was.
TEST_F(IndexMasksTest, MasksTurnWithThePhotograph) {
  auto stored = at::zeros({16, 24, 3}, at::kByte);
  stored.slice(0, 0, 8).slice(1, 0, 16).fill_(255);
  const auto mask = stored.select(2, 0).eq(255).to(at::kByte).contiguous();
  WriteFileWhole(Path("masks/a-color.png"), EncodeGreyPng(mask));
  json_["images"][0] = {{"file", "images/a.jpg"}, {"masks", Json::array({"masks/a-color.png"})}};
  for (unsigned orientation = 1; orientation <= 8; ++orientation) {
    WriteFileWhole(Path("images/a.jpg"), WithExif(EncodeJpeg(stored, 95), orientation));
    const auto image = Open()->At(0);
    EXPECT_EQ(image.pixels.size(0), orientation < 5 ? 16 : 24);
    EXPECT_TRUE(image.pixels.select(2, 0).gt(127).equal(image.labels.masks[0])) << orientation;
  }
}

TEST_F(IndexMasksTest, TellsWhatIsWrongWithTheDescription) {
  EXPECT_THAT(ComplaintOf("{"), StartsWith("not valid JSON: "));
  EXPECT_EQ(ComplaintOf("[]"), "the document is an array of 0, but must be an object");
  EXPECT_EQ(Complaint("/format", 2), "key 'format' is 2, but must be 1, the one that this version reads");
  EXPECT_EQ(Complaint("/image", 2), "unknown key 'image'; did you mean 'images'?");
  EXPECT_EQ(Complaint("/name", ""), "key 'name' is \"\", but must be a string that is not empty");
  EXPECT_EQ(Complaint("/concepts", Json::array()),
            "key 'concepts' is an array of 0, but must be an array of objects, one or more");
  EXPECT_EQ(Complaint("/concepts/1/name", "red"),
            "key 'concepts[1].name' is \"red\", but must be another than that of an earlier concept of the same "
            "category");
  EXPECT_EQ(Complaint("/concepts/1/category", 5), "key 'concepts[1].category' is 5, but must be a string");
  EXPECT_EQ(Complaint("/concepts/1/colour", 5), "unknown key 'concepts[1].colour'");
  EXPECT_EQ(Complaint("/concepts/1", "blue"), "key 'concepts[1]' is \"blue\", but must be an object");
  EXPECT_EQ(Complaint("/images", "images"), "key 'images' is \"images\", but must be an array of objects, one or more");
  EXPECT_EQ(Complaint("/images/0/file", "../a.png"),
            "key 'images[0].file' is \"../a.png\", but must be the name of a file inside the directory");
  EXPECT_EQ(Complaint("/images/0/masks", Json::array()),
            "key 'images[0].masks' is an array of 0, but must be an array of file names, one or more");
  EXPECT_EQ(Complaint("/images/0/masks/1", "/etc/mask.png"),
            "key 'images[0].masks[1]' is \"/etc/mask.png\", but must be the name of a file inside the directory");
  EXPECT_EQ(Complaint("/images/0/masks/1", 7), "key 'images[0].masks[1]' is 7, but must be a string");
  EXPECT_EQ(Complaint("/images/1", json_["images"][0]),
            "key 'images[1].file' is \"images/a.png\", but must be another than that of an earlier image, which would "
            "count twice");
  for (const auto* key : {"format", "name", "concepts", "images"}) {
    auto json = json_;
    json.erase(key);
    EXPECT_EQ(ComplaintOf(json.dump()), "key '" + std::string(key) + "' is missing");
  }
}

TEST_F(IndexMasksTest, MissingFilesAreFoundAtOnce) {
  std::filesystem::remove(Path("masks/a-shape.png"));
  const auto complaint = Complaint("/name", "shapes");
  EXPECT_EQ(complaint, "'masks/a-shape.png', one of its 3 files, is not in '" + directory_.path() +
                           "': copy or download what is missing");
  std::filesystem::remove(Path("images/a.png"));
  EXPECT_THAT(Complaint("/name", "shapes"), HasSubstr("', nor are 1 more: "));
}

TEST_F(IndexMasksTest, TellsWhatIsWrongWithAMask) {
  const std::string wanted = "a mask must be a grey PNG of 8 or 16 bits whose values are the concepts' numbers";
  EXPECT_EQ(MaskComplaint(""), "is empty, but " + wanted);
  EXPECT_EQ(MaskComplaint("no mask"), "is no image, but " + wanted);
  EXPECT_EQ(MaskComplaint(FlatJpeg({100})), "is JPEG, but " + wanted);
  EXPECT_EQ(MaskComplaint(EncodePng(picture_)), "is a colour PNG of 8 bits, but " + wanted + ": save it as one");
  const auto palette = PngChunk("PLTE", std::string("\0\0\0\xFF\0\0", 6));
  EXPECT_EQ(MaskComplaint(PngFile(3, 2, 8, 3, std::string(6, '\1'), palette)),
            "is a palette PNG of 8 bits, but " + wanted + ": save it as one");
  EXPECT_THAT(MaskComplaint(PngFile(3, 2, 4, 0, std::string(4, '\1'))), StartsWith("is a grey PNG of 4 bits, but"));
  EXPECT_EQ(MaskComplaint(EncodeGreyPng(at::zeros({2, 4}, at::kByte))),
            "has 4 x 2 pixels, but '" + Path("images/a.png") +
                "' has 3 x 2 pixels: make the mask of the picture's size, without smoothing");
  EXPECT_THAT(MaskComplaint(EncodeGreyPng(at::zeros({3, 2}, at::kByte))),
              EndsWith("as it is stored: turn the mask back by a quarter, or store the picture upright"));
  EXPECT_EQ(MaskComplaint(EncodeGreyPng(Bytes({{0, 0, 0}, {0, 0, 5}}))),
            "has the value 5 at (2, 1), but '" + JsonPath() +
                "' lists 4 concepts: give the value 0 to what has no label, or list the concept");
  const auto whole = EncodeGreyPng(at::ones({2, 3}, at::kByte));
  EXPECT_EQ(MaskComplaint(whole.substr(0, whole.size() - 20)), "is damaged: make or copy the mask again");
  auto damaged = whole;
  damaged[whole.find("IDAT") + 6] = '\x55';
  EXPECT_EQ(MaskComplaint(damaged), "is damaged: make or copy the mask again");
}

TEST_F(IndexMasksTest, TellsWhatIsWrongWithAPicture) {
  WriteFileWhole(Path("images/a.png"), "no picture");
  const auto set = Open();
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { set->At(0); }),
              StartsWith("'" + Path("images/a.png") + "' is no image that can be read"));
}

}  // namespace
}  // namespace wherefore
