#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wherefore {

/// How a photograph becomes a network's input: RGB, padded to a square where asked for, resized, cropped or padded,
/// then (x * rescale - mean) / std. ImageProcessor (models/images/image_processor.h) does it.
struct ImageOptions {
  int64_t width = 224;   ///< of the network's image, pixels; "shortest_edge" and "longest_edge" ask it for padding only
  int64_t height = 224;  ///< pixels
  /// "stretch": to width x height, the aspect not kept.
  /// "center_crop": the shorter side to `shorter_side`, then the middle, width x height.
  /// "shortest_edge": the shorter side to `shorter_side`, or less where the longer one would exceed `longer_side`.
  /// "longest_edge": the longer side to `longer_side`.
  /// "thumbnail": the shorter side to the smaller of width and height, then, resized once more, into width x height
  /// (Donut's way).
  std::string resize = "stretch";
  int64_t shorter_side = 256;          ///< "center_crop" and "shortest_edge": pixels
  int64_t longer_side = 0;             ///< "longest_edge": pixels; "shortest_edge": the most, 0 for no limit
  int64_t multiple_of = 1;             ///< "shortest_edge" and "longest_edge": sides are cut to a multiple of this
  std::string rounding = "half_even";  ///< of the offset of a "center_crop": "half_even" (torchvision's) or "down"
                                       ///< (transformers')
  std::string filter = "area";         ///< a name from FilterNames() (models/images/resize.h)
  /// "none"; "square": to the longer side, before resizing, the photograph in the middle (LLaVA's way); "size": to
  /// width x height, after resizing.
  std::string pad = "none";
  std::string pad_place = "center";       ///< where "size" leaves the photograph: "center" or "top_left"
  std::vector<int64_t> fill = {0, 0, 0};  ///< colour of the padding, a channel, 0 to 255
  double rescale = 1.0 / 255;             ///< what pixel values are multiplied by
  std::vector<double> mean = {0, 0, 0};   ///< a channel, of rescaled values
  std::vector<double> std = {1, 1, 1};
};

/// Throws Error(kUsage), naming the field, for an unknown name (with the nearest known ones), sizes below 1 or beyond
/// 16384, lists of other than 3 numbers, a colour beyond 0 to 255, a `std` or `rescale` that is not above zero.
void CheckImageOptions(const ImageOptions& options);

}  // namespace wherefore
