#include "tools/data/index_masks.h"

#include <filesystem>
#include <set>
#include <unordered_set>
#include <utility>

#include <ATen/ATen.h>
#include <opencv2/core.hpp>

#include "explain/error.h"
#include "models/files/files.h"
#include "models/files/json.h"
#include "models/files/object_reader.h"
#include "tools/data/stored_photograph.h"
#include "tools/photographs/decoders.h"
#include "tools/photographs/photograph_header.h"

namespace wherefore {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kFormat = 1;
constexpr std::size_t kMostConcepts = 65535;  // what 16 bits can number

struct MaskedPicture {
  std::string file;
  std::vector<std::string> masks;
};

struct Description {
  std::string name;
  std::vector<Concept> concepts;
  std::vector<MaskedPicture> pictures;
};

std::vector<Concept> ReadConcepts(const ObjectReader& reader) {
  const auto items = reader.Objects("concepts", false);
  if (items.size() > kMostConcepts) {
    reader.Refuse("concepts", "one of at most " + std::to_string(kMostConcepts) + ": a mask has 16 bits");
  }
  std::vector<Concept> concepts;
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& item : items) {
    item.AllowOnly({"name", "category"});
    concepts.push_back({item.Text("name"), item.Text("category")});
    const bool is_new = seen.emplace(concepts.back().name, concepts.back().category).second;
    if (!is_new) item.Refuse("name", "another than that of an earlier concept of the same category");
  }
  return concepts;
}

Description ReadDescription(const std::string& file) {
  const auto text = ReadFile(file);
  const auto document = ParseJson(text.data(), text.size(), file);
  const ObjectReader reader(document, file);
  reader.Exactly("format", kFormat, ", the one that this version reads");
  reader.AllowOnly({"format", "name", "concepts", "images"});
  Description description;
  description.name = reader.Text("name");
  description.concepts = ReadConcepts(reader);
  std::unordered_set<std::string> seen;
  for (const auto& item : reader.Objects("images", false)) {
    item.AllowOnly({"file", "masks"});
    description.pictures.push_back({item.FileName("file"), item.FileNames("masks")});
    const bool is_new = seen.insert(description.pictures.back().file).second;
    if (!is_new) item.Refuse("file", "another than that of an earlier image, which would count twice");
  }
  return description;
}

/// Of a PNG, as its header has them (PNG specification, section 11.2.2).
std::string KindOfPng(unsigned bits, unsigned color_type) {
  const std::string size = " PNG of " + std::to_string(bits) + " bits";
  if (color_type == 0) return "grey" + size;
  if (color_type == 3) return "palette" + size;
  return (color_type == 4 ? "grey and transparent" : "colour") + size;
}

/// Values of a mask, uint8 or uint16.
cv::Mat ReadMask(const std::string& path, const StoredPhotograph& picture, const std::string& picture_path) {
  const auto bytes = ReadFile(path);
  const auto header = ReadPhotographHeader(bytes);
  const std::string wanted = "a mask must be a grey PNG of 8 or 16 bits whose values are the concepts' numbers";
  if (header.format != PhotographFormat::kPng || bytes.size() < 26) {
    const std::string found = header.format == PhotographFormat::kUnknown ? "no image" : NameOf(header.format);
    ThrowBadFile("'" + path + "' is " + (bytes.empty() ? "empty" : found) + ", but " + wanted);
  }
  const unsigned bits = static_cast<unsigned char>(bytes[24]);
  const unsigned color_type = static_cast<unsigned char>(bytes[25]);
  if (color_type != 0 || (bits != 8 && bits != 16)) {
    ThrowBadFile("'" + path + "' is a " + KindOfPng(bits, color_type) + ", but " + wanted + ": save it as one");
  }
  if (header.width != picture.width || header.height != picture.height) {
    const bool turned = header.width == picture.height && header.height == picture.width;
    ThrowBadFile("'" + path + "' has " + SizeInPixels(header.width, header.height) + ", but '" + picture_path +
                 "' has " + SizeInPixels(picture.width, picture.height) +
                 (turned ? " as it is stored: turn the mask back by a quarter, or store the picture upright"
                         : ": make the mask of the picture's size, without smoothing"));
  }
  auto decoded = header.is_whole ? DecodePng(bytes) : DecodedSamples{};
  if (!decoded.samples.empty()) {
    return cv::Mat(decoded.height, decoded.width, decoded.bits == 16 ? CV_16U : CV_8U, decoded.samples.data()).clone();
  }
  ThrowBadFile("'" + path + "' is damaged: make or copy the mask again");
}

