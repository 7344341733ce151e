#include "tools/data/coco.h"

#include <filesystem>
#include <map>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "models/files/files.h"
#include "tests/support/error_text.h"
#include "tests/support/image_files.h"
#include "tests/support/json_numbers.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"
#include "tools/data/coco_categories.h"
#include "tools/data/coco_region.h"
#include "tools/report/picture.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using Json = nlohmann::json;

/// Rows of '#' and '.', spaces between them.
at::Tensor Mask(const std::string& text) {
  std::vector<at::Tensor> rows;
  std::vector<int> row;
  for (const char c : text + " ") {
    if (c != ' ') {
      row.push_back(c == '#' ? 1 : 0);
    } else if (!row.empty()) {
      rows.push_back(at::tensor(row, at::kInt).to(at::kBool));
      row.clear();
    }
  }
  return at::stack(rows);
}

// Masks and strings of this kind are pycocotools' own.
constexpr const char* kStarRuns = "k01c01O001O1B0661ON2O20O4N1OO1OJI06ONN228O1OR1";
constexpr const char* kStar =
    "..................... ..................... .........##.......... .........##.......... ........###.......... "
    "........####......... ........####......... .##################.. ..################... ....#############.... "
    ".....##########...... ......########....... ......########....... ......########....... .....#####.####...... "
    ".....###....###...... .....##......##...... .....#........##..... ..................... .....................";
const Json& StarPolygon() {
  static const Json kPolygon = {10.0, 0.3,  12.4, 7.1,  19.6, 7.3,  13.7, 11.6, 15.8, 18.5,
                                10.1, 14.2, 4.2,  18.6, 6.4,  11.5, 0.4,  7.2,  7.6,  7.0};
  return kPolygon;
}

/// A segmentation of one polygon.
Json Polygon(const Json& corners) { return Json::array({corners}); }

/// The mask of the concept of this name and category; undefined where the image has none.
at::Tensor MaskOf(const LabeledImages& set, const LabeledImage& image, const std::string& name,
                  const std::string& category = "object") {
  for (std::size_t i = 0; i < image.labels.concepts.size(); ++i) {
    const auto& item = set.concepts()[static_cast<std::size_t>(image.labels.concepts[i])];
    if (item.name == name && item.category == category) return image.labels.masks[static_cast<int64_t>(i)];
  }
  return {};
}

std::vector<std::string> NamesOf(const LabeledImages& set) {
  std::vector<std::string> names;
  for (const auto& item : set.concepts()) names.push_back(item.category + ":" + item.name);
  return names;
}

/// A set of one picture, 21 x 20 pixels, with a star.
class CocoTest : public testing::Test {
 protected:
  CocoTest() {
    MakeDirectory(Path("images"));
    WritePicture(Path("images/a.png"), at::zeros({20, 21, 3}, at::kByte));
    json_ = {{"info", {{"year", 2017}}},
             {"categories", {{{"id", 7}, {"name", "star"}}, {{"id", 3}, {"name", "ring"}}}},
             {"images", Json::array({PictureJson(12, "a.png")})},
             {"annotations", Json::array({AnnotationJson(12, 7, Polygon(StarPolygon()))})}};
  }

  static Json PictureJson(int64_t id, const std::string& file) {
    return {{"id", id}, {"file_name", file}, {"width", 21}, {"height", 20}, {"license", 4}};
  }
  static Json AnnotationJson(int64_t image, int64_t category, const Json& segmentation) {
    return {{"id", 1},
            {"image_id", image},
            {"category_id", category},
            {"segmentation", segmentation},
            {"iscrowd", segmentation.is_object() ? 1 : 0}};
  }

  std::string Path(const std::string& name) const { return directory_.PathOf(name); }

  std::unique_ptr<LabeledImages> Open(const std::string& name = "annotations.json") const {
    WriteFileWhole(Path(name), json_.dump());
    return OpenCoco(directory_.path());
  }

  std::string NameWithout(const std::string& what) const {
    return std::filesystem::path(directory_.path()).filename().string() + what;
  }

  /// What is said of the file with a part of it changed; without the file's name in front.
  std::string Complaint(const std::string& pointer, const Json& value) const {
    auto json = json_;
    json[Json::json_pointer(pointer)] = value;
    return ComplaintOf(json.dump());
  }

  std::string ComplaintOf(const std::string& text) const {
    WriteFileWhole(Path("annotations.json"), text);
    const auto error = ErrorText(ErrorKind::kBadFile, [&] { OpenCoco(directory_.path()); });
    const auto head = Path("annotations.json") + ": ";
    EXPECT_THAT(error, StartsWith(head));
    return error.substr(std::min(error.size(), head.size()));
  }

