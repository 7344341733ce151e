#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "tools/data/coco_file.h"
#include "tools/data/labeled_images.h"
#include "tools/data/stored_photograph.h"

namespace wherefore {

/// Whether a directory holds annotation files of COCO's form: annotations*.json or instances*.json, in it or in its
/// folder "annotations".
bool HasCocoAnnotations(const std::string& directory);

/// Opens a directory as COCO publishes it (annotations/instances_val2017.json and val2017/), or with annotations.json
/// and images/. Pictures are looked for in images/, in the folder named after the file's suffix ("val2017"), and in the
/// directory itself. Where there are several annotation files, the one counts whose folder of pictures is there.
///
/// Concepts: the file's categories, of category "object", then their super-categories, of category "supercategory", but
/// for those that have one category only and so say nothing new. Masks are those of pycocotools, crowds
/// (`iscrowd`: 1) included. The masks are of the pixels as stored, and turn with the picture where EXIF turns it.
///
/// An object without a segmentation leaves open where its category is not, and so its picture is left out; so is a
/// picture without any annotation, of which nobody may have asked what it shows. Name() says how many.
///
/// Throws Error(kBadFile) for what is damaged, contradicts itself or is missing, pictures included; At() throws it for
/// a picture that cannot be read or is of another size than the file says.
std::unique_ptr<LabeledImages> OpenCoco(const std::string& directory);

/// What OpenCoco() opens, as it lies there.
struct CocoDirectory {
  std::string name;         ///< "coco_cc"
  std::string annotations;  ///< path of the file
  std::string pictures;     ///< folder that holds them
  CocoFile file;

  /// "54 photographs (23 without masks of all their objects left out)".
  std::string Counts() const;
};

/// Finds and reads the annotations, and checks that the pictures are there. `use` ends the error text where no picture
/// is left: "dissected". Throws Error(kBadFile).
CocoDirectory ReadCocoDirectory(const std::string& directory, const std::string& use);

/// One of its photographs. Throws Error(kBadFile) where it cannot be read or is of another size than the file says.
StoredPhotograph LoadCocoPicture(const CocoDirectory& directory, int64_t picture);

/// The masks of a picture, bool (height, width) as stored: of all regions that have the same key together.
std::map<int64_t, at::Tensor> CocoMasks(const CocoFile& file, int64_t picture,
                                        const std::function<int64_t(const CocoRegion&)>& key);

}  // namespace wherefore
