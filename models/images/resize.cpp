#include "models/images/resize.h"

#include <algorithm>
#include <sstream>

#include <ATen/Functions.h>

#include "explain/error.h"
#include "models/images/resamplers.h"

namespace wherefore {
namespace {

using Resampler = void (*)(const uint8_t* from, PictureSize whole, uint8_t* to, PictureSize resized);

template <double (*filter)(double), int support_halves, bool is_torchvisions>
void Antialiased(const uint8_t* from, PictureSize whole, uint8_t* to, PictureSize resized) {
  ResizeAntialiased(from, whole, to, resized, {filter, support_halves / 2.0, is_torchvisions});
}

struct NamedResampler {
  const char* name;
  Resampler resampler;
};

constexpr NamedResampler kResamplers[] = {
    {"area", ResizeByArea},
    {"bilinear", ResizeBilinearly},
    {"pillow_box", Antialiased<BoxFilter, 1, false>},
    {"pillow_bilinear", Antialiased<TriangleFilter, 2, false>},
    {"pillow_bicubic", Antialiased<CubicFilter, 4, false>},
    {"pillow_lanczos", Antialiased<LanczosFilter, 6, false>},
    {"torchvision_bilinear", Antialiased<TriangleFilter, 2, true>},
    {"torchvision_bicubic", Antialiased<CubicFilter, 4, true>},
    {"torchvision_lanczos", Antialiased<LanczosFilter, 6, true>},
};

Resampler ResamplerNamed(const std::string& name) {
  for (const auto& known : kResamplers) {
    if (known.name == name) return known.resampler;
  }
  ThrowUsage("there is no filter '" + name + "'" + DidYouMean(name, FilterNames(), ".") +
             " Filters: " + Listed(FilterNames()));
}

std::string InPixels(PictureSize size) {
  return std::to_string(size.width) + " x " + std::to_string(size.height) + " pixels";
}

constexpr int64_t kMostResizedPixels = 100'000'000;
constexpr int64_t kLongestPhotographSide = 1'000'000;

void CheckSizes(PictureSize whole, PictureSize resized, const std::string& what) {
  if (resized.height < 1 || resized.width < 1) {
    ThrowUsage(what + " cannot be resized to " + InPixels(resized) + ": give a width and a height of at least 1");
  }
  if (resized.width > kMostResizedPixels / resized.height) {
    ThrowUsage(what + " cannot be resized to " + InPixels(resized) + ", more than the limit of " +
               std::to_string(kMostResizedPixels) + " pixels: give a smaller size");
  }
  if (std::max(whole.height, whole.width) <= kLongestPhotographSide) return;
  ThrowUsage(what + " has " + InPixels(whole) + ", a side beyond the limit of " +
             std::to_string(kLongestPhotographSide) + ": crop it first");
}

PictureSize SizeOf(const at::Tensor& picture) { return {picture.size(0), picture.size(1)}; }

[[noreturn]] void ThrowNoPixels(const at::Tensor& pixels, const std::string& what) {
  std::ostringstream message;
  message << what << " must be a uint8 tensor (H, W, 3) of RGB pixels; this one is ";
  if (pixels.defined()) {
    message << pixels.dtype() << " " << pixels.sizes();
  } else {
    message << "undefined";
  }
  ThrowUsage(message.str());
}

}  // namespace

const std::vector<std::string>& FilterNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& known : kResamplers) all.emplace_back(known.name);
    return all;
  }();
  return names;
}

void CheckPixels(const at::Tensor& pixels, const std::string& what) {
  const bool is_picture = pixels.defined() && pixels.scalar_type() == at::kByte && pixels.dim() == 3 &&
                          pixels.size(2) == 3 && pixels.numel() > 0;
  if (!is_picture) ThrowNoPixels(pixels, what);
}

at::Tensor Resize(const at::Tensor& pixels, int64_t height, int64_t width, const std::string& filter) {
  const auto resampler = ResamplerNamed(filter);
  CheckPixels(pixels, "a photograph");
  CheckSizes(SizeOf(pixels), {height, width}, "a photograph");
  const auto from = pixels.to(at::kCPU).contiguous();
  auto to = at::empty({height, width, 3}, at::kByte);
  resampler(from.data_ptr<uint8_t>(), SizeOf(from), to.data_ptr<uint8_t>(), SizeOf(to));
  return to;
}

at::Tensor CoveredArea(const at::Tensor& mask, int64_t height, int64_t width) {
  if (mask.dim() != 2 || mask.numel() == 0) ThrowUsage("a mask must have a height and a width, and pixels");
  CheckSizes(SizeOf(mask), {height, width}, "a mask");
  const auto from = mask.ne(0).to(at::kCPU, at::kFloat).contiguous();
  auto to = at::empty({height, width}, at::kFloat);
  ResizeByArea(from.data_ptr<float>(), SizeOf(from), to.data_ptr<float>(), SizeOf(to));
  return to;
}

}  // namespace wherefore
