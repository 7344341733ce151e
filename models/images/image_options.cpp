#include "models/images/image_options.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "explain/error.h"
#include "models/images/resize.h"

namespace wherefore {
namespace {

constexpr int64_t kLongestImageSide = 16384;

void CheckOptionName(const char* field, const std::string& name, const std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), name) != names.end()) return;
  ThrowUsage("the image options' " + std::string(field) + " is '" + name + "'" + DidYouMean(name, names, ".") +
             " It can be " + Listed(names));
}

void CheckOptionSide(const char* field, int64_t pixels, int64_t least = 1) {
  if (pixels >= least && pixels <= kLongestImageSide) return;
  ThrowUsage("the image options' " + std::string(field) + " is " + std::to_string(pixels) + "; it must be from " +
             std::to_string(least) + " to " + std::to_string(kLongestImageSide) + " pixels");
}

template <class T>
void CheckOptionChannels(const char* field, const std::vector<T>& values, const char* wanted,
                         const std::function<bool(T)>& is_right) {
  if (values.size() == 3 && std::all_of(values.begin(), values.end(), is_right)) return;
  std::vector<std::string> found;
  for (const auto value : values) found.push_back(std::to_string(value));
  ThrowUsage("the image options' " + std::string(field) + " is [" + Listed(found) + "]; it must be " + wanted);
}

void CheckOptionSides(const ImageOptions& options) {
  CheckOptionSide("width", options.width);
  CheckOptionSide("height", options.height);
  const bool is_edge = options.resize == "shortest_edge";
  if (options.resize == "center_crop" || is_edge) CheckOptionSide("shorter_side", options.shorter_side);
  if (options.resize == "longest_edge") CheckOptionSide("longer_side", options.longer_side);
  if (is_edge) CheckOptionSide("longer_side", options.longer_side, 0);
  CheckOptionSide("multiple_of", options.multiple_of);
}

void CheckOptionValues(const ImageOptions& options) {
  const std::function<bool(double)> is_number = [](double value) { return std::isfinite(value); };
  const std::function<bool(double)> is_above_zero = [](double value) { return std::isfinite(value) && value > 0; };
  CheckOptionChannels<double>("mean", options.mean, "three numbers, one a channel", is_number);
  CheckOptionChannels<double>("std", options.std, "three numbers above zero, one a channel", is_above_zero);
  CheckOptionChannels<int64_t>("fill", options.fill, "three whole numbers from 0 to 255, one a channel",
                               [](int64_t level) { return level >= 0 && level <= 255; });
  if (is_above_zero(options.rescale)) return;
  ThrowUsage("the image options' rescale is " + std::to_string(options.rescale) + "; it must be above zero");
}

}  // namespace

void CheckImageOptions(const ImageOptions& options) {
  CheckOptionName("resize", options.resize, {"stretch", "center_crop", "shortest_edge", "longest_edge", "thumbnail"});
  CheckOptionName("filter", options.filter, FilterNames());
  CheckOptionName("rounding", options.rounding, {"half_even", "down"});
  CheckOptionName("pad", options.pad, {"none", "square", "size"});
  CheckOptionName("pad_place", options.pad_place, {"center", "top_left"});
  CheckOptionSides(options);
  CheckOptionValues(options);
}

}  // namespace wherefore
