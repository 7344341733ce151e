#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace wherefore {

/// Random numbers that are the same everywhere: the C++ standard fixes std::mt19937_64, but not its distributions.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// 0 to count - 1, each as likely.
  int Below(int count) {
    const auto range = static_cast<std::uint64_t>(count);
    const std::uint64_t most = UINT64_MAX - UINT64_MAX % range;  // beyond, the first ones would be likelier
    std::uint64_t value = engine_();
    while (value >= most) value = engine_();
    return static_cast<int>(value % range);
  }

  int Between(int least, int most) { return least + Below(most - least + 1); }

  /// At least `least`, less than `most`.
  double Uniform(double least = 0, double most = 1) {
    return least + (most - least) * static_cast<double>(engine_() >> 11) * 0x1.0p-53;
  }

  bool Chance(double probability) { return Uniform() < probability; }

  template <typename Value>
  const Value& OneOf(const std::vector<Value>& values) {
    return values[static_cast<std::size_t>(Below(static_cast<int>(values.size())))];
  }

  template <typename Value>
  void Shuffle(std::vector<Value>* values) {
    for (std::size_t i = values->size(); i > 1; --i) {
      std::swap((*values)[i - 1], (*values)[static_cast<std::size_t>(Below(static_cast<int>(i)))]);
    }
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace wherefore
