#include "tools/data/stored_photograph.h"

#include <filesystem>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "models/files/files.h"
#include "tools/photographs/photograph.h"
#include "tools/photographs/photograph_header.h"

namespace wherefore {
namespace {

/// What DecodePhotograph() does to the picture's pixels.
at::Tensor Upright(at::Tensor masks, int orientation) {
  if (orientation >= 5) masks = masks.transpose(1, 2);
  if (orientation == 2 || orientation == 6) masks = masks.flip(2);
  if (orientation == 3 || orientation == 7) masks = masks.flip({1, 2});
  if (orientation == 4 || orientation == 8) masks = masks.flip(1);
  return masks.contiguous();
}

}  // namespace

// COCO's annotators drew over the pixels as stored, its sizes are the stored ones, and the programs that convert masks
// ignore EXIF too. The network is to see the photograph upright, as it does everywhere else, so that the masks turn.
StoredPhotograph LoadStoredPhotograph(const std::string& path) {
  const auto bytes = ReadFile(path);
  StoredPhotograph stored;
  stored.pixels = DecodePhotograph(bytes, path).pixels;
  stored.orientation = ReadPhotographHeader(bytes).orientation;
  stored.height = stored.pixels.size(stored.orientation >= 5 ? 1 : 0);
  stored.width = stored.pixels.size(stored.orientation >= 5 ? 0 : 1);
  return stored;
}

std::string SizeInPixels(int64_t width, int64_t height) {
  return std::to_string(width) + " x " + std::to_string(height) + " pixels";
}

LabeledImage Label(const StoredPhotograph& photograph, const std::map<int64_t, at::Tensor>& masks) {
  LabeledImage image;
  image.pixels = photograph.pixels;
  std::vector<at::Tensor> seen;
  for (const auto& [index, mask] : masks) {
    if (!mask.any().item<bool>()) continue;
    image.labels.concepts.push_back(index);
    seen.push_back(mask);
  }
  image.labels.masks = seen.empty() ? at::zeros({0, photograph.pixels.size(0), photograph.pixels.size(1)}, at::kBool)
                                    : Upright(at::stack(seen), photograph.orientation);
  return image;
}

void CheckFilesAreThere(const std::string& directory, const std::vector<std::string>& names, const std::string& list) {
  int64_t missing = 0;
  std::string first;
  for (const auto& name : names) {
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::path(directory) / name, error)) continue;
    if (missing++ == 0) first = name;
  }
  if (missing == 0) return;
  const std::string others = missing == 1 ? "" : ", nor are " + std::to_string(missing - 1) + " more";
  ThrowBadFile(list + ": '" + first + "', one of its " + std::to_string(names.size()) + " files, is not in '" +
               directory + "'" + others + ": copy or download what is missing");
}

}  // namespace wherefore
