#include "neurons/quantiles.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "explain/error.h"
#include "neurons/parallel.h"

namespace wherefore {
namespace {

constexpr const char* kSettings = "settings";
constexpr const char* kProgress = "progress";
constexpr const char* kThinnings = "thinnings";
constexpr const char* kSizes = "sizes";
constexpr const char* kKeptValues = "kept";

/// A number that looks random, of two: SplitMix64's last step. Needs no state that threads would share.
uint64_t Scrambled(uint64_t a, uint64_t b) {
  uint64_t x = a * 0x9E3779B97F4A7C15ULL + (b + 1) * 0xD1B54A32D192ED03ULL;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31U);
}

/// How far from the highest of n values their quantile lies, counted in values.
double FromTop(double quantile, int64_t n) { return (1 - quantile) * static_cast<double>(n - 1); }

/// The value at `place`, 0 the highest, between two values by linear interpolation.
double ValueAt(double place, std::vector<float> values) {
  const auto index = std::min(static_cast<std::ptrdiff_t>(place), static_cast<std::ptrdiff_t>(values.size()) - 1);
  const auto found = values.begin() + index;
  std::nth_element(values.begin(), found, values.end(), std::greater<>());
  const auto next = std::max_element(found + 1, values.end());
  if (next == values.end()) return *found;
  return *found + (place - static_cast<double>(index)) * (static_cast<double>(*next) - *found);
}

/// The same among values that each fill the next `second` places: between the middles of what they fill.
double WeightedValueAt(double place, std::vector<std::pair<float, int64_t>> weighted) {
  std::sort(weighted.begin(), weighted.end(), std::greater<>());
  double begin = 0;
  double centre_before = 0;
  double value_before = weighted.front().first;
  for (const auto& [value, weight] : weighted) {
    const double centre = begin + static_cast<double>(weight - 1) / 2;
    if (centre >= place) {
      const double share = centre > centre_before ? (place - centre_before) / (centre - centre_before) : 1;
      return value_before + std::clamp(share, 0.0, 1.0) * (static_cast<double>(value) - value_before);
    }
    begin += static_cast<double>(weight);
    centre_before = centre;
    value_before = value;
  }
  return value_before;
}

at::Tensor Part(const std::map<std::string, at::Tensor>& state, const char* name) {
  const auto found = state.find(name);
  if (found == state.end()) ThrowUsage(std::string("the state of quantiles lacks '") + name + "'");
  return found->second;
}

}  // namespace

void CheckFinite(const at::Tensor& activations) {
  // What is not finite makes the sum so: that takes a fraction of the time. The sum of large numbers may be as well.
  if (std::isfinite(activations.sum().item<double>()) || at::isfinite(activations).all().item<bool>()) return;
  ThrowUsage("the layer's activations are not all finite numbers");
}

ChannelQuantiles::ChannelQuantiles(int64_t channels, double quantile, int64_t values, int64_t capacity)
    : quantile_(quantile), most_values_(values), capacity_(capacity) {
  if (channels < 1) ThrowUsage("a layer of " + std::to_string(channels) + " channels has no quantiles");
  if (!(quantile >= 0 && quantile <= 1)) {
    ThrowUsage("the quantile must be from 0 to 1, but is " + std::to_string(quantile));
  }
  if (values < 1) ThrowUsage("no values to take a quantile of: the data set is empty");
  if (capacity < 4) ThrowUsage("quantiles need a capacity of 4 values or more, not " + std::to_string(capacity));
  while (FromTop(quantile, values) / static_cast<double>(weight_) + 2 > static_cast<double>(capacity)) weight_ *= 2;
  kept_ = std::min(capacity, static_cast<int64_t>(FromTop(quantile, values) / static_cast<double>(weight_)) + 3);
  // Where values stand for themselves, early: what is above the floor by then is little.
  block_ = weight_ == 1 ? std::clamp(4 * kept_, std::min<int64_t>(256, capacity), capacity) : capacity;
  channels_.resize(static_cast<std::size_t>(channels));
  for (auto& channel : channels_) channel.floor = -std::numeric_limits<float>::infinity();
}

