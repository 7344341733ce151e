#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace wherefore {

/// What methods that ask the model many times can be told; the defaults are those of their papers, where
/// these give any (for occlusion, integrated gradients and SmoothGrad they give none, or a range).
struct MethodOptions {
  double occlusion_patch = 32;   ///< side of the occluded square, pixels
  double occlusion_stride = 16;  ///< from one square to the next, pixels
  double rise_masks = 4000;      ///< Petsiuk et al. 2018: 4000 for VGG-16, 8000 for ResNet-50
  double rise_cells = 7;         ///< cells of a mask, along a side
  double rise_keep = 0.5;        ///< probability that a cell is kept
  double steps = 50;             ///< of integrated gradients; Sundararajan et al. 2017: 20 to 300
  double samples = 50;           ///< of SmoothGrad
  double noise = 0.15;           ///< of SmoothGrad: standard deviation, as a share of the image's range of values
  double seed = 1;               ///< of whatever is drawn at random

  int64_t memory_bound = int64_t{1} << 30;  ///< bytes that a batch of images, or of a layer's rows, may take
  /// Called as the model is asked: `done` of `total` rows. May be empty.
  std::function<void(int64_t done, int64_t total)> progress;

  /// Sets an option by its name on the command line. Throws Error(kUsage): no such name (nearest offered), or a value
  /// out of its range.
  void Set(const std::string& name, double value);

  /// Throws Error(kUsage) where options do not go together: a stride larger than the square.
  void Check() const;
};

/// How an option is named and bounded.
struct MethodOption {
  const char* name;  ///< "rise-masks"
  double MethodOptions::*field;
  double lowest, highest;
  bool is_whole;
  const char* summary;               ///< one line
  std::vector<std::string> methods;  ///< that read it, by their names in Methods()
};

/// Every option, in the order of --list-methods.
const std::vector<MethodOption>& AllMethodOptions();

}  // namespace wherefore