class IndexMasks : public LabeledImages {
 public:
  explicit IndexMasks(std::string directory)
      : directory_(std::move(directory)),
        file_((fs::path(directory_) / kIndexMasksFile).string()),
        description_(ReadDescription(file_)) {
    std::vector<std::string> names;
    for (const auto& picture : description_.pictures) {
      names.push_back(picture.file);
      names.insert(names.end(), picture.masks.begin(), picture.masks.end());
    }
    CheckFilesAreThere(directory_, names, file_);
  }

  std::string Name() const override {
    return description_.name + ": " + std::to_string(size()) + (size() == 1 ? " picture" : " pictures");
  }
  const std::vector<Concept>& concepts() const override { return description_.concepts; }
  int64_t size() const override { return static_cast<int64_t>(description_.pictures.size()); }

  LabeledImage At(int64_t index) const override {
    const auto& picture = description_.pictures.at(static_cast<std::size_t>(index));
    const auto path = PathOf(picture.file);
    const auto photograph = LoadStoredPhotograph(path);
    std::map<int64_t, at::Tensor> masks;
    for (const auto& name : picture.masks) {
      const auto mask = ReadMask(PathOf(name), photograph, path);
      if (mask.depth() == CV_8U) {
        Add<std::uint8_t>(mask, PathOf(name), &masks);
      } else {
        Add<std::uint16_t>(mask, PathOf(name), &masks);
      }
    }
    return Label(photograph, masks);
  }

 private:
  std::string PathOf(const std::string& name) const { return (fs::path(directory_) / name).string(); }

  template <class Value>
  void Add(const cv::Mat& mask, const std::string& path, std::map<int64_t, at::Tensor>* masks) const {
    const std::size_t count = description_.concepts.size();
    std::vector<bool*> of_concept(count + 1, nullptr);
    for (int y = 0; y < mask.rows; ++y) {
      const auto* row = mask.ptr<Value>(y);
      for (int x = 0; x < mask.cols; ++x) {
        const std::size_t value = row[x];
        if (value == 0) continue;
        if (value > count) RefuseValue(value, path, x, y);
        if (of_concept[value] == nullptr) {
          auto& plane = (*masks)[static_cast<int64_t>(value) - 1];
          if (!plane.defined()) plane = at::zeros({mask.rows, mask.cols}, at::kBool);
          of_concept[value] = plane.data_ptr<bool>();
        }
        of_concept[value][static_cast<std::ptrdiff_t>(y) * mask.cols + x] = true;
      }
    }
  }

  [[noreturn]] void RefuseValue(std::size_t value, const std::string& path, int x, int y) const {
    ThrowBadFile("'" + path + "' has the value " + std::to_string(value) + " at (" + std::to_string(x) + ", " +
                 std::to_string(y) + "), but '" + file_ + "' lists " + std::to_string(description_.concepts.size()) +
                 " concepts: give the value 0 to what has no label, or list the concept");
  }

  std::string directory_;
  std::string file_;
  Description description_;
};

}  // namespace

std::unique_ptr<LabeledImages> OpenIndexMasks(const std::string& directory) {
  return std::make_unique<IndexMasks>(directory);
}

}  // namespace wherefore