  TemporaryDirectory directory_;
  Json json_;
};

TEST_F(CocoTest, FillsPolygonsAsPycocotoolsDoes) {
  const auto set = Open();
  EXPECT_EQ(set->Name(), NameWithout(": 1 photograph"));
  const auto image = set->At(0);
  EXPECT_EQ(image.pixels.sizes(), (std::vector<int64_t>{20, 21, 3}));
  EXPECT_THAT(image.labels.concepts, ElementsAre(0));
  EXPECT_EQ(image.labels.masks.scalar_type(), at::kBool);
  EXPECT_TRUE(MaskOf(*set, image, "star").equal(Mask(kStar)));
}

TEST(CocoRegionTest, FillsOddPolygonsAsPycocotoolsDoes) {
  const auto filled = [](const std::vector<double>& corners, int64_t height, int64_t width) {
    std::vector<std::int32_t> numbers;
    for (const double corner : corners) numbers.push_back(InFifths(corner));
    auto mask = at::zeros({width, height}, at::kBool);
    FillPolygon(numbers.data(), numbers.size(), height, width, mask.data_ptr<bool>());
    return mask.t().contiguous();
  };
  const auto beyond = Mask(
      "##............. ####........... ######......... ########......# ############### .############## "
      ".############## ..############# ...############ ...############ ....########### ....########### "
      ".....########## .....##########");
  EXPECT_TRUE(filled({-3.2, -2.1, 9.9, 4.4, 16.5, 3.0, 12.2, 30.7, 4.4, 12.1}, 14, 15).equal(beyond));
  const auto crossing = Mask(
      "............. ............. ..#......##.. ..##....###.. ..###..####.. ..#########.. ..###..####.. "
      "..##....###.. ..#......##.. ............. ............. .............");
  EXPECT_TRUE(filled({1.5, 1.5, 10.5, 9.5, 10.5, 1.5, 1.5, 9.5}, 12, 13).equal(crossing));
  const auto square = at::zeros({12, 13}, at::kBool);
  square.slice(0, 2, 8).slice(1, 2, 9).fill_(true);
  EXPECT_TRUE(filled({2, 2, 2, 2, 9.1, 2, 9.1, 2, 9.1, 8.05, 2, 8.05}, 12, 13).equal(square));
  EXPECT_EQ(filled({20, 2, 30, 2, 30, 9}, 12, 13).sum().item<int64_t>(), 0);
}

TEST_F(CocoTest, ReadsRunLengthsOfBothForms) {
  json_["annotations"][0]["segmentation"] = {{"size", {20, 21}}, {"counts", kStarRuns}};
  // Down the columns: one pixel at the top of the second, and the third up to its fifth pixel.
  json_["annotations"].push_back(AnnotationJson(12, 3, {{"size", {20, 21}}, {"counts", {20, 1, 19, 5, 375}}}));
  const auto set = Open();
  const auto image = set->At(0);
  EXPECT_TRUE(MaskOf(*set, image, "star").equal(Mask(kStar)));
  auto ring = at::zeros({20, 21}, at::kBool);
  ring[0][1] = true;
  ring.select(1, 2).slice(0, 0, 5).fill_(true);
  EXPECT_TRUE(MaskOf(*set, image, "ring").equal(ring));
}

TEST_F(CocoTest, UnitesTheRegionsOfACategory) {
  const Json left = {1, 1, 4, 1, 4, 4, 1, 4};
  const Json right = {10, 1, 14, 1, 14, 4, 10, 4};
  const Json below = {1, 3, 4, 3, 4, 10, 1, 10};
  json_["annotations"] = {AnnotationJson(12, 3, {left, right}), AnnotationJson(12, 3, Polygon(below))};
  const auto set = Open();
  const auto expected = at::zeros({20, 21}, at::kBool);
  expected.slice(0, 1, 10).slice(1, 1, 4).fill_(true);
  expected.slice(0, 1, 4).slice(1, 10, 14).fill_(true);
  const auto image = set->At(0);
  EXPECT_THAT(image.labels.concepts, ElementsAre(1));
  EXPECT_TRUE(image.labels.masks[0].equal(expected));
}

