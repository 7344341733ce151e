#include "explain/methods/methods.h"

#include <ATen/TensorOperators.h>

#include "explain/error.h"
#include "explain/methods/ablation_cam.h"
#include "explain/methods/baselines.h"
#include "explain/methods/eigen_cam.h"
#include "explain/methods/full_grad.h"
#include "explain/methods/grad_cam.h"
#include "explain/methods/grad_cam_plus_plus.h"
#include "explain/methods/guided_grad_cam.h"
#include "explain/methods/hires_cam.h"
#include "explain/methods/integrated_gradients.h"
#include "explain/methods/layer_cam.h"
#include "explain/methods/occlusion.h"
#include "explain/methods/recipro_cam.h"
#include "explain/methods/rise.h"
#include "explain/methods/score_cam.h"
#include "explain/methods/smooth_grad.h"
#include "explain/methods/xgrad_cam.h"

namespace wherefore {
namespace {

Maps OfLayer(const at::Tensor& maps) { return {maps, {}, {}}; }

Maps OfPixels(const at::Tensor& pixels) { return {pixels.sum(1), pixels, {}}; }

/// Whether maps (T, h, w) are nowhere above 1e-5 of the largest sum over channels of |gradient x activation|: (T).
at::Tensor CancelsOut(const at::Tensor& maps, const Differentiated& layer) {
  constexpr double kRounding = 1e-5;
  const auto sums = (layer.gradient * layer.value).abs().sum(1);
  const auto largest = sums.flatten(1).amax(1);
  return maps.abs().flatten(1).amax(1).lt(kRounding * largest);
}

using Part = const Differentiated*;
using LayerFunction = at::Tensor (*)(const at::Tensor& activation, const at::Tensor& gradient);
using AskFunction = at::Tensor (*)(const Subject& subject, const MethodOptions& options);

template <LayerFunction function>
Maps LayerMaps(Part layer, Part, Upsampling) {
  return OfLayer(function(layer->value, layer->gradient));
}

Maps PixelGradient(Part, Part image, Upsampling) { return OfPixels(image->gradient); }

template <AskFunction function>
Maps AskedMaps(const Subject& subject, const MethodOptions& options) {
  return OfLayer(function(subject, options));
}

template <AskFunction function>
Maps AskedPixels(const Subject& subject, const MethodOptions& options) {
  return OfPixels(function(subject, options));
}

constexpr const char* kReadRegions =
    "Bright regions made the score of the chosen words higher; where the photograph shows unchanged, nothing spoke for "
    "them.";
constexpr const char* kReadPixels =
    "Strong colours mark the pixels to which the score of the chosen words reacts; grey ones leave it as it is.";
constexpr const char* kReadBaseline =
    "A baseline that knows nothing of the model: what a map looks like that explains nothing.";

Method Named(const char* name, const char* summary, const char* cost) {
  Method method;
  method.name = name;
  method.summary = summary;
  method.cost = cost;
  method.how_to_read = kReadRegions;
  return method;
}

/// Of the gradient at a layer.
template <LayerFunction function>
Method AtLayer(const char* name, const char* summary, RectifierRule rule = RectifierRule::kPlain) {
  auto method = Named(name, summary, "a backward pass a target to the layer");
  method.needs_layer = true;
  method.needs_mean_only = function == GradCam || function == CounterfactualGradCam;
  method.layer_rule = rule;
  method.combine = LayerMaps<function>;
  return method;
}

/// Of the gradient at the image.
Method AtImage(const char* name, const char* summary, RectifierRule rule,
               Maps (*combine)(Part layer, Part image, Upsampling upsampling) = PixelGradient) {
  auto method = Named(name, summary, "a backward pass a target to the image");
  method.needs_image = true;
  method.image_rule = rule;
  method.combine = combine;
  method.how_to_read = kReadPixels;
  return method;
}

/// Of what the model says of other images.
Method ByAsking(const char* name, const char* summary, const char* cost, bool needs_layer,
                Maps (*ask)(const Subject& subject, const MethodOptions& options)) {
  auto method = Named(name, summary, cost);
  method.needs_layer = needs_layer;
  method.ask = ask;
  return method;
}

Method ByAskingForPixels(const char* name, const char* summary, const char* cost,
                         Maps (*ask)(const Subject& subject, const MethodOptions& options)) {
  auto method = ByAsking(name, summary, cost, false, ask);
  method.how_to_read = kReadPixels;
  return method;
}

Method Baseline(const char* name, const char* summary,
                Maps (*ask)(const Subject& subject, const MethodOptions& options)) {
  auto method = ByAsking(name, summary, "nothing", false, ask);
  method.how_to_read = kReadBaseline;
  return method;
}

Method Counterfactual() {
  auto method = AtLayer<CounterfactualGradCam>("counterfactual",
                                               "regions that speak against the target: Grad-CAM with its sign turned");
  method.how_to_read = "Bright regions speak against the chosen words: without them, their score would rise.";
  method.when_negative = "nowhere above zero: no region speaks against it";
  return method;
}

Method GuidedGradCamMethod() {
  auto method = AtImage("guided-grad-cam", "fine detail within Grad-CAM's regions, in colour (Selvaraju et al. 2020)",
                        RectifierRule::kGuided, [](Part layer, Part image, Upsampling upsampling) {
                          const auto map = GradCam(layer->value, layer->gradient);
                          return OfPixels(GuidedGradCam(image->gradient, map, upsampling));
                        });
  method.needs_layer = true;
  method.when_zero = "zero everywhere: no region speaks for it";
  return method;
}

Method UnrectifiedGradCam() {
  auto method = AtLayer<GradCam>("grad-cam-without-relu",
                                 "the paper's ablation: Grad-CAM with what speaks against the target as its low end");
  method.shows_negative = true;
  method.how_to_read =
      "Bright regions made the score of the chosen words higher than dark ones; no region is left out.";
  return method;
}

at::Tensor EigenCamOfLayer(const at::Tensor& activation, const at::Tensor& gradient) {
  return EigenCam(activation).expand({gradient.size(0), -1, -1});
}

}  // namespace

const std::vector<Method>& Methods() {
  static const std::vector<Method> methods = {
      AtLayer<GradCam>("grad-cam", "regions that speak for the target (Selvaraju et al. 2020)"),
      Counterfactual(),
      AtLayer<HiResCam>("hires-cam", "Grad-CAM with the element-wise product (Draelos and Carin 2020)"),
      AtLayer<GradCamPlusPlus>("grad-cam-plus-plus",
                               "Grad-CAM with places weighted, for several objects (Chattopadhay et al. 2018)"),
      AtLayer<XGradCam>("xgrad-cam", "Grad-CAM weighted by activation (Fu et al. 2020)"),
      AtLayer<LayerCam>("layer-cam", "activation times positive gradient, for early layers too (Jiang et al. 2021)"),
      AtLayer<EigenCamOfLayer>("eigen-cam",
                               "what the layer sees most of, whatever the target (Muhammad and Yeasin 2020)"),
      AtLayer<EigenGradCam>("eigen-grad-cam",
                            "the principal component of gradient times activation (pytorch-grad-cam's)"),
      ByAsking("ablation-cam", "channels weighted by what the score loses without them (Ramaswamy and Desai 2020)",
               "all that follows the layer once a channel", true, AskedMaps<AblationCam>),
      ByAsking("score-cam", "channels weighted by the score of what they show (Wang et al. 2020)",
               "a forward pass a channel", true, AskedMaps<ScoreCam>),
      ByAsking("recipro-cam", "places by the probability of what each shows alone (Byun and Lee 2022)",
               "all that follows the layer once a place", true, AskedMaps<ReciproCam>),
      GuidedGradCamMethod(),
      AtImage("guided-backprop", "pixels that excite the target through positive paths (Springenberg et al. 2015)",
              RectifierRule::kGuided),
      AtImage("deconvnet", "the target projected back to the pixels (Zeiler and Fergus 2014)",
              RectifierRule::kDeconvnet),
      AtImage("gradient", "the plain gradient at the pixels (Simonyan et al. 2014)", RectifierRule::kPlain),
      AtImage("input-x-gradient", "input times gradient (Shrikumar et al. 2016)", RectifierRule::kPlain,
              [](Part, Part image, Upsampling) { return OfPixels(image->value * image->gradient); }),
      ByAskingForPixels("integrated-gradients", "gradients on the way from a black image (Sundararajan et al. 2017)",
                        "50 forward and backward passes", AskedPixels<IntegratedGradients>),
      ByAskingForPixels("smooth-grad", "the mean gradient of noisy images (Smilkov et al. 2017)",
                        "50 forward and backward passes", AskedPixels<SmoothGrad>),
      ByAsking("full-grad", "what the input and every bias contribute (Srinivas and Fleuret 2019)",
               "a backward pass a target to the image", false, AskedMaps<FullGrad>),
      ByAsking("occlusion", "by how much the score falls where a square hides the image (Zeiler and Fergus 2014)",
               "169 forward passes at 224 x 224", false, AskedMaps<Occlusion>),
      ByAsking("rise", "what random masks leave of the probability (Petsiuk et al. 2018)", "4000 forward passes", false,
               AskedMaps<Rise>),
      Baseline("random", "a baseline: noise, whatever the model", AskedMaps<RandomMaps>),
      Baseline("center", "a baseline: the middle of the photograph, whatever the model", AskedMaps<CenterMaps>),
      UnrectifiedGradCam(),
      AtLayer<MaxPooledGradCam>("grad-cam-max-pooling",
                                "the paper's ablation: Grad-CAM with the largest gradient in place of the mean"),
      AtLayer<GradCam>("grad-cam-guided-relu", "the paper's ablation: Grad-CAM of guided gradients",
                       RectifierRule::kGuided),
      AtLayer<GradCam>("grad-cam-deconvnet-relu", "the paper's ablation: Grad-CAM of deconvnet's gradients",
                       RectifierRule::kDeconvnet),
  };
  return methods;
}

std::vector<std::string> MethodNames() {
  std::vector<std::string> names;
  for (const auto& method : Methods()) names.push_back(method.name);
  return names;
}

const Method& MethodNamed(const std::string& name) {
  for (const auto& method : Methods()) {
    if (method.name == name) return method;
  }
  const auto names = MethodNames();
  ThrowUsage("there is no method '" + name + "'" + DidYouMean(name, names, ".") + " Methods: " + Listed(names));
}

std::vector<std::string> LayersFor(const Method& method, const std::string& layer) {
  std::vector<std::string> layers;
  if (method.needs_image) layers.emplace_back(kImageLayer);
  if (method.needs_layer) layers.push_back(layer);
  return layers;
}

void CheckFeatureMap(const std::string& layer, const at::Tensor& kept, bool is_attention) {
  if (is_attention) {
    ThrowUsage("'" + layer + "' gives no feature map but attention probabilities (rows x heads x queries x keys)" +
               "; choose a convolutional layer or a grid of tokens (--list-layers)");
  }
  if (kept.dim() == 4) return;
  ThrowUsage("layer '" + layer + "' gives no feature map (rows x channels x height x width) but " +
             ListedNumbers(kept.sizes().vec(), " x ") +
             "; choose a convolutional layer or a grid of tokens (--list-layers)");
}

Maps Combine(const Method& method, const std::string& layer, const Gradients& gradients, Upsampling upsampling) {
  const Differentiated* at_layer = method.needs_layer ? &gradients.Layer(layer) : nullptr;
  const Differentiated* at_image = method.needs_image ? &gradients.Layer(kImageLayer) : nullptr;
  for (const auto* part : {at_layer, at_image}) {
    if (part != nullptr) CheckFeatureMap(part->name, part->value, part->is_attention);
  }
  if (method.combine == nullptr) ThrowUsage("method '" + method.name + "' is not made of one pass's gradients");
  auto maps = method.combine(at_layer, at_image, upsampling);
  if (at_layer != nullptr && at_image == nullptr) maps.cancels = CancelsOut(maps.maps, *at_layer);
  return maps;
}

}  // namespace wherefore
