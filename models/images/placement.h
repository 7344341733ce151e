#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "models/images/image_options.h"

namespace wherefore {

/// A rectangle of a picture, in pixels.
struct Rectangle {
  int64_t left = 0;
  int64_t top = 0;
  int64_t width = 0;
  int64_t height = 0;
};

/// The steps from a photograph to a network's image. The photograph is laid on a canvas (its own size, or a square
/// where the options pad to one), the canvas is resized, and a window of the resized canvas is the image; where the
/// window reaches beyond the canvas, it is padded.
struct ResizePlan {
  Rectangle photograph;      ///< within the canvas
  int64_t canvas_width = 0;  ///< before it is resized
  int64_t canvas_height = 0;
  int64_t first_width = 0;  ///< "thumbnail" resizes twice: to this size first; 0 elsewhere
  int64_t first_height = 0;
  int64_t width = 0;  ///< of the canvas, resized
  int64_t height = 0;
  Rectangle image;  ///< the window within the resized canvas: left and top are below zero where it is padded there
};

/// The steps for a photograph of height x width pixels. "center_crop" has the sizes of torchvision's Resize and
/// CenterCrop, "shortest_edge" those of ViLT's processor, "thumbnail" those of Donut's.
/// Throws Error(kUsage) where a "center_crop" has a shorter side below the network's image, where "size" has less room
/// than the resized photograph needs, and for a photograph so narrow that nothing would be left of its shorter side.
ResizePlan PlanResize(int64_t height, int64_t width, const ImageOptions& options);

/// A picture (H, W) or (H, W, C) of the photograph's size on the canvas of its plan; beside it `fill`, a value or one a
/// channel.
at::Tensor OnCanvas(const at::Tensor& picture, const ResizePlan& plan, const at::Tensor& fill);

/// The network's image of a resized canvas (H, W) or (H, W, C); beside the canvas `fill`, a value or one a channel.
at::Tensor ImageWindow(const at::Tensor& resized, const ResizePlan& plan, const at::Tensor& fill);

/// Which part of a photograph lies where in the network's image.
struct Placement {
  int64_t photograph_width = 0;  ///< pixels
  int64_t photograph_height = 0;
  int64_t image_width = 0;  ///< of the network's image, pixels
  int64_t image_height = 0;
  Rectangle of_photograph;  ///< what the network saw, in the photograph's pixels: all, or the middle that was cut out
  Rectangle in_image;       ///< where that lies in the network's image, in its pixels: all but the padding
};

/// The placement of a photograph of height x width pixels; rounded to whole pixels. Throws as PlanResize() does.
Placement PlacementOf(int64_t height, int64_t width, const ImageOptions& options);

/// Maps (T, h, w) of a network's image, of any grid over it, as maps (T, photograph height, photograph width): enlarged
/// bilinearly onto what the network saw of the photograph, and `outside` where it saw nothing.
at::Tensor MapsOnPhotograph(const at::Tensor& maps, const Placement& placement, double outside = 0);

}  // namespace wherefore