TEST_F(CocoTest, AddsSuperCategoriesOfSeveralCategories) {
  json_["categories"] = {{{"id", 1}, {"name", "person"}},
                         {{"id", 2}, {"name", "cat"}},
                         {{"id", 3}, {"name", "bus"}},
                         {{"id", 4}, {"name", "dog"}},
                         {{"id", 5}, {"name", "wand"}}};
  json_["annotations"] = {AnnotationJson(12, 2, Polygon({0, 0, 5, 0, 5, 5, 0, 5})),
                          AnnotationJson(12, 4, Polygon({3, 0, 8, 0, 8, 5, 3, 5})),
                          AnnotationJson(12, 3, Polygon({0, 10, 5, 10, 5, 15, 0, 15}))};
  const auto set = Open();
  EXPECT_THAT(NamesOf(*set), ElementsAre("object:person", "object:cat", "object:bus", "object:dog", "object:wand",
                                         "supercategory:animal"));
  const auto image = set->At(0);
  EXPECT_THAT(image.labels.concepts, ElementsAre(1, 2, 3, 5));
  const auto both = MaskOf(*set, image, "cat").logical_or(MaskOf(*set, image, "dog"));
  EXPECT_TRUE(MaskOf(*set, image, "animal", "supercategory").equal(both));
  EXPECT_EQ(both.sum().item<int64_t>(), 8 * 5);
  EXPECT_EQ(MaskOf(*set, image, "cat").sum().item<int64_t>(), 5 * 5);
}

TEST_F(CocoTest, TheFilesOwnSuperCategoriesComeFirst) {
  json_["categories"] = {{{"id", 1}, {"name", "cat"}, {"supercategory", "pet"}},
                         {{"id", 7}, {"name", "dog"}, {"supercategory", "pet"}},
                         {{"id", 3}, {"name", "cow"}, {"supercategory", "none"}},
                         {{"id", 4}, {"name", "hen"}, {"supercategory", "none"}}};
  EXPECT_THAT(NamesOf(*Open()),
              ElementsAre("object:cat", "object:dog", "object:cow", "object:hen", "supercategory:pet"));
}

TEST(CocoCategoriesTest, KnowsCocosOwn) {
  EXPECT_EQ(CocoSuperCategory("traffic light"), "outdoor");
  EXPECT_EQ(CocoSuperCategory("hair drier"), "indoor");
  EXPECT_EQ(CocoSuperCategory("unicorn"), "");
}

// Where an object has no mask, nothing says where its category is not.
TEST_F(CocoTest, LeavesOutPicturesOfWhichTooLittleIsKnown) {
  for (const auto* name : {"b.png", "c.png", "d.png", "e.png"}) {
    WritePicture(Path("images/" + std::string(name)), at::zeros({20, 21, 3}, at::kByte));
  }
  json_["images"] = {PictureJson(1, "b.png"), PictureJson(2, "c.png"), PictureJson(12, "a.png"),
                     PictureJson(4, "d.png"), PictureJson(5, "e.png")};
  auto& annotations = json_["annotations"];
  annotations.push_back(AnnotationJson(1, 3, Polygon(StarPolygon())));
  annotations.push_back(AnnotationJson(1, 7, Json::array()));
  annotations.push_back(AnnotationJson(5, 3, nullptr));
  annotations.push_back(AnnotationJson(4, 3, Polygon(StarPolygon())));
  annotations.push_back(AnnotationJson(2, 3, Polygon(StarPolygon())));
  annotations.back().erase("segmentation");
  std::filesystem::remove(Path("images/b.png"));  // and so it need not be there
  const auto set = Open();
  EXPECT_EQ(set->Name(), NameWithout(": 2 photographs (3 without masks of all their objects left out)"));
  EXPECT_EQ(set->size(), 2);
  EXPECT_THAT(set->At(0).labels.concepts, ElementsAre(0));
  EXPECT_THAT(set->At(1).labels.concepts, ElementsAre(1));

  json_["images"].push_back(PictureJson(6, "f.png"));
  EXPECT_EQ(Open()->Name(),
            NameWithout(": 2 photographs (3 without masks of all their objects and 1 without annotations left out)"));
  annotations = Json::array({Json(annotations[2])});
  EXPECT_EQ(ComplaintOf(json_.dump()),
            "none of its images has masks of all its objects (1 without masks of all their objects and 5 without "
            "annotations left out): nothing can be dissected with it");
  annotations = Json::array();
  EXPECT_THAT(ComplaintOf(json_.dump()), HasSubstr("(6 without annotations left out)"));
}

