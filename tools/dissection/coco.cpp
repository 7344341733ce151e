#include "tools/dissection/coco.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "tools/dissection/coco_file.h"
#include "tools/dissection/coco_region.h"
#include "tools/dissection/stored_photograph.h"

namespace wherefore {
namespace {

namespace fs = std::filesystem;

bool IsAnnotationFile(const fs::path& path) {
  const auto name = path.filename().string();
  std::error_code error;
  return path.extension() == ".json" && (name.rfind("annotations", 0) == 0 || name.rfind("instances", 0) == 0) &&
         fs::is_regular_file(path, error);
}

/// Sorted: the order of a directory is anyone's.
std::vector<fs::path> AnnotationFiles(const fs::path& directory) {
  for (const auto& folder : {directory, directory / "annotations"}) {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      if (IsAnnotationFile(entry.path())) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    if (!files.empty()) return files;
  }
  return {};
}

/// "val2017" of instances_val2017.json; "" where there is no suffix.
std::string SuffixOf(const fs::path& file) {
  const auto stem = file.stem().string();
  const auto underscore = stem.find('_');
  return underscore == std::string::npos ? "" : stem.substr(underscore + 1);
}

std::string Listed(const std::vector<fs::path>& paths) {
  std::string text;
  for (const auto& path : paths) text += (text.empty() ? "'" : ", '") + path.string() + "'";
  return text;
}

fs::path AnnotationFileOf(const fs::path& directory) {
  const auto all = AnnotationFiles(directory);
  if (all.empty()) {
    ThrowBadFile("'" + directory.string() + "' has no annotations*.json or instances*.json, nor has its folder " +
                 "'annotations'");
  }
  if (all.size() == 1) return all.front();
  std::vector<fs::path> with_pictures;
  for (const auto& file : all) {
    std::error_code error;
    const auto suffix = SuffixOf(file);
    if (!suffix.empty() && fs::is_directory(directory / suffix, error)) with_pictures.push_back(file);
  }
  if (with_pictures.size() == 1) return with_pictures.front();
  ThrowBadFile("'" + directory.string() + "' has several annotation files, " + Listed(all) +
               ": keep the one to use, or only its folder of pictures");
}

/// Where the first picture is.
fs::path FolderOfPictures(const fs::path& directory, const fs::path& file, const std::string& first) {
  std::vector<fs::path> places = {directory / "images"};
  const auto suffix = SuffixOf(file);
  if (!suffix.empty()) places.push_back(directory / suffix);
  places.push_back(directory);
  for (const auto& place : places) {
    std::error_code error;
    if (fs::exists(place / first, error)) return place;
  }
  ThrowBadFile(file.string() + ": its first picture, '" + first + "', is in none of " + Listed(places) +
               ": put the pictures into the first of them");
}

std::string DirectoryName(const std::string& directory) {
  const auto path = fs::absolute(directory).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

/// "(2 without masks of all their objects, 1 without annotations left out)", or "".
std::string LeftOut(const CocoFile& file) {
  std::string text;
  if (file.without_masks > 0) text = std::to_string(file.without_masks) + " without masks of all their objects";
  if (file.without_annotations > 0) {
    text += (text.empty() ? "" : " and ") + std::to_string(file.without_annotations) + " without annotations";
  }
  return text.empty() ? "" : " (" + text + " left out)";
}

class Coco : public LabeledImages {
 public:
  explicit Coco(const std::string& directory) : name_(DirectoryName(directory)) {
    const auto file = AnnotationFileOf(directory);
    path_ = file.string();
    file_ = ReadCocoFile(path_);
    if (file_.pictures.empty()) {
      ThrowBadFile(path_ + ": none of its images has masks of all its objects" + LeftOut(file_) +
                   ": nothing can be dissected with it");
    }
    const auto folder = FolderOfPictures(directory, file, file_.pictures.front().file);
    folder_ = folder.string();
    std::vector<std::string> names;
    for (const auto& picture : file_.pictures) names.push_back(picture.file);
    CheckFilesAreThere(folder_, names, path_);
    ListConcepts();
  }

  std::string Name() const override {
    return name_ + ": " + std::to_string(size()) + (size() == 1 ? " photograph" : " photographs") + LeftOut(file_);
  }
  const std::vector<Concept>& concepts() const override { return concepts_; }
  int64_t size() const override { return static_cast<int64_t>(file_.pictures.size()); }

  LabeledImage At(int64_t index) const override {
    const auto& picture = file_.pictures.at(static_cast<std::size_t>(index));
    const auto path = (fs::path(folder_) / picture.file).string();
    const auto photograph = LoadStoredPhotograph(path);
    if (photograph.width != picture.width || photograph.height != picture.height) {
      ThrowBadFile("'" + path + "' has " + SizeInPixels(photograph.width, photograph.height) + ", but '" + path_ +
                   "' says " + SizeInPixels(picture.width, picture.height) +
                   ": use the picture that was annotated, not a resized or turned copy");
    }
    return Label(photograph, MasksOf(index));
  }

 private:
  void ListConcepts() {
    std::map<std::string, int64_t> members;
    for (const auto& category : file_.categories) {
      concepts_.push_back({category.name, "object"});
      ++members[category.super_category];
    }
    std::map<std::string, int64_t> listed;
    for (const auto& category : file_.categories) {
      const auto& super = category.super_category;
      const bool is_concept = !super.empty() && members[super] > 1;
      const auto next = static_cast<int64_t>(concepts_.size());
      if (is_concept && listed.emplace(super, next).second) concepts_.push_back({super, "supercategory"});
      super_of_.push_back(is_concept ? listed[super] : -1);
    }
  }

  /// By concept, bool (height, width) as stored.
  std::map<int64_t, at::Tensor> MasksOf(int64_t index) const {
    const auto& picture = file_.pictures[static_cast<std::size_t>(index)];
    std::map<int64_t, at::Tensor> masks;  // (width, height) at first: regions go down the columns
    auto region = std::lower_bound(file_.regions.begin(), file_.regions.end(), index,
                                   [](const CocoRegion& one, int64_t value) { return one.picture < value; });
    for (; region != file_.regions.end() && region->picture == index; ++region) {
      auto& mask = masks[region->category];
      if (!mask.defined()) mask = at::zeros({picture.width, picture.height}, at::kBool);
      const auto* numbers = file_.numbers.data() + region->begin;
      const auto count = region->end - region->begin;
      if (region->kind == CocoRegion::Kind::kPolygon) {
        FillPolygon(numbers, count, picture.height, picture.width, mask.data_ptr<bool>());
      } else {
        FillRuns(numbers, count, mask.data_ptr<bool>());
      }
    }
    std::map<int64_t, at::Tensor> of_concepts;
    for (const auto& [category, mask] : masks) {
      of_concepts[category] = mask.t();
      const auto super = super_of_[static_cast<std::size_t>(category)];
      if (super < 0) continue;
      auto& all = of_concepts[super];
      all = all.defined() ? all.logical_or(mask.t()) : mask.t();
    }
    return of_concepts;
  }

  std::string name_;
  std::string path_;    ///< of the annotations
  std::string folder_;  ///< of the pictures
  CocoFile file_;
  std::vector<Concept> concepts_;  ///< the categories, then the super-categories
  std::vector<int64_t> super_of_;  ///< concept of a category's super-category, -1 where it is none
};

}  // namespace

bool HasCocoAnnotations(const std::string& directory) { return !AnnotationFiles(directory).empty(); }

std::unique_ptr<LabeledImages> OpenCoco(const std::string& directory) { return std::make_unique<Coco>(directory); }

}  // namespace wherefore
