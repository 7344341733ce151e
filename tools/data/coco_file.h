#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wherefore {

struct CocoCategory {
  std::string name;
  std::string super_category;  ///< "" where neither the file nor COCO's own table has one
};

struct CocoPicture {
  int64_t id = 0;  ///< by which the file speaks of it
  std::string file;
  int64_t height = 0;  ///< as stored
  int64_t width = 0;
};

/// A part of what an annotation covers.
struct CocoRegion {
  enum class Kind : std::uint8_t { kPolygon, kRuns };

  int64_t picture = 0;   ///< index into CocoFile::pictures
  int32_t category = 0;  ///< index into CocoFile::categories
  Kind kind = Kind::kPolygon;
  std::size_t begin = 0;  ///< of its numbers: corners for FillPolygon(), or counts for FillRuns()
  std::size_t end = 0;
  int32_t object = 0;     ///< position of its annotation in the file: an object may have several regions
  bool is_crowd = false;  ///< whether that is of several objects
};

/// What an annotation file of COCO's form says, kept small: 4 bytes for a number of a polygon.
struct CocoFile {
  std::vector<CocoCategory> categories;
  std::vector<CocoPicture> pictures;  ///< only those whose objects all have a mask, in the file's order
  std::vector<CocoRegion> regions;    ///< sorted by picture, else in the file's order
  std::vector<std::int32_t> numbers;

  int64_t without_masks = 0;        ///< pictures left out: an annotation of theirs has no segmentation
  int64_t without_annotations = 0;  ///< pictures left out: nothing is said of them
};

/// Reads the categories, images and annotations of a file, and checks them; other keys are ignored. The file is never
/// held whole as a document. Throws Error(kBadFile) that names the file, the key, what was found and what was wanted.
CocoFile ReadCocoFile(const std::string& path);

}  // namespace wherefore
