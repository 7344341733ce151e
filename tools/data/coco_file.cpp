#include "tools/data/coco_file.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <nlohmann/json.hpp>

#include "explain/error.h"
#include "models/files/files.h"
#include "models/files/json.h"
#include "models/files/object_reader.h"
#include "tools/data/coco_categories.h"
#include "tools/data/coco_region.h"

namespace wherefore {
namespace {

using Json = nlohmann::json;
using Event = Json::parse_event_t;

constexpr int64_t kLongestSide = 65'535;  // of a JPEG
constexpr int64_t kMostPixels = 200'000'000;

/// `json` is not nested deeper than kDeepestJson.
JsonValue ValueOf(const Json& json) {
  JsonValue value;
  if (json.is_boolean()) {
    value.kind = JsonValue::Kind::kBoolean;
    value.boolean = json.get<bool>();
  } else if (json.is_number()) {
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<int64_t>::max());
    const bool fits = json.is_number_integer() && (!json.is_number_unsigned() || json.get<std::uint64_t>() <= most);
    value.kind = fits ? JsonValue::Kind::kInteger : JsonValue::Kind::kNumber;
    if (fits) value.integer = json.get<int64_t>();
    value.number = json.get<double>();
  } else if (json.is_string()) {
    value.kind = JsonValue::Kind::kString;
    value.string = json.get<std::string>();
  } else if (json.is_structured()) {
    value.kind = json.is_array() ? JsonValue::Kind::kArray : JsonValue::Kind::kObject;
    for (const auto& item : json.items()) {
      if (json.is_object()) value.keys.push_back(item.key());
      value.items.push_back(ValueOf(item.value()));
    }
  }
  return value;
}

/// Takes the items of the three lists one by one, in whatever order the lists come, and puts them together at the end.
class Builder {
 public:
  explicit Builder(std::string path) : path_(std::move(path)) {}

  /// nlohmann's callback: keeps nothing of the document.
  bool operator()(int depth, Event event, Json& parsed) {
    if (depth > static_cast<int>(kDeepestJson)) {
      ThrowBadFile(path_ + ": nested deeper than " + std::to_string(kDeepestJson) + " levels");
    }
    if (depth == 0) return true;
    if (depth == 1 && event == Event::key) {
      Enter(parsed.get<std::string>());
      return true;
    }
    if (list_ == nullptr) return depth > 1;  // nothing within what is dropped here is kept
    if (depth == 1) {
      if (event == Event::array_start || event == Event::array_end) return true;
      ThrowBadFile(path_ + ": key '" + list_->key + "' must be an array");
    }
    const bool is_whole = event == Event::value || event == Event::object_end || event == Event::array_end;
    if (depth != 2 || !is_whole) return true;
    const std::string key = std::string(list_->key) + "[" + std::to_string(list_->items++) + "]";
    (this->*list_->add)(ValueOf(parsed), key);
    return false;
  }

  CocoFile Finish() {
    for (const auto& list : lists_) {
      if (!list.was_seen) {
        ThrowBadFile(path_ + ": key '" + std::string(list.key) + "' is missing: is it a file of COCO's instances?");
      }
    }
    for (const auto& list : {lists_[0], lists_[1]}) {
      if (list.items == 0) ThrowBadFile(path_ + ": key '" + list.key + "' is an array of 0: the data set is empty");
    }
    PutTogether();
    return std::move(file_);
  }

 private:
  struct List {
    const char* key;
    void (Builder::*add)(const JsonValue& value, const std::string& key);
    std::size_t items = 0;
    bool was_seen = false;
  };

  /// An annotation, whose image and category may come later in the file.
  struct Annotation {
    int64_t image_id;
    int64_t category_id;
    std::size_t regions_end;  ///< of its regions; they begin where those of the one before end
    int64_t height = 0;       ///< of its run lengths; 0 where it has none
    int64_t width = 0;
    bool is_crowd = false;
  };

  void Enter(const std::string& key) {
    list_ = nullptr;
    for (auto& list : lists_) {
      if (key != list.key) continue;
      if (list.was_seen) ThrowBadFile(path_ + ": key \"" + key + "\" appears twice");
      list.was_seen = true;
      list_ = &list;
    }
  }

  void AddCategory(const JsonValue& value, const std::string& key) {
    const ObjectReader reader(value, path_, key);
    const auto id = ReadId(reader, "id");
    CocoCategory category{reader.Text("name"), ""};
    if (!categories_.emplace(id, file_.categories.size()).second) reader.Refuse("id", "another than an earlier one's");
    if (!names_.insert(category.name).second) reader.Refuse("name", "another than an earlier one's");
    const auto* super = value.Find("supercategory");
    category.super_category = super == nullptr ? CocoSuperCategory(category.name) : super->string;
    if (category.super_category == "none") category.super_category.clear();  // as converters write it; others: null, ""
    file_.categories.push_back(std::move(category));
  }

