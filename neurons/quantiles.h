#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// Throws Error(kUsage) where not all of the activations are finite numbers.
void CheckFinite(const at::Tensor& activations);

/// A high quantile of every channel of a layer over a stream of activations, in memory that does not depend on its
/// length. Of each channel the highest values are kept; where the share above the quantile is more than fits, every
/// w-th of them in order of size, w a power of two, so that each stands for w.
///
/// Values may come in any order. Exact while no more than `capacity` - 2 of the values lie above the quantile: with the
/// defaults and 0.995, up to 818,000 values a channel. Beyond that, StandardError(). The same stream gives the same
/// result, however many threads there are.
class ChannelQuantiles {
 public:
  static constexpr int64_t kCapacity = 4096;

  /// `quantile`: from 0 to 1. `values`: how many each channel will be given, or more. Keeps at most twice `capacity`
  /// numbers a channel. Throws Error(kUsage) for what cannot be.
  ChannelQuantiles(int64_t channels, double quantile, int64_t values, int64_t capacity = kCapacity);

  /// Takes (N, K, ...), K the channels: N times as many values of each as the dimensions left out hold. Throws
  /// Error(kUsage) for another K, for values that are not finite, and beyond the announced number of values.
  void Add(const at::Tensor& activations);

  /// Add() for a caller that knows beforehand which values matter: first Announce() so many values of every channel,
  /// then Offer() those of each that are greater than its Floor(); the others need not be made. Channels may be offered
  /// to at once, each by one thread.
  void Announce(int64_t values);
  float Floor(int64_t channel) const { return channels_[static_cast<std::size_t>(channel)].floor; }
  void Offer(int64_t channel, const float* values, int64_t count);

  /// The quantile of every channel's values so far (K), float32, on the CPU; between two values by linear
  /// interpolation, as NumPy does. Throws Error(kUsage) where there are no values.
  at::Tensor Quantile() const;

  /// By what share of a channel's values the place of Quantile() among them differs from the one asked for, as a
  /// standard deviation; the largest over the channels. The difference is random, of mean 0: the sum of one number
  /// below w in absolute value for each time that a channel's values were thinned. 0 where it is exact.
  double StandardError() const;

  int64_t values() const { return values_; }
  int64_t channels() const { return static_cast<int64_t>(channels_.size()); }

  /// All that it holds, as tensors on the CPU: Restore() goes on from there, as if it had never been away. Restore()
  /// throws Error(kUsage) where the state is of other arguments of the constructor.
  std::map<std::string, at::Tensor> State() const;
  void Restore(const std::map<std::string, at::Tensor>& state);

 private:
  struct Channel {
    std::vector<float> top;      ///< at most kept_ values, each for weight_
    std::vector<float> pending;  ///< values that came since, fewer than block_
    float floor = 0;             ///< what is not greater can no longer come to matter
    int64_t thinnings = 0;
  };

  void Thin(int64_t index);

  double quantile_;
  int64_t most_values_;
  int64_t capacity_;
  int64_t weight_ = 1;
  int64_t kept_ = 0;   ///< of top: what the quantile of all announced values can need
  int64_t block_ = 0;  ///< so many values are thinned at once
  int64_t values_ = 0;
  std::vector<Channel> channels_;
};

}  // namespace wherefore
