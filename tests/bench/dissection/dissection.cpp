// How many times faster Dissection is than straightforward loops over pictures and channels, on the same data, on one
// thread, side by side in this one process. What the network itself takes belongs to neither side. Ours also counts
// what chance gives, which the loops do not.
//
//   wherefore_dissection_bench [--dry]
//
// --dry: each comparison once, to see that it runs and that both sides agree; goals are not judged.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "neurons/dissection.h"
#include "tools/command_line/process.h"

namespace wherefore {
namespace {

constexpr double kGoal = 20;
constexpr int kRounds = 5;
constexpr int64_t kBatch = 8;

struct Data {
  std::string name;
  int64_t height = 0;
  int64_t width = 0;
  std::vector<Concept> concepts;
  at::Tensor maps;  // (N, K, h, w)
  std::vector<ImageConcepts> images;
};

/// Activations after a ReLU that are alike in neighbouring cells; rectangles as masks.
Data MakeData(const std::string& name, int64_t count, int64_t channels, int64_t cells, int64_t pixels,
              int64_t concepts_of_image) {
  at::manual_seed(1);
  Data data;
  data.name = name;
  data.height = pixels;
  data.width = pixels;
  for (int64_t i = 0; i < 40; ++i) data.concepts.push_back({"concept " + std::to_string(i), std::to_string(i % 4)});
  data.maps = at::avg_pool2d(at::randn({count, channels, cells + 1, cells + 1}), 2, 1).relu().contiguous();
  for (int64_t i = 0; i < count; ++i) {
    ImageConcepts image;
    image.masks = at::zeros({concepts_of_image, pixels, pixels}, at::kBool);
    for (int64_t j = 0; j < concepts_of_image; ++j) {
      image.concepts.push_back((i * 7 + j * 3) % 40);
      const int64_t size = pixels / 4 + (i * 13 + j * 29) % (pixels / 4);
      const int64_t y = (i * 31 + j * 17) % (pixels - size);
      const int64_t x = (i * 11 + j * 41) % (pixels - size);
      image.masks[j].narrow(0, y, size).narrow(1, x, size).fill_(true);
    }
    data.images.push_back(image);
  }
  return data;
}

/// What a straightforward loop counts.
struct Counts {
  explicit Counts(const Data& data)
      : both(at::zeros({data.maps.size(1), static_cast<int64_t>(data.concepts.size())}, at::kLong)),
        area(at::zeros_like(both)),
        pixels(at::zeros({static_cast<int64_t>(data.concepts.size())}, at::kLong)) {}

  at::Tensor Ious() const { return both.to(at::kDouble) / (area + pixels - both).to(at::kDouble).clamp_min(1); }