TEST_F(CocoTest, TheListsMayComeInAnyOrder) {
  const auto text = R"({"images": [)" + PictureJson(12, "a.png").dump() + R"(], "licenses": {"1": [{"a": [1]}, 2]},
    "annotations": )" +
                    json_["annotations"].dump() + R"(, "images_of_mine": [[], 5], "name": null,
    "categories": [{"name": "star", "id": 7}], "captions": [{"id": 1, "caption": "a star"}]})";
  WriteFileWhole(Path("annotations.json"), text);
  const auto set = OpenCoco(directory_.path());
  EXPECT_TRUE(MaskOf(*set, set->At(0), "star").equal(Mask(kStar)));
}

TEST_F(CocoTest, FindsTheFilesWhereCocoPublishesThem) {
  MakeDirectory(Path("annotations"));
  std::filesystem::rename(Path("images"), Path("val2017"));
  EXPECT_EQ(Open("annotations/instances_val2017.json")->size(), 1);
  WriteFileWhole(Path("annotations/captions_val2017.json"), "{}");
  WriteFileWhole(Path("annotations/instances_train2017.json"), "{}");  // whose pictures are not there
  EXPECT_EQ(OpenCoco(directory_.path())->size(), 1);
  MakeDirectory(Path("train2017"));
  EXPECT_THAT(
      ErrorText(ErrorKind::kBadFile, [&] { OpenCoco(directory_.path()); }),
      EndsWith("several annotation files, '" + Path("annotations/instances_train2017.json") + "', '" +
               Path("annotations/instances_val2017.json") + "': keep the one to use, or only its folder of pictures"));
}

TEST_F(CocoTest, PicturesMayLieBesideTheFile) {
  std::filesystem::rename(Path("images/a.png"), Path("a.png"));
  EXPECT_TRUE(HasCocoAnnotations(Open("instances.json") ? directory_.path() : ""));
  EXPECT_EQ(OpenCoco(directory_.path())->At(0).labels.concepts.size(), 1U);
  std::filesystem::remove(Path("instances.json"));
  EXPECT_FALSE(HasCocoAnnotations(directory_.path()));
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { OpenCoco(directory_.path()); }),
              HasSubstr("has no annotations*.json or instances*.json"));
}

// The masks are of the stored pixels. Both turn in the same way: what the mask marks stays what it was.
TEST_F(CocoTest, MasksTurnWithThePhotograph) {
  auto stored = at::zeros({16, 24, 3}, at::kByte);
  stored.slice(0, 0, 8).slice(1, 0, 16).fill_(255);
  json_["images"][0] = {{"id", 12}, {"file_name", "a.jpg"}, {"width", 24}, {"height", 16}};
  json_["annotations"] = Json::array({AnnotationJson(12, 7, Polygon({0, 0, 16, 0, 16, 8, 0, 8}))});
  for (unsigned orientation = 1; orientation <= 8; ++orientation) {
    WriteFileWhole(Path("images/a.jpg"), WithExif(EncodeJpeg(stored, 95), orientation));
    const auto image = Open()->At(0);
    EXPECT_EQ(image.pixels.size(0), orientation < 5 ? 16 : 24);
    EXPECT_TRUE(image.pixels.select(2, 0).gt(127).equal(image.labels.masks[0])) << orientation;
  }
}

TEST_F(CocoTest, TellsWhatIsWrongWithTheFile) {
  EXPECT_THAT(ComplaintOf("{\"images\": ["), StartsWith("not valid JSON: parse error at line 1"));
  EXPECT_THAT(ComplaintOf(""), StartsWith("not valid JSON: "));
  EXPECT_EQ(ComplaintOf("[1, {}]"), "the document must be an object with COCO's three lists");
  EXPECT_EQ(ComplaintOf("7"), "the document must be an object with COCO's three lists");
  EXPECT_THAT(ComplaintOf(std::string(1000, '[')), StartsWith("nested deeper than 16 levels"));
  EXPECT_EQ(ComplaintOf("{\"images\": [], \"images\": []}"), "key \"images\" appears twice");
  for (const auto* key : {"categories", "images", "annotations"}) {
    auto json = json_;
    json.erase(key);
    EXPECT_EQ(ComplaintOf(json.dump()), "key '" + std::string(key) + "' is missing: is it a file of COCO's instances?");
    EXPECT_EQ(Complaint("/" + std::string(key), Json::object()), "key '" + std::string(key) + "' must be an array");
    EXPECT_EQ(Complaint("/" + std::string(key), 5), "key '" + std::string(key) + "' must be an array");
    EXPECT_EQ(Complaint("/" + std::string(key) + "/0", 5),
              "key '" + std::string(key) + "[0]' is 5, but must be an object");
    EXPECT_THAT(Complaint("/" + std::string(key) + "/0", Json::array()), EndsWith("but must be an object"));
  }
  EXPECT_EQ(Complaint("/images", Json::array()), "key 'images' is an array of 0: the data set is empty");
  EXPECT_EQ(Complaint("/categories", Json::array()), "key 'categories' is an array of 0: the data set is empty");
}

