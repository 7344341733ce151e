#include "explain/methods/method_options.h"

#include <cmath>
#include <sstream>

#include "explain/error.h"

namespace wherefore {
namespace {

constexpr double kMany = 1e9;

std::string Text(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

}  // namespace

const std::vector<MethodOption>& AllMethodOptions() {
  using Options = MethodOptions;
  static const std::vector<MethodOption> options = {
      {"occlusion-patch",
       &Options::occlusion_patch,
       1,
       kMany,
       true,
       "side of the occluded square, pixels",
       {"occlusion"}},
      {"occlusion-stride",
       &Options::occlusion_stride,
       1,
       kMany,
       true,
       "from one square to the next, pixels",
       {"occlusion"}},
      {"rise-masks", &Options::rise_masks, 1, kMany, true, "how many random masks", {"rise"}},
      {"rise-cells", &Options::rise_cells, 1, 1000, true, "cells of a mask along a side", {"rise"}},
      {"rise-keep", &Options::rise_keep, 1e-3, 1, false, "probability that a cell is kept", {"rise"}},
      {"steps", &Options::steps, 1, kMany, true, "images between black and the photograph", {"integrated-gradients"}},
      {"samples", &Options::samples, 1, kMany, true, "how many noisy images", {"smooth-grad"}},
      {"noise", &Options::noise, 0, 10, false, "as a share of the photograph's range of values", {"smooth-grad"}},
      {"seed", &Options::seed, 0, kMany, true, "of what is drawn at random", {"smooth-grad", "rise", "random"}},
  };
  return options;
}

void MethodOptions::Set(const std::string& name, double value) {
  std::vector<std::string> names;
  for (const auto& option : AllMethodOptions()) {
    names.emplace_back(option.name);
    if (name != option.name) continue;
    if (value >= option.lowest && value <= option.highest && (!option.is_whole || value == std::floor(value))) {
      this->*option.field = value;
      return;
    }
    ThrowUsage("method option " + name + " is " + Text(value) + ", but must be " +
               (option.is_whole ? "a whole number " : "") + "from " + Text(option.lowest) + " to " +
               Text(option.highest));
  }
  ThrowUsage("there is no method option '" + name + "'" + DidYouMean(name, names, ".") + " Options: " + Listed(names));
}

void MethodOptions::Check() const {
  if (occlusion_stride <= occlusion_patch) return;
  ThrowUsage("occlusion-stride is " + Text(occlusion_stride) + ", but must be at most occlusion-patch, " +
             Text(occlusion_patch) + ": no square would cover the pixels between");
}

}  // namespace wherefore
