#pragma once

#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "models/images/image_options.h"
#include "tools/report/contact_sheet.h"

namespace wherefore {

/// Perceptually uniform colour maps: equal steps of a map look like equal steps, also to colour-blind readers and in
/// print without colour.
enum class ColorMap { kViridis, kInferno, kMagma, kCividis };

/// Throws Error(kUsage), with the nearest names, for another one.
ColorMap ColorMapNamed(const std::string& name);
std::vector<std::string> ColorMapNames();

/// A colour map's 256 steps: uint8 (256, 3).
at::Tensor ColorTable(ColorMap color_map);

/// Colours uint8 (N, 3) of values in [0, 1] (N).
at::Tensor Colors(const at::Tensor& values, ColorMap color_map);

/// A map (H, W) in [0, 1] as a layer uint8 (H, W, 4) to lay over a photograph: the more important a place, the more
/// opaque, so that the photograph stays visible where nothing is said. A white line goes around what exceeds half of
/// the scale: it shows on photographs of any colour, and to readers who see none. Values beyond the range are taken for
/// its ends. Throws Error(kUsage) for NaN.
at::Tensor HeatLayer(const at::Tensor& map, ColorMap color_map);

/// The layer (H, W, 4) laid on the photograph (H, W, 3).
at::Tensor Overlay(const at::Tensor& photograph, const at::Tensor& layer);

/// Signed values at the pixels (3, H, W) as a picture (H, W, 3): grey where zero, scaled so that all but the strongest
/// 0.5 % are in range, one scale for both signs and all colours.
at::Tensor PixelPicture(const at::Tensor& pixels);

/// A picture uint8 (h, w, 3) or a map (h, w) of the network's input, put where the network saw it on a photograph of
/// height x width pixels, enlarged bilinearly. Elsewhere a map is zero, and a picture grey as PixelPicture()'s zero.
at::Tensor OnPhotograph(const at::Tensor& seen, int64_t height, int64_t width, const ImageOptions& options);

}  // namespace wherefore