  void AddPicture(const JsonValue& value, const std::string& key) {
    const ObjectReader reader(value, path_, key);
    const auto id = ReadId(reader, "id");
    if (!pictures_.emplace(id, file_.pictures.size()).second) reader.Refuse("id", "another than an earlier one's");
    CocoPicture picture;
    picture.id = id;
    picture.file = reader.FileName("file_name");
    picture.width = reader.Integer("width", 1, kLongestSide);
    picture.height = reader.Integer("height", 1, kMostPixels / picture.width);
    file_.pictures.push_back(std::move(picture));
  }

  void AddAnnotation(const JsonValue& value, const std::string& key) {
    const ObjectReader reader(value, path_, key);
    Annotation annotation{ReadId(reader, "image_id"), ReadId(reader, "category_id"), 0};
    const auto* segmentation = value.Find("segmentation");
    if (segmentation != nullptr && segmentation->kind == JsonValue::Kind::kArray) {
      for (std::size_t i = 0; i < segmentation->items.size(); ++i) {
        AddPolygon(segmentation->items[i], key + ".segmentation[" + std::to_string(i) + "]");
      }
    } else if (segmentation != nullptr && segmentation->kind == JsonValue::Kind::kObject) {
      AddRuns(*segmentation, key + ".segmentation", &annotation);
    } else if (segmentation != nullptr && segmentation->kind != JsonValue::Kind::kNull) {
      reader.Refuse("segmentation", "an array of polygons, or an object with run lengths");
    }
    annotation.regions_end = file_.regions.size();
    const auto* crowd = value.Find("iscrowd");
    annotation.is_crowd = crowd != nullptr && (crowd->boolean || crowd->integer == 1);
    annotations_.push_back(annotation);
  }

  void AddPolygon(const JsonValue& polygon, const std::string& key) {
    const std::string wanted = ", but must be an array of x and y in turn, of 3 points or more";
    const bool is_array = polygon.kind == JsonValue::Kind::kArray;
    if (!is_array || polygon.items.size() < 6 || polygon.items.size() % 2 == 1) {
      ThrowBadFile(path_ + ": key '" + key + "' is " + Describe(polygon) + wanted);
    }
    const auto begin = file_.numbers.size();
    for (const auto& item : polygon.items) {
      const bool is_number = item.kind == JsonValue::Kind::kInteger || item.kind == JsonValue::Kind::kNumber;
      if (!is_number || !(std::abs(item.number) <= kFarthestCoordinate)) {
        ThrowBadFile(path_ + ": key '" + key + "' holds " + Describe(item) + ", but must hold numbers from -100000 " +
                     "to 100000, in pixels");
      }
      file_.numbers.push_back(InFifths(item.number));
    }
    file_.regions.push_back({0, 0, CocoRegion::Kind::kPolygon, begin, file_.numbers.size()});
  }

  void AddRuns(const JsonValue& runs, const std::string& key, Annotation* annotation) {
    const ObjectReader reader(runs, path_, key);
    const auto size = reader.Numbers("size", 2, 1, static_cast<double>(kMostPixels));
    annotation->height = static_cast<int64_t>(size[0]);
    annotation->width = static_cast<int64_t>(size[1]);
    const auto counts = ReadCounts(reader, runs);
    // Bounded first: the sum of numbers of any size could be anything.
    const bool in_range =
        std::all_of(counts.begin(), counts.end(), [](int64_t count) { return count >= 0 && count <= kMostPixels; });
    const auto pixels = std::accumulate(counts.begin(), counts.end(), int64_t{0});
    if (!in_range || annotation->width > kMostPixels / annotation->height ||
        pixels != annotation->height * annotation->width) {
      reader.Refuse("counts", "the lengths of runs that cover the " + std::to_string(annotation->height) + " x " +
                                  std::to_string(annotation->width) + " pixels of 'size'");
    }
    const auto begin = file_.numbers.size();
    for (const auto count : counts) file_.numbers.push_back(static_cast<std::int32_t>(count));
    file_.regions.push_back({0, 0, CocoRegion::Kind::kRuns, begin, file_.numbers.size()});
  }

  static std::vector<int64_t> ReadCounts(const ObjectReader& reader, const JsonValue& runs) {
    const auto* found = runs.Find("counts");
    if (found == nullptr || found->kind == JsonValue::Kind::kString) {
      std::vector<int64_t> counts;
      if (!DecodeRuns(reader.Text("counts"), &counts)) reader.Refuse("counts", "a string of compressed run lengths");
      return counts;
    }
    std::vector<int64_t> counts;
    for (const auto& item : found->items) {
      if (item.kind != JsonValue::Kind::kInteger) break;
      counts.push_back(item.integer);
    }
    if (found->kind != JsonValue::Kind::kArray || counts.size() != found->items.size()) {
      reader.Refuse("counts", "an array of integers, or a string");
    }
    return counts;
  }

