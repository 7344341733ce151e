#include "tools/data/coco.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "tools/data/coco_region.h"

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
  explicit Coco(CocoDirectory directory) : directory_(std::move(directory)) { ListConcepts(); }

  std::string Name() const override { return directory_.name + ": " + directory_.Counts(); }
  const std::vector<Concept>& concepts() const override { return concepts_; }
  int64_t size() const override { return static_cast<int64_t>(directory_.file.pictures.size()); }

  LabeledImage At(int64_t index) const override { return Label(LoadCocoPicture(directory_, index), MasksOf(index)); }

 private:
  void ListConcepts() {
    const auto& categories = directory_.file.categories;
    std::map<std::string, int64_t> members;
    for (const auto& category : categories) {
      concepts_.push_back({category.name, "object"});
      ++members[category.super_category];
    }
    std::map<std::string, int64_t> listed;
    for (const auto& category : categories) {
      const auto& super = category.super_category;
      const bool is_concept = !super.empty() && members[super] > 1;
      const auto next = static_cast<int64_t>(concepts_.size());
      if (is_concept && listed.emplace(super, next).second) concepts_.push_back({super, "supercategory"});
      super_of_.push_back(is_concept ? listed[super] : -1);
    }
  }

  /// By concept, bool (height, width) as stored.
  std::map<int64_t, at::Tensor> MasksOf(int64_t index) const {
    const auto masks = CocoMasks(directory_.file, index, [](const CocoRegion& region) { return region.category; });
    auto of_concepts = masks;
    for (const auto& [category, mask] : masks) {
      const auto super = super_of_[static_cast<std::size_t>(category)];
      if (super < 0) continue;
      auto& all = of_concepts[super];
      all = all.defined() ? all.logical_or(mask) : mask;
    }
    return of_concepts;
  }

  CocoDirectory directory_;
  std::vector<Concept> concepts_;  ///< the categories, then the super-categories
  std::vector<int64_t> super_of_;  ///< concept of a category's super-category, -1 where it is none
};

}  // namespace

bool HasCocoAnnotations(const std::string& directory) { return !AnnotationFiles(directory).empty(); }

std::unique_ptr<LabeledImages> OpenCoco(const std::string& directory) {
  return std::make_unique<Coco>(ReadCocoDirectory(directory, "dissected"));
}

std::string CocoDirectory::Counts() const {
  const auto count = file.pictures.size();
  return std::to_string(count) + (count == 1 ? " photograph" : " photographs") + LeftOut(file);
}

CocoDirectory ReadCocoDirectory(const std::string& directory, const std::string& use) {
  const auto path = AnnotationFileOf(directory);
  CocoDirectory found{DirectoryName(directory), path.string(), "", ReadCocoFile(path.string())};
  if (found.file.pictures.empty()) {
    ThrowBadFile(found.annotations + ": none of its images has masks of all its objects" + LeftOut(found.file) +
                 ": nothing can be " + use + " with it");
  }
  found.pictures = FolderOfPictures(directory, path, found.file.pictures.front().file).string();
  std::vector<std::string> names;
  for (const auto& picture : found.file.pictures) names.push_back(picture.file);
  CheckFilesAreThere(found.pictures, names, found.annotations);
  return found;
}

StoredPhotograph LoadCocoPicture(const CocoDirectory& directory, int64_t picture) {
  const auto& wanted = directory.file.pictures.at(static_cast<std::size_t>(picture));
  const auto path = (fs::path(directory.pictures) / wanted.file).string();
  auto photograph = LoadStoredPhotograph(path);
  if (photograph.width != wanted.width || photograph.height != wanted.height) {
    ThrowBadFile("'" + path + "' has " + SizeInPixels(photograph.width, photograph.height) + ", but '" +
                 directory.annotations + "' says " + SizeInPixels(wanted.width, wanted.height) +
                 ": use the picture that was annotated, not a resized or turned copy");
  }
  return photograph;
}

std::map<int64_t, at::Tensor> CocoMasks(const CocoFile& file, int64_t picture,
                                        const std::function<int64_t(const CocoRegion&)>& key) {
  const auto& of = file.pictures.at(static_cast<std::size_t>(picture));
  std::map<int64_t, at::Tensor> masks;  // (width, height) at first: regions go down the columns
  auto region = std::lower_bound(file.regions.begin(), file.regions.end(), picture,
                                 [](const CocoRegion& one, int64_t value) { return one.picture < value; });
  for (; region != file.regions.end() && region->picture == picture; ++region) {
    auto& mask = masks[key(*region)];
    if (!mask.defined()) mask = at::zeros({of.width, of.height}, at::kBool);
    const auto* numbers = file.numbers.data() + region->begin;
    const auto count = region->end - region->begin;
    if (region->kind == CocoRegion::Kind::kPolygon) {
      FillPolygon(numbers, count, of.height, of.width, mask.data_ptr<bool>());
    } else {
      FillRuns(numbers, count, mask.data_ptr<bool>());
    }
  }
  for (auto& one : masks) one.second = one.second.t();
  return masks;
}

}  // namespace wherefore