void ChannelQuantiles::Add(const at::Tensor& activations) {
  if (activations.dim() < 2 || activations.size(1) != channels()) {
    ThrowUsage("activations must be (N, " + std::to_string(channels()) + ", ...), but channels are " +
               (activations.dim() < 2 ? "no dimension of theirs" : std::to_string(activations.size(1))));
  }
  if (activations.numel() == 0) return;
  const auto on_host = activations.detach().to(at::kCPU, at::kFloat).contiguous();
  CheckFinite(on_host);
  const int64_t images = on_host.size(0);
  const int64_t run = on_host.numel() / (images * channels());
  Announce(images * run);
  const float* data = on_host.data_ptr<float>();
  at::parallel_for(0, channels(), kChannelsAtOnce, [&](int64_t begin, int64_t end) {
    for (int64_t channel = begin; channel < end; ++channel) {
      for (int64_t image = 0; image < images; ++image) Offer(channel, data + (image * channels() + channel) * run, run);
    }
  });
}

void ChannelQuantiles::Announce(int64_t values) {
  if (values > most_values_ - values_) {
    ThrowUsage("quantiles were made for " + std::to_string(most_values_) + " values a channel, but there are more");
  }
  values_ += values;
}

void ChannelQuantiles::Offer(int64_t channel, const float* values, int64_t count) {
  Channel& kept = channels_[static_cast<std::size_t>(channel)];
  auto& pending = kept.pending;
  while (count > 0) {
    const auto before = static_cast<int64_t>(pending.size());
    const int64_t taken = std::min(count, block_ - before);
    pending.resize(static_cast<std::size_t>(before + taken));
    // Every value is written, and the next one over it where it does not matter: nothing for the processor to guess.
    float* next = pending.data() + before;
    for (int64_t i = 0; i < taken; ++i) {
      *next = values[i];
      next += values[i] > kept.floor ? 1 : 0;
    }
    pending.resize(static_cast<std::size_t>(next - pending.data()));
    if (static_cast<int64_t>(pending.size()) == block_) Thin(channel);
    values += taken;
    count -= taken;
  }
}

void ChannelQuantiles::Thin(int64_t index) {
  Channel& channel = channels_[static_cast<std::size_t>(index)];
  auto& top = channel.top;
  auto& pending = channel.pending;
  const auto number = static_cast<uint64_t>(channel.thinnings++);
  if (weight_ == 1) {
    top.insert(top.end(), pending.begin(), pending.end());
  } else {
    std::sort(pending.begin(), pending.end(), std::greater<>());
    const auto step = static_cast<std::size_t>(weight_);
    const auto first = static_cast<std::size_t>(Scrambled(static_cast<uint64_t>(index), number)) & (step - 1);
    for (std::size_t i = first; i < pending.size(); i += step) top.push_back(pending[i]);
  }
  pending.clear();
  const auto most = static_cast<std::size_t>(kept_);
  if (top.size() < most) return;
  std::nth_element(top.begin(), top.begin() + (kept_ - 1), top.end(), std::greater<>());
  top.resize(most);
  channel.floor = top.back();
}

at::Tensor ChannelQuantiles::Quantile() const {
  if (values_ == 0) ThrowUsage("no values to take a quantile of: the data set is empty");
  auto quantiles = at::empty({channels()}, at::kFloat);
  float* out = quantiles.data_ptr<float>();
  at::parallel_for(0, channels(), kChannelsAtOnce, [&](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; ++index) {
      const Channel& channel = channels_[static_cast<std::size_t>(index)];
      const double place = FromTop(quantile_, values_);
      if (weight_ == 1) {
        auto kept = channel.top;
        kept.insert(kept.end(), channel.pending.begin(), channel.pending.end());
        out[index] = static_cast<float>(ValueAt(place, std::move(kept)));
        continue;
      }
      std::vector<std::pair<float, int64_t>> weighted;
      weighted.reserve(channel.top.size() + channel.pending.size());
      for (const float value : channel.top) weighted.emplace_back(value, weight_);
      for (const float value : channel.pending) weighted.emplace_back(value, 1);
      out[index] = static_cast<float>(WeightedValueAt(place, std::move(weighted)));
    }
  });
  return quantiles;
}