TEST_F(CocoTest, TellsWhatIsWrongWithAnItem) {
  EXPECT_EQ(Complaint("/categories/1/name", "star"),
            "key 'categories[1].name' is \"star\", but must be another than an earlier one's");
  EXPECT_EQ(Complaint("/categories/1/id", 7), "key 'categories[1].id' is 7, but must be another than an earlier one's");
  EXPECT_EQ(Complaint("/images/1", json_["images"][0]),
            "key 'images[1].id' is 12, but must be another than an earlier one's");
  EXPECT_EQ(Complaint("/images/0/file_name", "../a.png"),
            "key 'images[0].file_name' is \"../a.png\", but must be the name of a file inside the directory");
  EXPECT_THAT(Complaint("/images/0/width", 0), StartsWith("key 'images[0].width' is 0, but must be an integer from 1"));
  EXPECT_EQ(Complaint("/annotations/0/image_id", 5),
            "key 'annotations[0].image_id' is 5, but must be the id of one of 'images'");
  EXPECT_EQ(Complaint("/annotations/0/category_id", 5),
            "key 'annotations[0].category_id' is 5, but must be the id of one of 'categories'");
  EXPECT_THAT(Complaint("/annotations/0/category_id", "star"),
              StartsWith("key 'annotations[0].category_id' is \"star"));
}

TEST_F(CocoTest, TellsWhatIsWrongWithASegmentation) {
  const std::string key = "/annotations/0/segmentation";
  const std::string name = "key 'annotations[0].segmentation";
  EXPECT_EQ(Complaint(key, "star"), name +
                                        "' is \"star\", but must be an array of polygons, or an object with run "
                                        "lengths");
  const std::string wanted = ", but must be an array of x and y in turn, of 3 points or more";
  EXPECT_EQ(Complaint(key, {1, 2, 3, 4, 5, 6}), name + "[0]' is 1" + wanted);
  EXPECT_EQ(Complaint(key, {StarPolygon(), {1, 2, 3, 4}}), name + "[1]' is an array of 4" + wanted);
  EXPECT_EQ(Complaint(key, Polygon({1, 2, 3, 4, 5, 6, 7})), name + "[0]' is an array of 7" + wanted);
  EXPECT_EQ(Complaint(key + "/0/2", nullptr),
            name + "[0]' holds null, but must hold numbers from -100000 to 100000, in pixels");
  EXPECT_THAT(Complaint(key + "/0/2", 1e30), HasSubstr("holds 1e+30"));
  auto text = json_.dump();
  text.replace(text.find("12.4"), 4, "NaN");
  EXPECT_THAT(ComplaintOf(text), StartsWith("not valid JSON: "));
  text.replace(text.find("NaN"), 3, "1e999");
  EXPECT_THAT(ComplaintOf(text), AllOf(StartsWith("not valid JSON: "), HasSubstr("1e999")));

  const auto runs = [&](const Json& counts, const Json& size = {20, 21}) {
    return Complaint(key, {{"size", size}, {"counts", counts}});
  };
  EXPECT_EQ(runs({20, 400, 1}), name +
                                    ".counts' is an array of 3, but must be the lengths of runs that cover the 20 x "
                                    "21 pixels of 'size'");
  EXPECT_THAT(runs({-20, 440}), HasSubstr("but must be the lengths of runs"));
  EXPECT_THAT(runs({9e18, -9e18, 420}), HasSubstr("but must be an array of integers, or a string"));
  EXPECT_THAT(runs({INT64_MAX, INT64_MAX, 422}), HasSubstr("but must be the lengths of runs"));
  EXPECT_THAT(runs(Json::object()), HasSubstr("but must be an array of integers, or a string"));
  EXPECT_THAT(runs(nullptr), HasSubstr("but must be an array of integers, or a string"));
  EXPECT_THAT(runs(""), HasSubstr("a string that is not empty"));
  EXPECT_THAT(runs("k0 "), HasSubstr("is \"k0 \", but must be a string of compressed run lengths"));
  EXPECT_THAT(runs("oooooooooooooooo0"), HasSubstr("compressed run lengths"));
  EXPECT_THAT(runs("0"), HasSubstr("but must be the lengths of runs"));
  EXPECT_THAT(runs("o"), HasSubstr("compressed run lengths"));  // it promises more
  EXPECT_THAT(runs(Json::array({420}), Json::array({20})),
              HasSubstr("segmentation.size' is an array of 1, but must be an array of 2 numbers"));
  EXPECT_EQ(runs(Json::array({420}), {21, 20}),
            name + ".size' is [21, 20], but must be the image's height and width, [20, 21]");
  EXPECT_THAT(Complaint(key, {{"size", {20, 21}}}), EndsWith("counts' is missing"));
}

