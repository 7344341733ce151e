#include "explain/methods/methods.h"

#include "explain/error.h"
#include "explain/methods/grad_cam.h"
#include "explain/methods/guided_grad_cam.h"
#include "explain/methods/hires_cam.h"

namespace wherefore {
namespace {

Maps OfLayer(const at::Tensor& maps) { return {maps, {}}; }

Maps OfPixels(const at::Tensor& pixels) { return {pixels.sum(1), pixels}; }

using Part = const Differentiated*;

}  // namespace

const std::vector<Method>& Methods() {
  static const std::vector<Method> methods = {
      {"grad-cam", "regions that speak for the target (Selvaraju et al. 2020); one backward pass to the layer", true,
       false, RectifierRule::kPlain,
       [](Part layer, Part, Upsampling) { return OfLayer(GradCam(layer->value, layer->gradient)); }},
      {"counterfactual", "regions that speak against the target: Grad-CAM with its sign turned; same cost", true, false,
       RectifierRule::kPlain,
       [](Part layer, Part, Upsampling) { return OfLayer(CounterfactualGradCam(layer->value, layer->gradient)); }},
      {"hires-cam", "Grad-CAM with the element-wise product (Draelos and Carin 2020); same cost", true, false,
       RectifierRule::kPlain,
       [](Part layer, Part, Upsampling) { return OfLayer(HiResCam(layer->value, layer->gradient)); }},
      {"guided-grad-cam", "fine detail within those regions, in colour; a backward pass a target to the image", true,
       true, RectifierRule::kGuided,
       [](Part layer, Part image, Upsampling upsampling) {
         return OfPixels(GuidedGradCam(image->gradient, GradCam(layer->value, layer->gradient), upsampling));
       }},
      {"guided-backprop",
       "pixels that excite the target through positive paths (Springenberg et al. 2015); as the one above", false, true,
       RectifierRule::kGuided, [](Part, Part image, Upsampling) { return OfPixels(image->gradient); }},
      {"deconvnet", "the target projected back to the pixels (Zeiler and Fergus 2014); as the one above", false, true,
       RectifierRule::kDeconvnet, [](Part, Part image, Upsampling) { return OfPixels(image->gradient); }},
      {"gradient", "the plain gradient at the pixels (Simonyan et al. 2014); as the one above", false, true,
       RectifierRule::kPlain, [](Part, Part image, Upsampling) { return OfPixels(image->gradient); }},
  };
  return methods;
}

const Method& MethodNamed(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& method : Methods()) {
    if (method.name == name) return method;
    names.push_back(method.name);
  }
  std::string all;
  for (const auto& known : names) all += (all.empty() ? "" : ", ") + known;
  ThrowUsage("there is no method '" + name + "'" + DidYouMean(name, names, ".") + " Methods: " + all);
}

std::vector<std::string> LayersFor(const Method& method, const std::string& layer) {
  std::vector<std::string> layers;
  if (method.needs_image) layers.emplace_back(kImageLayer);
  if (method.needs_layer) layers.push_back(layer);
  return layers;
}

Maps Combine(const Method& method, const std::string& layer, const Gradients& gradients, Upsampling upsampling) {
  const Differentiated* at_layer = method.needs_layer ? &gradients.Layer(layer) : nullptr;
  const Differentiated* at_image = method.needs_image ? &gradients.Layer(kImageLayer) : nullptr;
  for (const auto* part : {at_layer, at_image}) {
    if (part == nullptr || part->value.dim() == 4) continue;
    std::string shape;
    for (const auto size : part->value.sizes()) shape += (shape.empty() ? "" : " x ") + std::to_string(size);
    ThrowUsage("layer '" + part->name + "' gives no feature map (rows x channels x height x width) but " + shape +
               "; choose a convolutional layer (--list-layers)");
  }
  return method.combine(at_layer, at_image, upsampling);
}

}  // namespace wherefore
