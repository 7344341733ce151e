#pragma once

#include <vector>

#include <opencv2/core.hpp>

namespace wherefore {

/// What a shape is drawn from, in units of its radius round its centre: filled, but for what is cut out of it.
struct ShapeOutline {
  std::vector<cv::Point2d> filled;
  std::vector<cv::Point2d> cut;  ///< empty for most
};

/// The outline of the shape at that position among ValuesOf(Attribute::kShape).
const ShapeOutline& OutlineOf(int shape);

}  // namespace wherefore
