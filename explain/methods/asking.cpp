#include "explain/methods/asking.h"

#include <algorithm>
#include <utility>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "explain/methods/methods.h"

namespace wherefore {
namespace {

// A layer's input, its output and a convolution's scratch, or an attention's logits and probabilities, are there at
// once.
constexpr int64_t kTensorsAtOnce = 4;
// A graph keeps what is between announced layers as well.
constexpr int64_t kGraphOverLayers = 2;
// More gain nothing, as the cores are busy, and tensors beyond 32 MB cost glibc new pages each time.
constexpr int64_t kMostImagesOnHost = 8;
constexpr int64_t kMostRows = 256;

int64_t Bytes(const std::vector<int64_t>& shape, int64_t element) {
  int64_t bytes = element;
  for (const auto size : shape) bytes *= size;
  return bytes;
}

}  // namespace

Asking::Asking(const Subject& subject, const MethodOptions& options, bool needs_layer)
    : subject_(subject), options_(options) {
  const c10::AutoGradMode no_gradients(false);
  Tape tape({kImageLayer, subject.layer});
  whole_ = subject.score(subject.image, tape);
  tape.CheckAllReached();
  const auto& kept = tape.layers().back();
  activation_ = kept.value;
  if (needs_layer) CheckFeatureMap(subject.layer, activation_, kept.is_attention);
  bool is_behind = false;
  for (const auto& seen : tape.seen()) {
    is_behind = is_behind || seen.name == subject.layer;
    const int64_t bytes = Bytes(seen.shape, activation_.element_size());
    largest_ = std::max(largest_, bytes);
    sum_ += bytes;
    if (is_behind) largest_behind_ = std::max(largest_behind_, bytes);
  }
}

int64_t Asking::RowsAtOnce(int64_t bytes_a_row) const {
  return std::clamp<int64_t>(options_.memory_bound / std::max<int64_t>(1, bytes_a_row), 1, kMostRows);
}

void Asking::Did(int64_t done, int64_t total) const {
  if (options_.progress) options_.progress(done, total);
}

void Asking::AboutImages(int64_t count, const Make& make, const Use& use) {
  const c10::AutoGradMode no_gradients(false);
  int64_t at_once = RowsAtOnce(kTensorsAtOnce * largest_);
  if (subject_.image.device().is_cpu()) at_once = std::min(at_once, kMostImagesOnHost);
  for (int64_t first = 0; first < count; first += at_once) {
    const int64_t rows = std::min(at_once, count - first);
    const auto images = make(first, rows);
    Tape tape;
    use(first, images, subject_.score(images, tape));
    Did(first + rows, count);
  }
}

void Asking::AboutActivations(int64_t count, const Make& make, const Use& use) {
  const c10::AutoGradMode no_gradients(false);
  const int64_t at_once = RowsAtOnce(kTensorsAtOnce * largest_behind_);
  for (int64_t first = 0; first < count; first += at_once) {
    const int64_t rows = std::min(at_once, count - first);
    const auto activations = make(first, rows);
    // What comes before the layer is computed again, but for one row a batch.
    Tape tape;
    tape.Substitute(subject_.layer, [&](const at::Tensor&) { return activations; });
    use(first, activations, subject_.score(subject_.image, tape));
    Did(first + rows, count);
  }
}

void Asking::DifferentiateImages(int64_t count, const Make& make,
                                 const std::function<void(int64_t target, const at::Tensor& gradient)>& use) {
  const c10::AutoGradMode gradients(true);
  const int64_t at_once = RowsAtOnce(kGraphOverLayers * sum_);
  for (int64_t first = 0; first < count; first += at_once) {
    const int64_t rows = std::min(at_once, count - first);
    Tape tape({kImageLayer});
    const auto scores = subject_.score(make(first, rows), tape).scores;
    const auto& images = tape.layers().front().value;
    const int64_t targets = scores.size(1);
    for (int64_t target = 0; target < targets; ++target) {
      const bool is_last = target + 1 == targets;
      use(target, torch::autograd::grad({scores.select(1, target).sum()}, {images}, {}, /*retain_graph=*/!is_last)[0]);
    }
    Did(first + rows, count);
  }
}

}  // namespace wherefore
