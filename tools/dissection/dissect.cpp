#include "tools/dissection/dissect.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <ostream>
#include <sstream>
#include <utility>

#include <ATen/ATen.h>
#include <torch/csrc/api/include/torch/serialize/archive.h>
#include <opencv2/imgproc.hpp>

#include "explain/error.h"
#include "models/files.h"
#include "tools/opencv_tensor.h"
#include "tools/photograph.h"
#include "tools/progress.h"
#include "tools/seen_region.h"

namespace wherefore {
namespace {

using Clock = std::chrono::steady_clock;

/// Masks (n, H, W) as the network sees the picture: (n, height, width), each pixel that of the nearest place.
at::Tensor Seen(const at::Tensor& masks, const ImageOptions& image) {
  const auto plan = PlanResize(masks.size(1), masks.size(2), image);
  const auto places = [](int64_t count, int64_t offset, int64_t resized, int64_t whole) {
    const auto middle = at::arange(count, at::kDouble) + (static_cast<double>(offset) + 0.5);
    return (middle * (static_cast<double>(whole) / static_cast<double>(resized))).to(at::kLong).clamp_max(whole - 1);
  };
  return masks.index_select(1, places(image.height, plan.top, plan.height, masks.size(1)))
      .index_select(2, places(image.width, plan.left, plan.width, masks.size(2)));
}

struct Batch {
  at::Tensor images;  ///< (N, 3, H, W)
  std::vector<ImageConcepts> labels;
  std::vector<std::string> questions;
};

Batch Load(const LabeledImages& data, const std::vector<int64_t>& indices, const ImageOptions& options) {
  Batch batch;
  std::vector<at::Tensor> images;
  for (const auto index : indices) {
    auto item = data.At(index);
    Photograph photograph;
    photograph.pixels = item.pixels;
    images.push_back(Preprocess(photograph, options));
    if (item.labels.masks.defined()) item.labels.masks = Seen(item.labels.masks, options);
    batch.labels.push_back(item.labels);
    batch.questions.push_back(item.question);
  }
  batch.images = at::cat(images);
  return batch;
}

std::vector<int64_t> Range(int64_t first, int64_t end) {
  std::vector<int64_t> range;
  for (int64_t i = first; i < end; ++i) range.push_back(i);
  return range;
}

/// The images that each channel responds to most strongly anywhere.
class Strongest {
 public:
  Strongest(int64_t channels, int64_t count)
      : values_(at::full({channels, count}, -INFINITY)), images_(at::full({channels, count}, -1, at::kLong)) {}

  /// Activations (N, K, h, w) of images `first` and following.
  void Add(const at::Tensor& activations, int64_t first) {
    const auto peaks = activations.amax({2, 3}).t();
    const auto numbers = (at::arange(peaks.size(1), at::kLong) + first).expand_as(peaks);
    const auto [values, places] = at::cat({values_, peaks}, 1).topk(values_.size(1), 1);
    images_ = at::cat({images_, numbers}, 1).gather(1, places);
    values_ = values;
  }

  std::vector<int64_t> Of(int64_t channel) const {
    std::vector<int64_t> found;
    const auto row = images_[channel].contiguous();
    for (int64_t i = 0; i < row.size(0); ++i) {
      const auto image = row.data_ptr<int64_t>()[i];
      if (image >= 0) found.push_back(image);
    }
    return found;
  }

  void Save(std::map<std::string, at::Tensor>* state) const {
    (*state)["strongest.values"] = values_;
    (*state)["strongest.images"] = images_;
  }

  void Restore(const std::map<std::string, at::Tensor>& state) {
    values_ = state.at("strongest.values");
    images_ = state.at("strongest.images");
  }

 private:
  at::Tensor values_;
  at::Tensor images_;
};

/// What a dissection knows so far, and its file.
class Run {
 public:
  Run(const DissectedLayer& layer, const LabeledImages& data, const DissectRequest& request)
      : layer_(layer),
        data_(data),
        request_(request),
        dissection_(layer.channels(), data.concepts(), layer.info().image.height, layer.info().image.width, data.size(),
                    request.options),
        strongest_(layer.channels(), request.strongest) {
    if (request_.checkpoint.empty() || !std::filesystem::exists(request_.checkpoint)) return;
    if (!request_.resume) {
      ThrowUsage("'" + request_.checkpoint +
                 "' is a dissection that was not finished; go on with --resume, or remove it to begin anew");
    }
    Read();
  }

  void Passes(std::ostream& err) {
    ProgressLine line(err, 2 * data_.size(), dissection_.observed() + dissection_.compared());
    while (dissection_.observed() < data_.size()) {
      const int64_t first = dissection_.observed();
      const auto activations = Activations(first, nullptr);
      dissection_.ObserveActivations(activations);
      strongest_.Add(activations, first);
      Tell(&line, "thresholds");
    }
    while (dissection_.compared() < data_.size()) {
      std::vector<ImageConcepts> labels;
      const auto activations = Activations(dissection_.compared(), &labels);
      dissection_.CompareMasks(activations, labels);
      Tell(&line, "masks");
    }
  }