TEST_F(CocoTest, TellsWhatIsWrongWithPictures) {
  json_["images"].push_back(PictureJson(13, "b.png"));
  json_["annotations"].push_back(AnnotationJson(13, 3, Polygon(StarPolygon())));
  EXPECT_EQ(ComplaintOf(json_.dump()),
            "'b.png', one of its 2 files, is not in '" + Path("images") + "': copy or download what is missing");
  WritePicture(Path("images/b.png"), at::zeros({21, 20, 3}, at::kByte));
  EXPECT_EQ(ErrorText(ErrorKind::kBadFile, [&] { Open()->At(1); }),
            "'" + Path("images/b.png") + "' has 20 x 21 pixels, but '" + Path("annotations.json") +
                "' says 21 x 20 pixels: use the picture that was annotated, not a resized or turned copy");
  WriteFileWhole(Path("images/b.png"), "no picture");
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { Open()->At(1); }), HasSubstr("is no image that can be read"));
  std::filesystem::remove(Path("images/a.png"));
  EXPECT_EQ(ComplaintOf(json_.dump()), "its first picture, 'a.png', is in none of '" + Path("images") + "', '" +
                                           directory_.path() + "': put the pictures into the first of them");
}

/// The file's own area of each category, where the picture has one object of it and no crowd; by picture, those only
/// whose objects all have a mask.
std::vector<std::map<std::string, double>> KnownAreas(const Json& json) {
  std::map<int64_t, std::string> names;
  for (const auto& category : json["categories"]) names[category["id"]] = category["name"];
  std::vector<std::map<std::string, double>> pictures;
  for (const auto& picture : json["images"]) {
    std::map<std::string, double> areas;
    std::map<std::string, int> objects;
    bool is_known = true;
    for (const auto& annotation : json["annotations"]) {
      if (annotation["image_id"] != picture["id"]) continue;
      const auto& name = names[annotation["category_id"]];
      is_known = is_known && !annotation["segmentation"].empty();
      objects[name] += annotation["iscrowd"] == 1 ? 2 : 1;
      areas[name] = annotation["area"];
    }
    if (!is_known || objects.empty()) continue;
    for (const auto& [name, count] : objects) {
      if (count > 1) areas.erase(name);
    }
    pictures.push_back(areas);
  }
  return pictures;
}

TEST(CocoPhotographsTest, MasksHaveTheAreasThatTheFileSays) {
  WHEREFORE_NEEDS_SHARED("photos/coco_cc");
  const auto set = OpenCoco(SharedPath("photos/coco_cc"));
  EXPECT_EQ(set->Name(),
            "coco_cc: 54 photographs (23 without masks of all their objects and 17 without annotations left out)");
  EXPECT_EQ(set->concepts().size(), 80U + 11U);
  const auto areas = KnownAreas(ReadJson(SharedPath("photos/coco_cc/annotations.json")));
  ASSERT_EQ(static_cast<int64_t>(areas.size()), set->size());
  int compared = 0;
  for (int64_t i = 0; i < set->size(); ++i) {
    const auto image = set->At(i);
    EXPECT_EQ(image.labels.masks.size(1), image.pixels.size(0));
    EXPECT_EQ(image.labels.masks.size(2), image.pixels.size(1));
    for (const auto& [name, area] : areas[static_cast<std::size_t>(i)]) {
      const auto mask = MaskOf(*set, image, name);
      ASSERT_TRUE(mask.defined()) << name << " of picture " << i;
      // The file's area is that of the polygon; pixels are whole.
      EXPECT_NEAR(mask.sum().item<double>(), area, 3 + 0.04 * area) << name << " of picture " << i;
      ++compared;
    }
  }
  EXPECT_GT(compared, 50);
}

}  // namespace
}  // namespace wherefore
