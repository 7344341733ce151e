#pragma once

#include <string>

namespace wherefore {

/// The super-category of one of the 80 categories of COCO's objects: "animal" of "cat"; "" of other names.
std::string CocoSuperCategory(const std::string& category);

}  // namespace wherefore
