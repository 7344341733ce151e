#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wherefore {

struct CocoCaption {
  int64_t image_id = 0;
  std::string text;
};

/// What people wrote about the photographs of a COCO directory.
struct CocoCaptions {
  std::string file;  ///< path
  std::vector<CocoCaption> captions;
};

/// Reads the captions that belong to an annotation file: those under "annotations" of the file beside it that COCO
/// publishes them in (captions_val2017.json beside instances_val2017.json), else those under "captions" of the
/// annotation file itself; image_id and caption of each, other keys are ignored. Throws Error(kUsage) where there are
/// none; Error(kBadFile) that names the file and the key.
CocoCaptions ReadCocoCaptions(const std::string& annotations);

}  // namespace wherefore
