#include "explain/measures/check_map.h"

#include <ATen/ATen.h>

#include "explain/error.h"

namespace wherefore {

void CheckMap(const at::Tensor& map) {
  if (map.dim() != 2 || map.numel() == 0) {
    ThrowUsage("a map must be (H, W) with at least one pixel; this one is " + c10::str(map.sizes()));
  }
  if (!at::isfinite(map).all().item<bool>()) {
    ThrowUsage("a map holds NaN or infinity, which no measure can judge; see where it was made");
  }
}

void CheckMapAndMask(const at::Tensor& map, const at::Tensor& mask) {
  CheckMap(map);
  if (mask.sizes() != map.sizes()) {
    ThrowUsage("a map and a mask must both be (H, W), of one size; these are " + c10::str(map.sizes()) + " and " +
               c10::str(mask.sizes()));
  }
  if (!mask.any().item<bool>()) ThrowUsage("the mask has no pixel: there is no object to compare the map with");
}

void CheckMapOfImage(const at::Tensor& map, const at::Tensor& image) {
  CheckMap(map);
  if (image.dim() == 4 && image.size(0) == 1 && image.sizes().slice(2) == map.sizes()) return;
  ThrowUsage("an image must be (1, C, H, W) of its map's size; the image is " + c10::str(image.sizes()) + ", the map " +
             c10::str(map.sizes()) + ": enlarge the map with Upsample()");
}

}  // namespace wherefore
