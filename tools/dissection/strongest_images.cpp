#include "tools/dissection/strongest_images.h"

#include <cmath>
#include <utility>

#include <ATen/ATen.h>
#include <opencv2/imgproc.hpp>

#include "tools/photographs/opencv_tensor.h"

namespace wherefore {
namespace {

std::string Outline(const at::Tensor& fires) {
  const auto pixels = (fires.to(at::kByte) * 255).unsqueeze(2).contiguous();
  std::vector<std::vector<cv::Point>> contours;
  cv::findContours(MatOver(pixels, "a mask").clone(), contours, cv::RETR_CCOMP, cv::CHAIN_APPROX_SIMPLE);
  std::string path;
  for (const auto& contour : contours) {
    char step = 'M';
    for (const auto& point : contour) {
      path += step + std::to_string(point.x) + ' ' + std::to_string(point.y);
      step = 'L';
    }
    path += 'Z';
  }
  return path;
}

/// What the network was shown, uint8 (h, w, 3).
at::Tensor PictureOf(const at::Tensor& input, const ImageOptions& options) {
  const auto std = at::tensor(options.std).view({3, 1, 1});
  const auto mean = at::tensor(options.mean).view({3, 1, 1});
  const auto picture = ((input[0] * std + mean) / options.rescale).round().clamp(0, 255).to(at::kByte);
  return picture.permute({1, 2, 0}).contiguous();
}

}  // namespace

StrongestImages::StrongestImages(int64_t channels, int64_t count)
    : values_(at::full({channels, count}, -INFINITY)), images_(at::full({channels, count}, -1, at::kLong)) {}

void StrongestImages::Add(const at::Tensor& activations, int64_t first) {
  const auto peaks = activations.amax({2, 3}).t();
  const auto numbers = (at::arange(peaks.size(1), at::kLong) + first).expand_as(peaks);
  const auto [values, places] = at::cat({values_, peaks}, 1).topk(values_.size(1), 1);
  images_ = at::cat({images_, numbers}, 1).gather(1, places);
  values_ = values;
}

std::vector<int64_t> StrongestImages::Of(int64_t channel) const {
  std::vector<int64_t> found;
  const auto row = images_[channel].contiguous();
  for (int64_t i = 0; i < row.size(0); ++i) {
    const auto image = row.data_ptr<int64_t>()[i];
    if (image >= 0) found.push_back(image);
  }
  return found;
}

void StrongestImages::Save(std::map<std::string, at::Tensor>* state) const {
  (*state)["strongest.values"] = values_;
  (*state)["strongest.images"] = images_;
}

void StrongestImages::Restore(const std::map<std::string, at::Tensor>& state) {
  values_ = state.at("strongest.values");
  images_ = state.at("strongest.images");
}

void ShowStrongest(const StrongestImages& strongest, const DissectedLayer& layer,
                   const std::function<ShownImage(int64_t image)>& load, DissectedChannels* channels) {
  std::map<int64_t, std::vector<const ChannelConcept*>> channels_of;  // by image
  for (const auto& named : channels->concepts.named) {
    for (const auto image : strongest.Of(named.channel)) channels_of[image].push_back(&named);
  }
  const auto& options = layer.info().image;
  std::map<std::pair<int64_t, int64_t>, StrongImage> shown;  // by channel and image
  for (const auto& [image, named] : channels_of) {
    const auto [input, question] = load(image);
    const auto maps = layer.Activations(input, {question});
    const auto enlarged = at::upsample_bilinear2d(maps, {options.height, options.width}, false)[0];
    const auto place = static_cast<int64_t>(channels->images.size());
    for (const auto* one : named) {
      // As float: so it was compared where the channel's pixels were counted.
      const auto fires = enlarged[one->channel] > static_cast<float>(one->threshold);
      shown[{one->channel, image}] = {place, Outline(fires)};
    }
    channels->images.push_back(PictureOf(input, options));
  }
  channels->strongest.resize(static_cast<std::size_t>(layer.channels()));
  for (const auto& named : channels->concepts.named) {
    auto& own = channels->strongest[static_cast<std::size_t>(named.channel)];
    for (const auto image : strongest.Of(named.channel)) own.push_back(shown.at({named.channel, image}));
  }
}

}  // namespace wherefore
