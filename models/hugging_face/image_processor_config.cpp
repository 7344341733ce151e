#include "models/hugging_face/image_processor_config.h"

#include <algorithm>
#include <vector>

#include "explain/error.h"
#include "models/files/affix.h"
#include "models/files/files.h"
#include "models/hugging_face/hub_config.h"

namespace wherefore {
namespace {

constexpr int64_t kMostHubPixels = 16384;

/// How a class reads its 'size'.
enum class Sizing {
  kStretch,       ///< to height x width; a number is a square
  kShortestEdge,  ///< and the middle of it, 'crop_size', where 'do_center_crop' says so
  kConvNext,      ///< the shortest edge / crop_pct and the middle; stretched from 384 pixels on
  kVilt,          ///< the shortest edge, the longest at most 1333 / 800 of it, both cut to a multiple of size_divisor
};

/// A class of transformers and what it does where its file is silent.
struct Processor {
  const char* name;
  Sizing sizing;
  int64_t size;
  int64_t crop;  ///< 0: not cropped
  int64_t resample;
  std::vector<double> mean;
  std::vector<double> std;
};

const std::vector<double> kHalves = {0.5, 0.5, 0.5};
const std::vector<double> kImageNetMean = {0.485, 0.456, 0.406};
const std::vector<double> kImageNetStd = {0.229, 0.224, 0.225};
const std::vector<double> kClipMean = {0.48145466, 0.4578275, 0.40821073};
const std::vector<double> kClipStd = {0.26862954, 0.26130258, 0.27577711};

const std::vector<Processor>& Processors() {
  static const std::vector<Processor> processors = {
      {"ViTImageProcessor", Sizing::kStretch, 224, 0, 2, kHalves, kHalves},
      {"BlipImageProcessor", Sizing::kStretch, 384, 0, 3, kClipMean, kClipStd},
      {"SiglipImageProcessor", Sizing::kStretch, 224, 0, 3, kHalves, kHalves},
      {"ConvNextImageProcessor", Sizing::kConvNext, 384, 0, 2, kImageNetMean, kImageNetStd},
      {"CLIPImageProcessor", Sizing::kShortestEdge, 224, 224, 3, kClipMean, kClipStd},
      {"BitImageProcessor", Sizing::kShortestEdge, 224, 224, 3, kClipMean, kClipStd},
      {"ViltImageProcessor", Sizing::kVilt, 384, 0, 3, kHalves, kHalves},
  };
  return processors;
}

/// The class's name without what says how it computes: "Fast", "Pil"; "ViTFeatureExtractor" is ViTImageProcessor's old
/// name.
std::string PlainName(std::string name) {
  for (const char* suffix : {"Fast", "Pil"}) {
    if (EndsWith(name, suffix)) name.resize(name.size() - std::string(suffix).size());
  }
  const std::string old = "FeatureExtractor";
  if (EndsWith(name, old)) name.replace(name.size() - old.size(), old.size(), "ImageProcessor");
  return name;
}

const Processor& ProcessorOf(const HubConfig& config, const std::string& otherwise) {
  const char* key = config.Has("image_processor_type") ? "image_processor_type" : "feature_extractor_type";
  const auto name = PlainName(config.Text(key, otherwise));
  std::vector<std::string> known;
  for (const auto& processor : Processors()) {
    if (name == processor.name) return processor;
    known.emplace_back(processor.name);
  }
  config.Refuse(key, Listed(known, " or "));
}

/// PIL's numbers of filters.
std::string FilterOf(const HubConfig& config, int64_t otherwise) {
  switch (config.Integer("resample", otherwise, 0, 5)) {
    case 1:
      return "torchvision_lanczos";
    case 2:
      return "torchvision_bilinear";
    case 3:
      return "torchvision_bicubic";
    case 4:
      return "pillow_box";
    default:
      config.Refuse("resample", "1 (Lanczos), 2 (bilinear), 3 (bicubic) or 4 (box)");
  }
}

struct Size {
  int64_t height = 0;
  int64_t width = 0;
};

/// A number, which is a square, or an object with height and width.
Size HeightAndWidthOf(const HubConfig& config, const std::string& key, int64_t otherwise) {
  const auto* value = config.Find(key);
  if (value != nullptr && value->kind == JsonValue::Kind::kObject) {
    const auto size = config.Section(key);
    if (!size.Has("height") || !size.Has("width")) config.Refuse(key, "a number, or an object with height and width");
    return {size.Integer("height", 0, 1, kMostHubPixels), size.Integer("width", 0, 1, kMostHubPixels)};
  }
  const auto side = config.Integer(key, otherwise, 1, kMostHubPixels);
  return {side, side};
}

/// A number, or an object with shortest_edge.
int64_t ShortestEdge(const HubConfig& config, int64_t otherwise) {
  const auto* value = config.Find("size");
  if (value == nullptr || value->kind != JsonValue::Kind::kObject) {
    return config.Integer("size", otherwise, 1, kMostHubPixels);
  }
  const auto size = config.Section("size");
  if (!size.Has("shortest_edge")) config.Refuse("size", "a number, or an object with shortest_edge");
  return size.Integer("shortest_edge", 0, 1, kMostHubPixels);
}

bool HasHeightAndWidth(const HubConfig& config) {
  const auto* size = config.Find("size");
  return size != nullptr && size->kind == JsonValue::Kind::kObject && config.Section("size").Has("height");
}

void SetStretch(const Size& size, ImageOptions* options) {
  options->resize = "stretch";
  options->height = size.height;
  options->width = size.width;
}

void SetMiddle(int64_t shorter_side, const Size& crop, ImageOptions* options) {
  options->resize = "center_crop";
  options->rounding = "down";
  options->shorter_side = shorter_side;
  options->height = crop.height;
  options->width = crop.width;
}

void SetShortestEdge(const HubConfig& config, const Processor& processor, ImageOptions* options) {
  const bool crops = config.Boolean("do_center_crop", true);
  const auto crop = HeightAndWidthOf(config, "crop_size", processor.crop);
  if (!crops && !HasHeightAndWidth(config)) {
    config.Refuse("do_center_crop", "true: a network's images must all have one size");
  }
  if (!HasHeightAndWidth(config)) return SetMiddle(ShortestEdge(config, processor.size), crop, options);
  // A crop of the size that it is stretched to changes nothing.
  const auto size = HeightAndWidthOf(config, "size", processor.size);
  if (crops && (crop.height != size.height || crop.width != size.width)) {
    config.Refuse("crop_size", "of the sides of 'size', to which photographs are stretched");
  }
  SetStretch(size, options);
}

void SetConvNext(const HubConfig& config, const Processor& processor, ImageOptions* options) {
  constexpr int64_t kStretchedFrom = 384;
  const auto side = ShortestEdge(config, processor.size);
  if (side >= kStretchedFrom) return SetStretch({side, side}, options);
  const double share = config.Number("crop_pct", 224.0 / 256, 0.01, 1);
  SetMiddle(static_cast<int64_t>(static_cast<double>(side) / share), {side, side}, options);
}

void SetVilt(const HubConfig& config, const Processor& processor, ImageOptions* options) {
  options->resize = "shortest_edge";
  options->shorter_side = ShortestEdge(config, processor.size);
  options->longer_side = 1333 * options->shorter_side / 800;
  options->multiple_of = config.Integer("size_divisor", 32, 1, kMostHubPixels);
  // A square photograph's: what stands for all of them where there is none.
  options->width = options->height = options->shorter_side / options->multiple_of * options->multiple_of;
}

void SetSizes(const HubConfig& config, const Processor& processor, ImageOptions* options) {
  switch (processor.sizing) {
    case Sizing::kStretch:
      return SetStretch(HeightAndWidthOf(config, "size", processor.size), options);
    case Sizing::kShortestEdge:
      return SetShortestEdge(config, processor, options);
    case Sizing::kConvNext:
      return SetConvNext(config, processor, options);
    case Sizing::kVilt:
      return SetVilt(config, processor, options);
  }
}

/// Checked key by key, not as a whole.
ImageOptions OptionsOf(const HubConfig& config, const std::string& otherwise) {
  const auto& processor = ProcessorOf(config, otherwise);
  if (!config.Boolean("do_resize", true)) config.Refuse("do_resize", "true: photographs have many sizes");
  ImageOptions options;
  options.filter = FilterOf(config, processor.resample);
  SetSizes(config, processor, &options);
  options.rescale = config.Boolean("do_rescale", true) ? config.Number("rescale_factor", 1.0 / 255, 1e-9, 1e9) : 1;
  if (config.Boolean("do_normalize", true)) {
    options.mean = config.Numbers("image_mean", processor.mean);
    options.std = config.Numbers("image_std", processor.std);
  }
  for (const double value : options.std) {
    if (!(value > 0)) config.Refuse("image_std", "of numbers above 0");
  }
  return options;
}

}  // namespace

ImageOptions HubImageOptionsIn(const HubConfig& config, const std::string& otherwise) {
  const auto options = OptionsOf(config, otherwise);
  try {
    CheckImageOptions(options);
  } catch (const Error& error) {
    ThrowBadFile(config.file() + ": photographs cannot be prepared so: " + error.what());
  }
  return options;
}

ImageOptions ReadHubImageOptions(const std::string& directory, const std::string& otherwise) {
  for (const char* name : {"processor_config.json", "preprocessor_config.json"}) {
    const auto path = PathIn(directory, name);
    if (!IsFile(path)) continue;
    const auto text = ReadFile(path);
    const auto document = ParseJson(text.data(), text.size(), path);
    const HubConfig config(document, path);
    const bool is_processor = std::string(name) == "processor_config.json";
    // Before transformers 5 it says how text and images meet, and nothing of images.
    if (is_processor && !config.Has("image_processor")) continue;
    return HubImageOptionsIn(is_processor ? config.Section("image_processor") : config, otherwise);
  }
  ThrowBadFile("'" + directory +
               "' has no preprocessor_config.json, nor a processor_config.json that says how images are prepared: " +
               "download the whole repository");
}

}  // namespace wherefore