  DissectedChannels Result() {
    DissectedChannels result;
    result.concepts = dissection_.Result();
    result.concepts.layer = layer_.layer();
    result.concepts.data_set = data_.Name();
    result.concepts.fingerprint = layer_.fingerprint();
    std::map<int64_t, std::vector<int64_t>> channels_of;  // by image
    for (const auto& named : result.concepts.named) {
      for (const auto image : strongest_.Of(named.channel)) channels_of[image].push_back(named.channel);
    }
    std::map<std::pair<int64_t, int64_t>, StrongImage> shown;  // by channel and image
    for (const auto& [image, channels] : channels_of) {
      const auto place = static_cast<int64_t>(result.images.size());
      const auto outlines = Show(image, channels, &result.images);
      for (std::size_t i = 0; i < channels.size(); ++i) shown[{channels[i], image}] = {place, outlines[i]};
    }
    result.strongest.resize(static_cast<std::size_t>(layer_.channels()));
    for (const auto& named : result.concepts.named) {
      auto& strongest = result.strongest[static_cast<std::size_t>(named.channel)];
      for (const auto image : strongest_.Of(named.channel)) strongest.push_back(shown.at({named.channel, image}));
    }
    return result;
  }

 private:
  at::Tensor Activations(int64_t first, std::vector<ImageConcepts>* labels) {
    auto batch = Load(data_, Range(first, std::min(data_.size(), first + request_.batch)), layer_.info().image);
    if (labels != nullptr) *labels = std::move(batch.labels);
    return layer_.Activations(batch.images, batch.questions);
  }

  void Tell(ProgressLine* line, const char* pass) {
    line->Update(dissection_.observed() + dissection_.compared(), pass);
    const std::chrono::duration<double> since = Clock::now() - written_;
    if (request_.checkpoint.empty() || since.count() < request_.between_checkpoints) return;
    written_ = Clock::now();
    Write();
  }

  std::string Settings() const {
    return layer_.fingerprint() + '\n' + layer_.layer() + '\n' + data_.Name() + '\n' +
           std::to_string(request_.strongest);
  }

  void Write() const {
    auto state = dissection_.State();
    strongest_.Save(&state);
    torch::serialize::OutputArchive archive;
    archive.write("settings", c10::IValue(Settings()));
    c10::Dict<std::string, at::Tensor> tensors;
    for (const auto& [name, tensor] : state) tensors.insert(name, tensor);
    archive.write("state", c10::IValue(tensors));
    std::ostringstream bytes;
    archive.save_to(bytes);
    WriteFileWhole(request_.checkpoint, bytes.str());
  }

  void Read() {
    std::istringstream bytes(ReadFile(request_.checkpoint));
    std::map<std::string, at::Tensor> state;
    std::string settings;
    try {
      torch::serialize::InputArchive archive;
      archive.load_from(bytes);
      c10::IValue value;
      archive.read("settings", value);
      settings = value.toStringRef();
      archive.read("state", value);
      for (const auto& item : value.toGenericDict()) state[item.key().toStringRef()] = item.value().toTensor();
    } catch (const std::exception&) {
      ThrowBadFile("'" + request_.checkpoint + "' is no checkpoint of a dissection; remove it to begin anew");
    }
    if (settings != Settings()) {
      ThrowUsage("'" + request_.checkpoint +
                 "' was begun with another model, layer or data set; remove it to begin anew, or name another --out");
    }
    dissection_.Restore(state);
    strongest_.Restore(state);
  }

  /// Adds the image as the network is shown it; returns where each of the channels fires in it.
  std::vector<std::string> Show(int64_t image, const std::vector<int64_t>& channels, std::vector<at::Tensor>* images) {
    const auto& options = layer_.info().image;
    const auto batch = Load(data_, {image}, options);
    const auto maps = layer_.Activations(batch.images, batch.questions);
    const auto enlarged = at::upsample_bilinear2d(maps, {options.height, options.width}, false)[0];
    const auto thresholds = dissection_.Thresholds();
    std::vector<std::string> outlines;
    for (const auto channel : channels) outlines.push_back(Outline(enlarged[channel] > thresholds[channel]));
    const auto std = at::tensor(options.std).view({3, 1, 1});
    const auto mean = at::tensor(options.mean).view({3, 1, 1});
    const auto picture = ((batch.images[0] * std + mean) * 255).round().clamp(0, 255).to(at::kByte);
    images->push_back(picture.permute({1, 2, 0}).contiguous());
    return outlines;
  }

  static std::string Outline(const at::Tensor& fires) {
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

  const DissectedLayer& layer_;
  const LabeledImages& data_;
  const DissectRequest& request_;
  Dissection dissection_;
  Strongest strongest_;
  Clock::time_point written_ = Clock::now();
};

}  // namespace

DissectedChannels Dissect(const DissectedLayer& layer, const LabeledImages& data, const DissectRequest& request,
                          std::ostream& err) {
  if (layer.channels() < 2) {
    ThrowUsage("layer '" + layer.layer() + "' has one channel: there is nothing to tell apart");
  }
  if (layer.depends_on_question() && data.size() > 0 && data.At(0).question.empty()) {
    ThrowUsage("layer '" + layer.layer() + "' depends on the question, and " + data.Name() +
               " come without one; leave --data out to take scenes with questions, or dissect a layer of the trunk");
  }
  Run run(layer, data, request);
  run.Passes(err);
  auto result = run.Result();
  std::error_code ignored;
  if (!request.checkpoint.empty()) std::filesystem::remove(request.checkpoint, ignored);
  return result;
}

}  // namespace wherefore
