#pragma once

#include <memory>
#include <string>

#include "tools/data/labeled_images.h"

namespace wherefore {

/// The file that describes a set of index masks.
inline constexpr const char* kIndexMasksFile = "segmentation.json";

/// Opens a directory of pictures with index masks: grey PNG files of 8 or 16 bits and of the picture's size as stored
/// (before EXIF turns it), in which 0 is no label and i concept i of the list, counted from 1. segmentation.json:
///
///   {"format": 1, "name": "shapes",
///    "concepts": [{"name": "red", "category": "color"}, {"name": "ring", "category": "shape"}],
///    "images": [{"file": "images/a.jpg", "masks": ["masks/a-color.png", "masks/a-shape.png"]}]}
///
/// An image has one mask file or more; a concept in several of them is their union.
///
/// Throws Error(kBadFile) that names the file, the key, what was found and what was wanted; also for a file that is
/// listed and missing. At() throws it for a picture or mask that cannot be read, a mask of another kind or size, and a
/// value beyond the list.
std::unique_ptr<LabeledImages> OpenIndexMasks(const std::string& directory);

}  // namespace wherefore
