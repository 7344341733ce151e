#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// The pointing game (Zhang et al. 2018, "Top-down neural attention by excitation backprop"): whether the place where a
/// map is highest lies on the object. Of a map (H, W) and an object's mask (H, W), not zero where the object is, on the
/// same device: 1 or 0; where several places are equally high the share of them that hit, so that a map that is the
/// same everywhere scores as a place chosen at random. `tolerance`: pixels by which it may miss; the paper allows 15.
/// Throws Error(kUsage) for other shapes, a map with NaN or infinity, or a mask without a pixel.
double PointingGame(const at::Tensor& map, const at::Tensor& mask, double tolerance = 0);

/// One map in the pointing game with recall.
struct PointingCase {
  double highest = 0;    ///< the map's maximum, before any normalisation
  double hit = 0;        ///< PointingGame(); without meaning where the class is absent
  bool present = false;  ///< whether the image has the class that the map explains
};

/// The pointing game with recall (Selvaraju et al. 2020, section on localisation): maps are also made of classes that
/// the image does not have, and a map whose maximum is below `threshold` rejects its class. The share that is right:
/// present, accepted and hit (a shared hit counts in part), or absent and rejected.
/// Throws Error(kUsage) where there is no case, or one with NaN or infinity or a hit outside [0, 1].
double PointingGameWithRecall(const std::vector<PointingCase>& cases, double threshold);

/// The threshold with which most of the cases are right; of several that are equally good the lowest. It must be chosen
/// on other images than the result is reported on, or it flatters. Halfway between the maxima that it separates; where
/// rejecting none is best the lowest maximum, where rejecting all is best the next number above the highest.
/// Throws as PointingGameWithRecall().
double BestThreshold(const std::vector<PointingCase>& cases);

}  // namespace wherefore
