#include <memory>
#include <string>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "explain/pullback.h"
#include "tests/bench/cross_attending_decoder.h"
#include "tests/bench/ratios.h"

namespace wherefore {
namespace {

/// Places (rows, 577, 768) for a decoder, of which gradients are wanted.
at::Tensor RandomPlaces(int64_t rows, c10::Device device) {
  at::manual_seed(2);
  const auto places = at::randn({1, CrossAttendingDecoder::kPlaces, CrossAttendingDecoder::kChannels});
  return places.repeat({rows, 1, 1}).to(device).set_requires_grad(true);
}

/// A backward pass a score.
void PullBackOneByOne(const CrossAttendingDecoder& decoder, c10::Device device) {
  const auto places = RandomPlaces(1, device);
  const auto scores = decoder.Scores(places)[0];
  for (int64_t i = 0; i < scores.size(0); ++i) torch::autograd::grad({scores[i]}, {places}, {}, /*retain_graph=*/true);
}

/// One backward pass for as many rows as there are scores, each with its own score.
void PullBackRepeatedRows(const CrossAttendingDecoder& decoder, c10::Device device) {
  const auto places = RandomPlaces(CrossAttendingDecoder::kWords + 1, device);
  torch::autograd::grad({decoder.Scores(places).trace()}, {places});
}

Comparison PullBackBeside(const std::string& name, double bound,
                          void (*otherwise)(const CrossAttendingDecoder& decoder, c10::Device device),
                          c10::Device device) {
  const auto make = [=]() -> Sides {
    const auto decoder = std::make_shared<CrossAttendingDecoder>(device);
    const auto plain = [=] { otherwise(*decoder, device); };
    const auto explained = [=] {
      const auto places = RandomPlaces(1, device);
      PullBack(decoder->Scores(places)[0], {places});
    };
    return {plain, explained};
  };
  return {name, bound, make, 7};
}

}  // namespace

std::vector<Comparison> PullBackComparisons(c10::Device device) {
  return {PullBackBeside("13 scores, 12 layers / one by one", 1, PullBackOneByOne, device),
          PullBackBeside("13 scores, 12 layers / 13 repeated rows", 1.1, PullBackRepeatedRows, device)};
}

}  // namespace wherefore
