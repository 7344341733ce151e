#pragma once

#include <vector>

namespace wherefore {

struct OutlinePoint {
  double x = 0;
  double y = 0;
};

/// What a shape is drawn from, in units of its radius round its centre: filled, but for what is cut out of it.
struct ShapeOutline {
  std::vector<OutlinePoint> filled;
  std::vector<OutlinePoint> cut;  ///< empty for most
};

/// The outline of the shape at that position among ValuesOf(Attribute::kShape).
const ShapeOutline& OutlineOf(int shape);

}  // namespace wherefore