  at::Tensor both;
  at::Tensor area;
  at::Tensor pixels;
};

/// Concepts whose category is labeled in the image (C), not zero where so.
std::vector<char> Labeled(const Data& data, const ImageConcepts& image) {
  std::vector<char> labeled;
  for (const auto& item : data.concepts) {
    labeled.push_back(std::any_of(image.concepts.begin(), image.concepts.end(), [&](int64_t index) {
      return data.concepts[static_cast<std::size_t>(index)].category == item.category;
    }));
  }
  return labeled;
}

std::vector<float> SortedThresholds(const at::Tensor& maps) {
  std::vector<float> thresholds;
  const int64_t cells = maps.size(2) * maps.size(3);
  for (int64_t channel = 0; channel < maps.size(1); ++channel) {
    std::vector<float> values;
    for (int64_t image = 0; image < maps.size(0); ++image) {
      const float* map = maps.data_ptr<float>() + (image * maps.size(1) + channel) * cells;
      values.insert(values.end(), map, map + cells);
    }
    std::sort(values.begin(), values.end());
    const double place = 0.995 * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const double above = values[std::min(below + 1, values.size() - 1)];
    thresholds.push_back(static_cast<float>(values[below] + (place - static_cast<double>(below)) *
                                                                (above - static_cast<double>(values[below]))));
  }
  return thresholds;
}

/// Bilinear, pixels' middles on each other.
void Enlarge(const float* map, int64_t h, int64_t w, int64_t height, int64_t width, float* out) {
  const float scale_y = static_cast<float>(h) / static_cast<float>(height);
  const float scale_x = static_cast<float>(w) / static_cast<float>(width);
  for (int64_t y = 0; y < height; ++y) {
    const float at_y = std::max((static_cast<float>(y) + 0.5F) * scale_y - 0.5F, 0.0F);
    const auto y0 = static_cast<int64_t>(at_y);
    const float share_y = at_y - static_cast<float>(y0);
    const float* const upper = map + y0 * w;
    const float* const lower = map + std::min(y0 + 1, h - 1) * w;
    for (int64_t x = 0; x < width; ++x) {
      const float at_x = std::max((static_cast<float>(x) + 0.5F) * scale_x - 0.5F, 0.0F);
      const auto x0 = static_cast<int64_t>(at_x);
      const int64_t x1 = std::min(x0 + 1, w - 1);
      const float left = upper[x0] + share_y * (lower[x0] - upper[x0]);
      const float right = upper[x1] + share_y * (lower[x1] - upper[x1]);
      *out++ = left + (at_x - static_cast<float>(x0)) * (right - left);
    }
  }
}

/// Plain C++: a picture, a channel, a concept at a time.
at::Tensor PlainLoop(const Data& data) {
  const auto thresholds = SortedThresholds(data.maps);
  Counts counts(data);
  const int64_t h = data.maps.size(2);
  const int64_t w = data.maps.size(3);
  const auto size = static_cast<std::size_t>(data.height * data.width);
  std::vector<float> enlarged(size);
  std::vector<unsigned char> fires(size);
  auto both = counts.both.accessor<int64_t, 2>();
  auto area = counts.area.accessor<int64_t, 2>();
  for (int64_t i = 0; i < data.maps.size(0); ++i) {
    const auto& image = data.images[static_cast<std::size_t>(i)];
    const auto labeled = Labeled(data, image);
    const bool* masks = image.masks.data_ptr<bool>();
    for (std::size_t j = 0; j < image.concepts.size(); ++j) {
      counts.pixels[image.concepts[j]] += std::count(masks + j * size, masks + (j + 1) * size, true);
    }
    for (int64_t channel = 0; channel < data.maps.size(1); ++channel) {
      const float threshold = thresholds[static_cast<std::size_t>(channel)];
      Enlarge(data.maps.data_ptr<float>() + (i * data.maps.size(1) + channel) * h * w, h, w, data.height, data.width,
              enlarged.data());
      int64_t fired = 0;
      for (std::size_t p = 0; p < size; ++p) {
        fires[p] = enlarged[p] > threshold ? 1 : 0;
        fired += fires[p];
      }
      for (std::size_t c = 0; c < labeled.size(); ++c) {
        if (labeled[c]) area[channel][static_cast<int64_t>(c)] += fired;
      }
      for (std::size_t j = 0; j < image.concepts.size(); ++j) {
        const bool* mask = masks + j * size;
        int64_t count = 0;
        for (std::size_t p = 0; p < size; ++p) count += static_cast<int64_t>(mask[p]) & fires[p];
        both[channel][image.concepts[j]] += count;
      }
    }
  }
  return counts.Ious();
}

/// The same by LibTorch's functions.
at::Tensor TensorLoop(const Data& data) {
  const auto thresholds = SortedThresholds(data.maps);
  Counts counts(data);
  auto both = counts.both.accessor<int64_t, 2>();
  auto area = counts.area.accessor<int64_t, 2>();
  for (int64_t i = 0; i < data.maps.size(0); ++i) {
    const auto& image = data.images[static_cast<std::size_t>(i)];
    const auto labeled = Labeled(data, image);
    for (std::size_t j = 0; j < image.concepts.size(); ++j) {
      counts.pixels[image.concepts[j]] += image.masks[static_cast<int64_t>(j)].sum();
    }
    for (int64_t channel = 0; channel < data.maps.size(1); ++channel) {
      const auto map = data.maps.narrow(0, i, 1).narrow(1, channel, 1);
      const auto enlarged = at::upsample_bilinear2d(map, {data.height, data.width}, false)[0][0];
      const auto fires = enlarged > thresholds[static_cast<std::size_t>(channel)];
      const auto fired = fires.sum().item<int64_t>();
      for (std::size_t c = 0; c < labeled.size(); ++c) {
        if (labeled[c]) area[channel][static_cast<int64_t>(c)] += fired;
      }
      for (std::size_t j = 0; j < image.concepts.size(); ++j) {
        const auto common = image.masks[static_cast<int64_t>(j)].logical_and(fires);
        both[channel][image.concepts[j]] += common.sum().item<int64_t>();
      }
    }
  }
  return counts.Ious();
}

/// No loop over channels: whole layers enlarged, what is common by products of matrices of 0 and 1.
at::Tensor MatrixProducts(const Data& data) {
  const auto thresholds = at::tensor(SortedThresholds(data.maps)).reshape({1, -1, 1, 1});
  Counts counts(data);
  for (int64_t i = 0; i < data.maps.size(0); ++i) {
    const auto& image = data.images[static_cast<std::size_t>(i)];
    const auto labeled = Labeled(data, image);
    const auto enlarged = at::upsample_bilinear2d(data.maps.narrow(0, i, 1), {data.height, data.width}, false);
    const auto fires = (enlarged > thresholds)[0].flatten(1).to(at::kFloat);
    const auto masks = image.masks.flatten(1).to(at::kFloat);
    const auto common = at::matmul(fires, masks.t()).to(at::kLong);
    const auto fired = fires.sum(1).to(at::kLong);
    for (std::size_t c = 0; c < labeled.size(); ++c) {
      if (labeled[c]) counts.area.select(1, static_cast<int64_t>(c)).add_(fired);
    }
    for (std::size_t j = 0; j < image.concepts.size(); ++j) {
      counts.both.select(1, image.concepts[j]).add_(common.select(1, static_cast<int64_t>(j)));
      counts.pixels[image.concepts[j]] += image.masks[static_cast<int64_t>(j)].sum();
    }
  }
  return counts.Ious();
}

at::Tensor Ours(const Data& data) {
  const int64_t count = data.maps.size(0);
  Dissection dissection(data.maps.size(1), data.concepts, data.height, data.width, count);
  for (const auto& maps : data.maps.split(kBatch)) dissection.ObserveActivations(maps);
  for (int64_t first = 0; first < count; first += kBatch) {
    const int64_t size = std::min(kBatch, count - first);
    const auto begin = data.images.begin() + first;
    dissection.CompareMasks(data.maps.narrow(0, first, size), {begin, begin + size});
  }
  return dissection.Ious();
}

double Seconds(const std::function<void()>& run) {
  const auto begin = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Prints the median of the ratios of pairs, each in turn first; false below the goal or where they disagree.
bool Compare(const Data& data, const char* name, at::Tensor (*other)(const Data&), double goal, bool dry) {
  const double difference = (other(data) - Ours(data)).abs().max().item<double>();
  std::vector<std::pair<double, double>> rounds;  // ratio, seconds of ours
  const int count = dry ? 1 : kRounds;
  for (int round = 0; round < count; ++round) {
    double theirs = 0;
    if (round % 2 == 0) theirs = Seconds([&] { other(data); });
    const double ours = Seconds([&] { Ours(data); });
    if (round % 2 == 1) theirs = Seconds([&] { other(data); });
    rounds.emplace_back(theirs / ours, ours);
  }
  std::sort(rounds.begin(), rounds.end());
  const auto [ratio, seconds] = rounds[rounds.size() / 2];
  const bool agree = difference < 1e-3;  // roundings move single pixels
  const bool reached = agree && (dry || ratio >= goal);
  std::printf("%-28s %-28s %9.1f %9.1f %8.1f %10.0f %10.1e%s\n", data.name.c_str(), name, 1e3 * ratio * seconds,
              1e3 * seconds, ratio, goal, difference, reached ? "" : "   missed");
  std::fflush(stdout);
  return reached;
}

int Main(bool dry) {
  SetUpProcess(1);
  std::printf("%-28s %-28s %9s %9s %8s %10s %10s\n", "data", "compared with", "theirs ms", "ours ms", "ratio",
              "at least", "IoU differ");
  bool reached = true;
  for (const auto& data : {MakeData("512 x 14 x 14 to 224 x 224", 16, 512, 14, 224, 8),
                           MakeData("128 x 28 x 28 to 112 x 112", 32, 128, 28, 112, 8),
                           MakeData("512 x 7 x 7 to 112 x 112", 32, 512, 7, 112, 8)}) {
    reached &= Compare(data, "a loop in plain C++", PlainLoop, kGoal, dry);
    reached &= Compare(data, "a loop of LibTorch's calls", TensorLoop, kGoal, dry);
    reached &= Compare(data, "products of matrices", MatrixProducts, 1, dry);
  }
  return reached ? 0 : 1;
}

}  // namespace
}  // namespace wherefore

int main(int argc, char** argv) { return wherefore::Main(argc > 1 && std::string(argv[1]) == "--dry"); }