  static int64_t ReadId(const ObjectReader& reader, const std::string& key) {
    return reader.Integer(key, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max());
  }

  std::size_t IndexOf(const std::unordered_map<int64_t, std::size_t>& indices, int64_t id, std::size_t annotation,
                      const char* key, const char* list) const {
    const auto found = indices.find(id);
    if (found != indices.end()) return found->second;
    ThrowBadFile(path_ + ": key 'annotations[" + std::to_string(annotation) + "]." + key + "' is " +
                 std::to_string(id) + ", but must be the id of one of '" + list + "'");
  }

  /// Finds each annotation's picture and category, and leaves out the pictures of which too little is known.
  void PutTogether() {
    std::vector<std::size_t> annotated(file_.pictures.size());
    std::vector<bool> lacks_mask(file_.pictures.size());
    std::size_t region = 0;
    for (std::size_t i = 0; i < annotations_.size(); ++i) {
      const auto& annotation = annotations_[i];
      const auto picture = IndexOf(pictures_, annotation.image_id, i, "image_id", "images");
      const auto category = IndexOf(categories_, annotation.category_id, i, "category_id", "categories");
      CheckRunsFit(annotation, i, file_.pictures[picture]);
      ++annotated[picture];
      if (region == annotation.regions_end) lacks_mask[picture] = true;
      for (; region < annotation.regions_end; ++region) {
        file_.regions[region].picture = static_cast<int64_t>(picture);
        file_.regions[region].category = static_cast<int32_t>(category);
        file_.regions[region].object = static_cast<int32_t>(i);
        file_.regions[region].is_crowd = annotation.is_crowd;
      }
    }
    std::vector<int64_t> kept(file_.pictures.size(), -1);  // the picture's new index
    std::vector<CocoPicture> pictures;
    for (std::size_t i = 0; i < kept.size(); ++i) {
      if (lacks_mask[i]) {
        ++file_.without_masks;
      } else if (annotated[i] == 0) {
        ++file_.without_annotations;
      } else {
        kept[i] = static_cast<int64_t>(pictures.size());
        pictures.push_back(std::move(file_.pictures[i]));
      }
    }
    file_.pictures = std::move(pictures);
    KeepRegionsOf(kept);
  }

  void CheckRunsFit(const Annotation& annotation, std::size_t index, const CocoPicture& picture) const {
    if (annotation.height == 0) return;
    if (annotation.height == picture.height && annotation.width == picture.width) return;
    ThrowBadFile(path_ + ": key 'annotations[" + std::to_string(index) + "].segmentation.size' is [" +
                 std::to_string(annotation.height) + ", " + std::to_string(annotation.width) +
                 "], but must be the image's height and width, [" + std::to_string(picture.height) + ", " +
                 std::to_string(picture.width) + "]");
  }

  void KeepRegionsOf(const std::vector<int64_t>& kept) {
    for (auto& region : file_.regions) region.picture = kept[static_cast<std::size_t>(region.picture)];
    auto& regions = file_.regions;
    regions.erase(std::remove_if(regions.begin(), regions.end(), [](const CocoRegion& one) { return one.picture < 0; }),
                  regions.end());
    std::stable_sort(regions.begin(), regions.end(),
                     [](const CocoRegion& a, const CocoRegion& b) { return a.picture < b.picture; });
    regions.shrink_to_fit();
    file_.numbers.shrink_to_fit();
  }

  std::string path_;
  std::vector<List> lists_ = {{"categories", &Builder::AddCategory},
                              {"images", &Builder::AddPicture},
                              {"annotations", &Builder::AddAnnotation}};
  List* list_ = nullptr;  ///< the one that is being read
  CocoFile file_;
  std::unordered_map<int64_t, std::size_t> categories_;  ///< index by id
  std::unordered_map<int64_t, std::size_t> pictures_;
  std::unordered_set<std::string> names_;
  std::vector<Annotation> annotations_;
};

}  // namespace

CocoFile ReadCocoFile(const std::string& path) {
  const MappedFile file(path);
  Builder builder(path);
  const auto* text = reinterpret_cast<const char*>(file.data());
  try {
    const auto document = Json::parse(
        text, text + file.size(), [&](int depth, Event event, Json& parsed) { return builder(depth, event, parsed); });
    if (!document.is_object()) ThrowBadFile(path + ": the document must be an object with COCO's three lists");
  } catch (const Json::exception& error) {
    // "[json.exception.parse_error.101] parse error at ...": the identifier helps no reader.
    const std::string what = error.what();
    const auto end = what.find("] ");
    ThrowBadFile(path + ": not valid JSON: " + (end == std::string::npos ? what : what.substr(end + 2)));
  }
  return builder.Finish();
}

}  // namespace wherefore
