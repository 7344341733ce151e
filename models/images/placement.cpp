#include "models/images/placement.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>

#include <ATen/Functions.h>

#include "explain/error.h"
#include "explain/maps.h"

namespace wherefore {
namespace {

struct Sides {
  int64_t width = 0;
  int64_t height = 0;
};

int64_t RoundedHalf(int64_t value, const std::string& rounding) {
  // Half to even as Python rounds, which torchvision's CenterCrop relies on.
  return rounding == "down" ? value / 2 : static_cast<int64_t>(std::nearbyint(static_cast<double>(value) / 2));
}

int64_t Scaled(int64_t position, int64_t from, int64_t to) {
  return std::llround(static_cast<double>(position) * static_cast<double>(to) / static_cast<double>(from));
}

/// As torchvision and transformers compute it.
Sides WithShorterSide(Sides whole, int64_t shorter) {
  if (whole.width <= whole.height) return {shorter, shorter * whole.height / whole.width};
  return {shorter * whole.width / whole.height, shorter};
}

Sides CroppedSides(Sides canvas, const ImageOptions& options) {
  const auto least = std::max(options.width, options.height);
  if (options.shorter_side < least) {
    ThrowUsage("the image options' shorter_side is " + std::to_string(options.shorter_side) +
               ", smaller than the network's input; it must be at least " + std::to_string(least));
  }
  return WithShorterSide(canvas, options.shorter_side);
}

/// To the nearest whole number, then cut to a multiple.
int64_t Cut(double side, int64_t multiple) { return static_cast<int64_t>(side + 0.5) / multiple * multiple; }

/// ViLT's way: both sides by one factor, then by another where the longer one became too long.
Sides ShortestEdgeSides(Sides canvas, const ImageOptions& options) {
  const auto shorter = static_cast<double>(options.shorter_side);
  const auto width = static_cast<double>(canvas.width);
  const auto height = static_cast<double>(canvas.height);
  double new_width = height < width ? width * (shorter / height) : shorter;
  double new_height = height < width ? shorter : height * (shorter / width);
  const double longer = std::max(new_width, new_height);
  if (options.longer_side > 0 && longer > static_cast<double>(options.longer_side)) {
    const double scale = static_cast<double>(options.longer_side) / longer;
    new_width *= scale;
    new_height *= scale;
  }
  return {Cut(new_width, options.multiple_of), Cut(new_height, options.multiple_of)};
}

Sides LongestEdgeSides(Sides canvas, const ImageOptions& options) {
  const double scale =
      static_cast<double>(options.longer_side) / static_cast<double>(std::max(canvas.width, canvas.height));
  return {Cut(static_cast<double>(canvas.width) * scale, options.multiple_of),
          Cut(static_cast<double>(canvas.height) * scale, options.multiple_of)};
}

/// Donut's way: never larger, and the longer side leads.
Sides ThumbnailSides(Sides first, const ImageOptions& options) {
  Sides sides = {std::min(first.width, options.width), std::min(first.height, options.height)};
  if (sides.width == first.width && sides.height == first.height) return sides;
  if (first.height > first.width) sides.width = first.width * sides.height / first.height;
  if (first.width > first.height) sides.height = first.height * sides.width / first.width;
  return sides;
}

Sides ResizedSides(Sides canvas, const ImageOptions& options, ResizePlan* plan) {
  if (options.resize == "center_crop") return CroppedSides(canvas, options);
  if (options.resize == "shortest_edge") return ShortestEdgeSides(canvas, options);
  if (options.resize == "longest_edge") return LongestEdgeSides(canvas, options);
  if (options.resize != "thumbnail") return {options.width, options.height};
  const auto first = WithShorterSide(canvas, std::min(options.width, options.height));
  plan->first_width = first.width;
  plan->first_height = first.height;
  return ThumbnailSides(first, options);
}

void CheckLeft(Sides photograph, Sides resized) {
  if (resized.width > 0 && resized.height > 0) return;
  ThrowUsage("a photograph of " + std::to_string(photograph.width) + " x " + std::to_string(photograph.height) +
             " pixels is so narrow that its shorter side would be resized to nothing: crop it first");
}

Rectangle PaddedWindow(Sides resized, const ImageOptions& options) {
  if (resized.width > options.width || resized.height > options.height) {
    ThrowUsage("the photograph is resized to " + std::to_string(resized.width) + " x " +
               std::to_string(resized.height) + " pixels, which do not fit into the padded image of " +
               std::to_string(options.width) + " x " + std::to_string(options.height) +
               ": give the image options a larger width and height, or resize to a smaller side");
  }
  const int64_t part = options.pad_place == "top_left" ? 0 : 1;
  return {-part * ((options.width - resized.width) / 2), -part * ((options.height - resized.height) / 2), options.width,
          options.height};
}

Rectangle WindowOf(Sides resized, const ImageOptions& options) {
  if (options.resize == "center_crop") {
    return {RoundedHalf(resized.width - options.width, options.rounding),
            RoundedHalf(resized.height - options.height, options.rounding), options.width, options.height};
  }
  if (options.pad == "size") return PaddedWindow(resized, options);
  return {0, 0, resized.width, resized.height};
}

/// `part` of a picture (H, W) or (H, W, C); beside the picture `fill`.
at::Tensor PartOf(const at::Tensor& picture, const Rectangle& part, const at::Tensor& fill) {
  const int64_t left = std::max<int64_t>(part.left, 0);
  const int64_t top = std::max<int64_t>(part.top, 0);
  const int64_t right = std::min(part.left + part.width, picture.size(1));
  const int64_t bottom = std::min(part.top + part.height, picture.size(0));
  const auto inside = picture.narrow(0, top, bottom - top).narrow(1, left, right - left);
  if (inside.size(0) == part.height && inside.size(1) == part.width) return inside;
  auto sizes = picture.sizes().vec();
  sizes[0] = part.height;
  sizes[1] = part.width;
  const auto padded = fill.to(picture.options()).expand(sizes).clone();
  padded.narrow(0, top - part.top, bottom - top).narrow(1, left - part.left, right - left).copy_(inside);
  return padded;
}

/// One side of a placement.
struct Span {
  int64_t first = 0;
  int64_t count = 0;
};

/// The pixels of the photograph, `whole` of them, `before` pixels into the canvas, that lie in the window.
Span SeenOf(int64_t whole, int64_t before, int64_t canvas, int64_t resized, Span window) {
  const auto first = Scaled(window.first, resized, canvas) - before;
  const auto end = Scaled(window.first + window.count, resized, canvas) - before;
  const auto seen = std::clamp<int64_t>(first, 0, whole - 1);
  return {seen, std::max<int64_t>(std::min(end, whole) - seen, 1)};
}

/// The pixels of the window on which they lie.
Span PlaceOf(int64_t whole, int64_t before, int64_t canvas, int64_t resized, Span window) {
  const auto first = Scaled(before, canvas, resized) - window.first;
  const auto end = Scaled(before + whole, canvas, resized) - window.first;
  const auto place = std::clamp<int64_t>(first, 0, window.count - 1);
  return {place, std::max<int64_t>(std::min(end, window.count) - place, 1)};
}

void CheckMapsToPlace(const at::Tensor& maps) {
  if (maps.defined() && maps.dim() == 3 && maps.numel() > 0) return;
  std::ostringstream found;
  if (maps.defined()) {
    found << "these have " << maps.sizes();
  } else {
    found << "these are undefined";
  }
  ThrowUsage("maps must have the shape (T, h, w), with places; " + found.str());
}

}  // namespace

ResizePlan PlanResize(int64_t height, int64_t width, const ImageOptions& options) {
  ResizePlan plan;
  const int64_t longer = std::max(height, width);
  plan.canvas_width = options.pad == "square" ? longer : width;
  plan.canvas_height = options.pad == "square" ? longer : height;
  plan.photograph = {(plan.canvas_width - width) / 2, (plan.canvas_height - height) / 2, width, height};
  const auto resized = ResizedSides({plan.canvas_width, plan.canvas_height}, options, &plan);
  CheckLeft({width, height}, resized);
  plan.width = resized.width;
  plan.height = resized.height;
  plan.image = WindowOf(resized, options);
  return plan;
}

at::Tensor OnCanvas(const at::Tensor& picture, const ResizePlan& plan, const at::Tensor& fill) {
  return PartOf(picture, {-plan.photograph.left, -plan.photograph.top, plan.canvas_width, plan.canvas_height}, fill);
}

at::Tensor ImageWindow(const at::Tensor& resized, const ResizePlan& plan, const at::Tensor& fill) {
  return PartOf(resized, plan.image, fill);
}

Placement PlacementOf(int64_t height, int64_t width, const ImageOptions& options) {
  const auto plan = PlanResize(height, width, options);
  const Span across = {plan.image.left, plan.image.width};
  const Span down = {plan.image.top, plan.image.height};
  const auto seen_x = SeenOf(width, plan.photograph.left, plan.canvas_width, plan.width, across);
  const auto seen_y = SeenOf(height, plan.photograph.top, plan.canvas_height, plan.height, down);
  const auto place_x = PlaceOf(width, plan.photograph.left, plan.canvas_width, plan.width, across);
  const auto place_y = PlaceOf(height, plan.photograph.top, plan.canvas_height, plan.height, down);
  return {width,
          height,
          plan.image.width,
          plan.image.height,
          {seen_x.first, seen_y.first, seen_x.count, seen_y.count},
          {place_x.first, place_y.first, place_x.count, place_y.count}};
}

at::Tensor MapsOnPhotograph(const at::Tensor& maps, const Placement& placement, double outside) {
  CheckMapsToPlace(maps);
  const auto& place = placement.in_image;
  const auto& seen = placement.of_photograph;
  auto of_photograph = maps;
  if (place.width != placement.image_width || place.height != placement.image_height) {
    of_photograph = Upsample(maps, placement.image_height, placement.image_width, Upsampling::kHalfPixel)
                        .narrow(1, place.top, place.height)
                        .narrow(2, place.left, place.width);
  }
  const auto large = Upsample(of_photograph, seen.height, seen.width, Upsampling::kHalfPixel);
  const auto right = placement.photograph_width - seen.left - seen.width;
  const auto below = placement.photograph_height - seen.top - seen.height;
  return at::constant_pad_nd(large, {seen.left, right, seen.top, below}, outside);
}

}  // namespace wherefore
