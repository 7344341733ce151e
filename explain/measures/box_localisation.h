#pragma once

#include <ATen/core/Tensor.h>

namespace wherefore {

/// A box of whole pixels; one without width or height is none.
struct PixelBox {
  int64_t left = 0;
  int64_t top = 0;
  int64_t width = 0;
  int64_t height = 0;

  int64_t Area() const { return width * height; }
};

struct BoxOptions {
  double cut = 0.15;  ///< share of the map's maximum that a pixel must exceed, from 0 to below 1
  double iou = 0.5;   ///< intersection over union from which on a box localises the object
};

/// The box that a map (H, W) draws (Selvaraju et al. 2020, section on localisation, after Zhou et al. 2016): around the
/// largest of the connected segments above the cut; of equally large ones, that which is met first in reading order.
/// Pixels that touch at a corner are connected (8 neighbours, as OpenCV's contours and components have them): a thin
/// slanted object stays in one piece. A map that is the same everywhere, and above zero, gives the whole image; one
/// that is nowhere above zero gives no box.
/// Throws Error(kUsage) for other shapes, a map with NaN or infinity, or a cut out of its range.
PixelBox LargestSegmentBox(const at::Tensor& map, const BoxOptions& options = {});

/// Around all pixels of a mask (H, W) that are not zero. Throws Error(kUsage) for other shapes, or where there is none.
PixelBox BoxAround(const at::Tensor& mask);

/// In [0, 1]; 0 where either is no box.
double IntersectionOverUnion(const PixelBox& first, const PixelBox& second);

/// Whether the map's box meets the object's.
bool LocalisesBox(const at::Tensor& map, const PixelBox& object, const BoxOptions& options = {});

}  // namespace wherefore
