#pragma once

#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "explain/explainer.h"
#include "explain/maps.h"
#include "explain/methods/method_options.h"
#include "explain/methods/subject.h"

namespace wherefore {

/// What a method leaves: raw, signed, before ReLU, upsampling and normalisation.
struct Maps {
  at::Tensor maps;    ///< (T, h, w): the layer's size, or the image's where the method reaches the pixels
  at::Tensor pixels;  ///< (T, C, H, W) for methods that reach the pixels (`maps` is its sum over C), else undefined
  /// (T) bool, of Combine() at a layer: the map is zero but for rounding, as what its channels give cancels out.
  /// Gradient times activation does so, exactly, where every path from the layer begins with a layer normalisation: a
  /// function of that does not change where the activation is scaled.
  at::Tensor cancels;
};

/// One explanation method: which gradients it needs and how it makes maps of them, or what it asks the model.
struct Method {
  std::string name;                                  ///< as on the command line: "grad-cam"
  std::string summary;                               ///< what it shows, by whom
  std::string cost;                                  ///< what it asks of the model
  bool needs_layer = false;                          ///< maps from a layer that has one, (N, K, h, w)
  bool needs_image = false;                          ///< gradients reach the pixels
  bool needs_mean_only = false;                      ///< of the gradient at the layer, only its mean over the places
  RectifierRule image_rule = RectifierRule::kPlain;  ///< on their way there
  RectifierRule layer_rule = RectifierRule::kPlain;  ///< on their way to the layer
  bool shows_negative = false;  ///< its maps are read with their negative values, from the lowest to the highest
  std::string how_to_read;      ///< a sentence for who looks at its map drawn over the photograph
  /// What is said of a map that is zero everywhere, and of one that is nowhere above zero.
  std::string when_zero = "zero everywhere: the score does not change with what the model sees there";
  std::string when_negative = "nowhere above zero: no region speaks for it";

  /// Of one pass's gradients; null where `ask` is not.
  Maps (*combine)(const Differentiated* layer, const Differentiated* image, Upsampling upsampling) = nullptr;
  /// By as many forward passes as it takes.
  Maps (*ask)(const Subject& subject, const MethodOptions& options) = nullptr;
};

/// Every method, in the order of --list-methods: the one place where a method is made known.
const std::vector<Method>& Methods();

/// Their names, in the same order.
std::vector<std::string> MethodNames();

/// Throws Error(kUsage), with the nearest names, where there is no such method.
const Method& MethodNamed(const std::string& name);

/// The layers that a tape must want for a method: `layer`, kImageLayer or both.
std::vector<std::string> LayersFor(const Method& method, const std::string& layer);

/// Throws Error(kUsage) where what was kept of a layer is no feature map (N, K, h, w), or attention probabilities.
void CheckFeatureMap(const std::string& layer, const at::Tensor& kept, bool is_attention = false);

/// Applies a method that has `combine` to gradients taken with the tape's layers from LayersFor(). `upsampling` is for
/// methods that bring a layer's map to the pixels. Throws Error(kUsage) where the layer's output is no feature map
/// (N, K, h, w).
Maps Combine(const Method& method, const std::string& layer, const Gradients& gradients,
             Upsampling upsampling = Upsampling::kHalfPixel);

}  // namespace wherefore