double ChannelQuantiles::StandardError() const {
  if (weight_ == 1 || values_ == 0) return 0;
  int64_t most = 0;
  for (const auto& channel : channels_) most = std::max(most, channel.thinnings);
  // One thinning keeps floor or ceil of count / w of the values above a place: a variance of at most w^2 / 4. The
  // place between two kept values is as uncertain once more.
  return static_cast<double>(weight_) / 2 * std::sqrt(static_cast<double>(most + 1)) / static_cast<double>(values_);
}

std::map<std::string, at::Tensor> ChannelQuantiles::State() const {
  auto thinnings = at::empty({channels()}, at::kLong);
  auto sizes = at::empty({channels(), 2}, at::kLong);
  std::vector<float> kept;
  for (int64_t i = 0; i < channels(); ++i) {
    const Channel& channel = channels_[static_cast<std::size_t>(i)];
    thinnings.data_ptr<int64_t>()[i] = channel.thinnings;
    sizes.data_ptr<int64_t>()[2 * i] = static_cast<int64_t>(channel.top.size());
    sizes.data_ptr<int64_t>()[2 * i + 1] = static_cast<int64_t>(channel.pending.size());
    kept.insert(kept.end(), channel.top.begin(), channel.top.end());
    kept.insert(kept.end(), channel.pending.begin(), channel.pending.end());
  }
  const auto count = [](int64_t value) { return static_cast<double>(value); };
  return {{kSettings, at::tensor({count(channels()), quantile_, count(most_values_), count(capacity_)}, at::kDouble)},
          {kProgress, at::full({1}, values_, at::kLong)},
          {kThinnings, thinnings},
          {kSizes, sizes},
          {kKeptValues, at::tensor(kept, at::kFloat)}};
}

void ChannelQuantiles::Restore(const std::map<std::string, at::Tensor>& state) {
  const auto thinnings = Part(state, kThinnings);
  const auto sizes = Part(state, kSizes);
  const auto kept = Part(state, kKeptValues);
  if (!at::equal(Part(state, kSettings), State().at(kSettings))) {
    ThrowUsage("the state is of quantiles of other channels, another quantile or another number of values");
  }
  std::vector<Channel> restored(channels_.size());
  const float* next = kept.data_ptr<float>();
  const float* const end = next + kept.numel();
  const bool shaped = thinnings.numel() == channels() && sizes.numel() == 2 * channels();
  for (int64_t i = 0; shaped && i < channels(); ++i) {
    Channel& channel = restored[static_cast<std::size_t>(i)];
    const int64_t* size = sizes.data_ptr<int64_t>() + 2 * i;
    const bool fits = size[0] >= 0 && size[0] <= kept_ && size[1] >= 0 && size[1] < block_;
    if (!fits || size[0] + size[1] > end - next) ThrowUsage("the state of quantiles is damaged: its sizes do not fit");
    channel.thinnings = thinnings.data_ptr<int64_t>()[i];
    channel.top.assign(next, next + size[0]);
    channel.pending.assign(next + size[0], next + size[0] + size[1]);
    next += size[0] + size[1];
    channel.floor = size[0] == kept_ ? *std::min_element(channel.top.begin(), channel.top.end())
                                     : -std::numeric_limits<float>::infinity();
  }
  if (!shaped || next != end) ThrowUsage("the state of quantiles is damaged: its sizes do not fit");
  values_ = Part(state, kProgress).item<int64_t>();
  channels_ = std::move(restored);
}

}  // namespace wherefore
