#include "neurons/dissection.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "explain/error.h"
#include "neurons/parallel.h"

namespace wherefore {
namespace {

constexpr double kChancePercentile = 0.95;

constexpr const char* kSettings = "settings";
constexpr const char* kProgress = "progress";
constexpr const char* kThresholds = "thresholds";
constexpr const char* kBeforeSizes = "before.sizes";
constexpr const char* kBeforeConcepts = "before.concepts";
constexpr const char* kBeforeBits = "before.bits";
const std::string kQuantiles = "quantiles.";

std::string SizeText(at::IntArrayRef sizes) { return "(" + ListedNumbers(sizes.vec()) + ")"; }

template <class T>
at::Tensor Vector(const std::vector<T>& numbers) {
  static_assert(sizeof(T) == sizeof(int64_t));
  auto tensor = at::empty({static_cast<int64_t>(numbers.size())}, at::kLong);
  std::copy(numbers.begin(), numbers.end(), tensor.data_ptr<int64_t>());
  return tensor;
}

[[noreturn]] void ThrowOtherState(const std::string& name) {
  ThrowUsage("the state is not of this dissection: '" + name + "' is missing or of another kind or size");
}

at::Tensor Part(const std::map<std::string, at::Tensor>& state, const std::string& name, at::ScalarType type) {
  const auto found = state.find(name);
  if (found == state.end() || found->second.scalar_type() != type || !found->second.is_contiguous()) {
    ThrowOtherState(name);
  }
  return found->second;
}

/// Reads a part that has as many numbers as `numbers`.
void Read(const std::map<std::string, at::Tensor>& state, const std::string& name, std::vector<int64_t>* numbers) {
  const auto part = Part(state, name, at::kLong);
  if (part.numel() != static_cast<int64_t>(numbers->size())) ThrowOtherState(name);
  std::copy_n(part.data_ptr<int64_t>(), numbers->size(), numbers->begin());
}

}  // namespace

DissectionOptions DissectionOptions::Published(const std::string& definition) {
  if (definition == "2017") return {};
  if (definition == "2020") return {0.99, true, false, 0.04};
  ThrowUsage("there is no definition '" + definition + "' of network dissection; there are \"2017\" and \"2020\"");
}

std::string DissectionOptions::Definition() const {
  for (const auto* const name : {"2017", "2020"}) {
    const auto published = Published(name);
    if (quantile == published.quantile && upsampled == published.upsampled && only_labeled == published.only_labeled) {
      return name;
    }
  }
  auto number = std::to_string(quantile);
  number.erase(number.find_last_not_of('0') + 1);
  if (number.back() == '.') number += '0';
  return "quantile " + number + " of " + (upsampled ? "enlarged" : "raw") + " maps, " +
         (only_labeled ? "images with the category" : "all images");
}

double IntersectionOverUnion(int64_t both, int64_t channel, int64_t concept_pixels) {
  const int64_t either = channel + concept_pixels - both;
  return either > 0 ? static_cast<double>(both) / static_cast<double>(either) : 0;
}

double ChancePercentile(std::vector<double> best) {
  if (best.empty()) return 1;
  std::sort(best.begin(), best.end());
  const double place = kChancePercentile * static_cast<double>(best.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, best.size() - 1);
  return best[below] + (place - static_cast<double>(below)) * (best[above] - best[below]);
}

Dissection::Dissection(int64_t channels, std::vector<Concept> concepts, int64_t height, int64_t width, int64_t images,
                       DissectionOptions options)
    : channels_(channels), packing_(std::move(concepts), height, width), images_(images), options_(options) {
  if (channels < 1) ThrowUsage("a layer of " + std::to_string(channels) + " channels cannot be dissected");
  if (images < 1) ThrowUsage("the data set to dissect with is empty: it has no images");
  if (!(options.quantile >= 0 && options.quantile <= 1)) {
    ThrowUsage("the quantile must be from 0 to 1, but is " + std::to_string(options.quantile));
  }
  counts_ = NoCounts();
  chance_ = NoCounts();
}

DissectionCounts Dissection::NoCounts() const {
  DissectionCounts counts;
  counts.both.assign(Index(channels_) * packing_.concepts().size(), 0);
  counts.fired.assign(Index(channels_), 0);
  counts.labeled.assign(Index(channels_) * packing_.categories(), 0);
  counts.pixels.assign(packing_.concepts().size(), 0);
  return counts;
}

void Dissection::SetMapSize(int64_t map_height, int64_t map_width) {
  map_height_ = map_height;
  map_width_ = map_width;
  upsampling_.emplace(map_height, map_width, packing_.height(), packing_.width());
  const int64_t values = options_.upsampled ? packing_.height() * packing_.width() : map_height * map_width;
  quantiles_.emplace(channels_, options_.quantile, images_ * values);
}

at::Tensor Dissection::OnHost(const at::Tensor& activations, int64_t seen) const {
  const bool map_size = map_height_ == 0 || (activations.dim() == 4 && activations.size(2) == map_height_ &&
                                             activations.size(3) == map_width_);
  if (activations.dim() != 4 || activations.size(1) != channels_ || !map_size ||
      activations.size(2) * activations.size(3) == 0) {
    const std::string height = map_height_ == 0 ? "h" : std::to_string(map_height_);
    const std::string width = map_height_ == 0 ? "w" : std::to_string(map_width_);
    ThrowUsage("activations must be (N, " + std::to_string(channels_) + ", " + height + ", " + width + "), but are " +
               SizeText(activations.sizes()));
  }
  if (activations.size(0) > images_ - seen) {
    ThrowUsage("the dissection was made for " + std::to_string(images_) + " images, but there are more");
  }
  auto on_host = activations.detach().to(at::kCPU, at::kFloat).contiguous();
  CheckFinite(on_host);
  return on_host;
}

void Dissection::ObserveActivations(const at::Tensor& activations) {
  if (thresholds_.defined()) ThrowUsage("the thresholds are fixed once masks have been compared");
  const auto on_host = OnHost(activations, observed_);
  if (map_height_ == 0) SetMapSize(on_host.size(2), on_host.size(3));
  observed_ += on_host.size(0);
  if (!options_.upsampled) {
    quantiles_->Add(on_host);
    return;
  }
  quantiles_->Announce(on_host.size(0) * packing_.height() * packing_.width());
  const float* maps = on_host.data_ptr<float>();
  const int64_t cells = map_height_ * map_width_;
  at::parallel_for(0, channels_, kChannelsAtOnce, [&](int64_t begin, int64_t end) {
    SparseUpsampling::Scratch scratch;
    for (int64_t channel = begin; channel < end; ++channel) {
      for (int64_t image = 0; image < on_host.size(0); ++image) {
        upsampling_->Above(maps + (image * channels_ + channel) * cells, quantiles_->Floor(channel), &scratch,
                           [&](int64_t, int64_t x_begin, int64_t x_end, const float* values) {
                             quantiles_->Offer(channel, values, x_end - x_begin);
                           });
      }
    }
  });
}

void Dissection::CompareMasks(const at::Tensor& activations, const std::vector<ImageConcepts>& images) {
  if (observed_ == 0) ThrowUsage("the data set to dissect with is empty: no activations were observed");
  const auto on_host = OnHost(activations, compared_);
  if (on_host.size(0) != static_cast<int64_t>(images.size())) {
    ThrowUsage("there are activations of " + std::to_string(on_host.size(0)) + " images, but labels of " +
               std::to_string(images.size()));
  }
  std::vector<std::shared_ptr<const PackedImage>> own;
  own.reserve(images.size());
  for (const auto& image : images) own.push_back(std::make_shared<PackedImage>(packing_.Pack(image)));
  // Nothing was changed until here, where nothing can go wrong any more.
  if (!thresholds_.defined()) thresholds_ = quantiles_->Quantile();
  std::vector<std::shared_ptr<const PackedImage>> other;
  for (const auto& image : own) {
    other.push_back(before_.DrawFor(compared_));
    AddPixels(*image, &counts_);
    if (other.back()) AddPixels(*other.back(), &chance_);
    before_.Add(image);
    ++compared_;
  }
  const float* maps = on_host.data_ptr<float>();
  const int64_t cells = map_height_ * map_width_;
  at::parallel_for(0, channels_, kChannelsAtOnce, [&](int64_t begin, int64_t end) {
    SparseUpsampling::Scratch scratch;
    for (int64_t channel = begin; channel < end; ++channel) {
      for (std::size_t i = 0; i < own.size(); ++i) {
        AddMap(channel, maps + (static_cast<int64_t>(i) * channels_ + channel) * cells, *own[i], other[i].get(),
               &scratch);
      }
    }
  });
}

void Dissection::AddPixels(const PackedImage& image, DissectionCounts* counts) const {
  for (std::size_t i = 0; i < image.concepts.size(); ++i) {
    counts->pixels[Index(image.concepts[i])] += image.pixels[i];
  }
}

void Dissection::AddMap(int64_t channel, const float* map, const PackedImage& image, const PackedImage* other,
                        SparseUpsampling::Scratch* scratch) {
  const float threshold = thresholds_.data_ptr<float>()[channel];
  upsampling_->BitsAbove(map, threshold, scratch, [&](int64_t word, uint64_t fires) {
    AddWord(channel, word, fires, image, &counts_);
    if (other != nullptr) AddWord(channel, word, fires, *other, &chance_);
  });
}

void Dissection::AddWord(int64_t channel, int64_t word, uint64_t fires, const PackedImage& image,
                         DissectionCounts* counts) const {
  const int64_t fired = BitCount(fires);
  counts->fired[Index(channel)] += fired;
  int64_t* const labeled = counts->labeled.data() + Index(channel) * packing_.categories();
  for (const int64_t category : image.categories) labeled[category] += fired;
  int64_t* const both = counts->both.data() + Index(channel) * packing_.concepts().size();
  const uint64_t* mask = image.bits.data() + word;
  for (const int64_t index : image.concepts) {
    const uint64_t common = fires & *mask;
    if (common != 0) both[index] += BitCount(common);
    mask += packing_.words();
  }
}

at::Tensor Dissection::Thresholds() const {
  if (thresholds_.defined()) return thresholds_;
  if (!quantiles_) ThrowUsage("the data set to dissect with is empty: no activations were observed");
  return quantiles_->Quantile();
}

double Dissection::Iou(const DissectionCounts& counts, int64_t channel, int64_t index) const {
  const auto k = Index(channel);
  const auto category = packing_.CategoryOf(index);
  const int64_t area = options_.only_labeled ? counts.labeled[k * packing_.categories() + category] : counts.fired[k];
  return IntersectionOverUnion(counts.both[k * packing_.concepts().size() + Index(index)], area,
                               counts.pixels[Index(index)]);
}

at::Tensor Dissection::Ious() const {
  const auto count = static_cast<int64_t>(packing_.concepts().size());
  auto ious = at::empty({channels_, count}, at::kDouble);
  double* out = ious.data_ptr<double>();
  for (int64_t channel = 0; channel < channels_; ++channel) {
    for (int64_t index = 0; index < count; ++index) *out++ = Iou(counts_, channel, index);
  }
  return ious;
}

std::pair<int64_t, double> Dissection::Best(const DissectionCounts& counts, int64_t channel) const {
  std::pair<int64_t, double> best = {0, Iou(counts, channel, 0)};
  for (int64_t index = 1; index < static_cast<int64_t>(packing_.concepts().size()); ++index) {
    const double iou = Iou(counts, channel, index);
    if (iou > best.second) best = {index, iou};
  }
  return best;
}

double Dissection::ChanceIou() const {
  if (compared_ < 2) return 1;
  std::vector<double> best;
  for (int64_t channel = 0; channel < channels_; ++channel) {
    if (counts_.fired[Index(channel)] > 0) best.push_back(Best(chance_, channel).second);
  }
  return ChancePercentile(std::move(best));
}

LayerConcepts Dissection::Result() const {
  if (compared_ == 0) ThrowUsage("the data set to dissect with is empty: no masks were compared");
  LayerConcepts result;
  result.channels = channels_;
  result.images = compared_;
  result.definition = options_.Definition();
  result.least_iou = options_.least_iou;
  result.chance_iou = ChanceIou();
  for (int64_t channel = 0; channel < channels_; ++channel) {
    if (counts_.fired[Index(channel)] == 0) continue;
    const auto [index, iou] = Best(counts_, channel);
    const auto& item = packing_.concepts()[Index(index)];
    result.named.push_back({channel, item.name, item.category, iou, thresholds_.data_ptr<float>()[channel]});
  }
  return result;
}

std::string Dissection::Settings() const {
  std::string text = SizeText({channels_, packing_.height(), packing_.width(), images_}) + options_.Definition();
  for (const auto& item : packing_.concepts()) text += '\n' + item.category + '\t' + item.name;
  return text;
}

std::map<std::string, at::Tensor> Dissection::State() const {
  const auto settings = Settings();
  auto bytes = at::empty({static_cast<int64_t>(settings.size())}, at::kByte);
  std::copy(settings.begin(), settings.end(), bytes.data_ptr<uint8_t>());
  std::map<std::string, at::Tensor> state = {
      {kSettings, bytes}, {kProgress, Vector(std::vector<int64_t>{observed_, compared_, map_height_, map_width_})}};
  if (quantiles_) {
    for (const auto& [name, part] : quantiles_->State()) state.emplace(kQuantiles + name, part);
  }
  if (thresholds_.defined()) state.emplace(kThresholds, thresholds_.clone());
  for (const auto& [prefix, counts] : {std::pair("counts.", &counts_), std::pair("chance.", &chance_)}) {
    state.emplace(std::string(prefix) + "both", Vector(counts->both));
    state.emplace(std::string(prefix) + "fired", Vector(counts->fired));
    state.emplace(std::string(prefix) + "labeled", Vector(counts->labeled));
    state.emplace(std::string(prefix) + "pixels", Vector(counts->pixels));
  }
  std::vector<int64_t> sizes;
  std::vector<int64_t> indices;
  std::vector<uint64_t> bits;
  for (const auto& image : before_.kept()) {
    sizes.push_back(static_cast<int64_t>(image->concepts.size()));
    indices.insert(indices.end(), image->concepts.begin(), image->concepts.end());
    bits.insert(bits.end(), image->bits.begin(), image->bits.end());
  }
  state.emplace(kBeforeSizes, Vector(sizes));
  state.emplace(kBeforeConcepts, Vector(indices));
  state.emplace(kBeforeBits, Vector(bits));
  return state;
}

void Dissection::Restore(const std::map<std::string, at::Tensor>& state) {
  const auto settings = Part(state, kSettings, at::kByte);
  const auto* bytes = settings.data_ptr<uint8_t>();
  if (std::string(bytes, bytes + settings.numel()) != Settings()) {
    ThrowUsage("the state is of a dissection of another layer, with other concepts, masks, images or options");
  }
  std::vector<int64_t> progress(4);
  Read(state, kProgress, &progress);
  // Made anew and moved here at the end: a damaged state changes nothing.
  Dissection restored(channels_, packing_.concepts(), packing_.height(), packing_.width(), images_, options_);
  restored.observed_ = progress[0];
  restored.compared_ = progress[1];
  const bool counted = progress[0] >= 0 && progress[0] <= images_ && progress[1] >= 0 && progress[1] <= images_;
  const bool sized = progress[0] == 0 || (progress[2] > 0 && progress[3] > 0);
  if (!counted || !sized) ThrowOtherState(kProgress);
  if (progress[2] > 0 && progress[3] > 0) {
    restored.SetMapSize(progress[2], progress[3]);
    std::map<std::string, at::Tensor> quantiles;
    for (const auto& [name, part] : state) {
      if (name.rfind(kQuantiles, 0) == 0) quantiles.emplace(name.substr(kQuantiles.size()), part);
    }
    restored.quantiles_->Restore(quantiles);
  }
  if (state.count(kThresholds) > 0 || restored.compared_ > 0) {
    restored.thresholds_ = Part(state, kThresholds, at::kFloat).clone();
    if (restored.thresholds_.numel() != channels_) ThrowOtherState(kThresholds);
  }
  for (const auto& [prefix, counts] :
       {std::pair("counts.", &restored.counts_), std::pair("chance.", &restored.chance_)}) {
    Read(state, std::string(prefix) + "both", &counts->both);
    Read(state, std::string(prefix) + "fired", &counts->fired);
    Read(state, std::string(prefix) + "labeled", &counts->labeled);
    Read(state, std::string(prefix) + "pixels", &counts->pixels);
  }
  restored.RestoreBefore(state);
  *this = std::move(restored);
}

void Dissection::RestoreBefore(const std::map<std::string, at::Tensor>& state) {
  const auto sizes = Part(state, kBeforeSizes, at::kLong);
  const auto indices = Part(state, kBeforeConcepts, at::kLong);
  const auto bits = Part(state, kBeforeBits, at::kLong);
  const int64_t words = packing_.words();
  const int64_t* index = indices.data_ptr<int64_t>();
  const int64_t* word = bits.data_ptr<int64_t>();
  int64_t left = indices.numel();
  if (bits.numel() != left * words) ThrowOtherState(kBeforeBits);
  for (int64_t i = 0; i < sizes.numel(); ++i) {
    const int64_t count = sizes.data_ptr<int64_t>()[i];
    if (count < 0 || count > left) ThrowOtherState(kBeforeSizes);
    const std::vector<int64_t> concepts(index, index + count);
    for (const int64_t item : concepts) {
      if (item < 0 || item >= static_cast<int64_t>(packing_.concepts().size())) ThrowOtherState(kBeforeConcepts);
    }
    const std::vector<uint64_t> kept(word, word + count * words);
    before_.Add(std::make_shared<PackedImage>(packing_.Repacked(concepts, kept)));
    index += count;
    word += count * words;
    left -= count;
  }
  if (left != 0) ThrowOtherState(kBeforeSizes);
}

}  // namespace wherefore
