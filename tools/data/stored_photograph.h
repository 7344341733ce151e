#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "tools/data/labeled_images.h"

namespace wherefore {

/// A photograph of a segmented data set, whose masks are those of the pixels as the file stores them.
struct StoredPhotograph {
  at::Tensor pixels;    ///< uint8 (H, W, 3), RGB, upright: as the networks see it
  int64_t height = 0;   ///< as stored
  int64_t width = 0;    ///< as stored
  int orientation = 1;  ///< EXIF, 1 to 8
};

/// Throws as LoadPhotograph() does.
StoredPhotograph LoadStoredPhotograph(const std::string& path);

/// "640 x 480 pixels" of a width and a height.
std::string SizeInPixels(int64_t width, int64_t height);

/// The photograph with its masks, turned upright as it was. `masks` has a mask, bool (height, width) as stored, for
/// each concept; those without a pixel are left out.
LabeledImage Label(const StoredPhotograph& photograph, const std::map<int64_t, at::Tensor>& masks);

/// Throws Error(kBadFile) where `directory` lacks some of these files: names the first, and says how many there are.
/// `list` is the file that speaks of them.
void CheckFilesAreThere(const std::string& directory, const std::vector<std::string>& names, const std::string& list);

}  // namespace wherefore
