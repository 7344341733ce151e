#include "tools/training/cell_heads.h"

#include <algorithm>
#include <string>

#include <ATen/ATen.h>

namespace wherefore {
namespace {

constexpr double kLeastCovered = 0.25;  // of a cell

/// How many pixels of the cell each owner has; the background first.
std::vector<int> OwnersIn(const at::TensorAccessor<std::uint8_t, 2>& mask, std::size_t owners, int64_t top,
                          int64_t bottom, int64_t left, int64_t right) {
  std::vector<int> pixels(owners, 0);
  for (int64_t y = top; y < bottom; ++y) {
    for (int64_t x = left; x < right; ++x) ++pixels[mask[y][x]];
  }
  return pixels;
}

}  // namespace

at::Tensor CellOwners(const Scene& scene, int64_t height, int64_t width) {
  const auto mask = scene.mask.accessor<std::uint8_t, 2>();
  auto owners = at::full({height * width}, kNobody, at::kLong);
  auto owner = owners.accessor<int64_t, 1>();
  for (int64_t cell = 0; cell < height * width; ++cell) {
    const int64_t row = cell / width;
    const int64_t column = cell % width;
    const auto pixels =
        OwnersIn(mask, scene.objects.size() + 1, row * mask.size(0) / height, (row + 1) * mask.size(0) / height,
                 column * mask.size(1) / width, (column + 1) * mask.size(1) / width);
    int all = 0;
    for (const int count : pixels) all += count;
    const auto most = std::max_element(pixels.begin() + 1, pixels.end());
    if (pixels[0] == all)
      owner[cell] = kBackground;
    else if (*most >= kLeastCovered * all)
      owner[cell] = most - pixels.begin() - 1;
  }
  return owners;
}

at::Tensor CellTargets(const Scene& scene, const at::Tensor& owners) {
  const auto owner = owners.accessor<int64_t, 1>();
  auto targets = at::full({static_cast<int64_t>(kAttributes.size()), owners.size(0)}, kNoTarget, at::kLong);
  auto target = targets.accessor<int64_t, 2>();
  for (int64_t cell = 0; cell < owners.size(0); ++cell) {
    if (owner[cell] < 0) continue;
    const auto& object = scene.objects[static_cast<std::size_t>(owner[cell])];
    for (const auto attribute : kAttributes) target[static_cast<int64_t>(attribute)][cell] = object.Of(attribute);
  }
  return targets;
}

at::Tensor CompanyTargets(const Scene& scene, const at::Tensor& owners) {
  constexpr int64_t kMostAlike = 3;
  const auto heads = static_cast<int64_t>(CompanyClasses().size());
  auto targets = at::full({heads, owners.size(0)}, kNoTarget, at::kLong);
  std::vector<int64_t> hides(scene.objects.size(), 0);
  std::vector<int64_t> hidden(scene.objects.size(), 0);
  for (const auto& [front, back] : scene.occlusions) hides[front] = hidden[back] = 1;
  for (std::size_t i = 0; i < scene.objects.size(); ++i) {
    const auto alike = std::count_if(scene.objects.begin(), scene.objects.end(),
                                     [&](const SceneObject& other) { return other.look == scene.objects[i].look; });
    const auto told = at::tensor({std::min<int64_t>(alike, kMostAlike) - 1, hides[i], hidden[i]});
    const auto cells = (owners == static_cast<int64_t>(i)).unsqueeze(0);
    targets = at::where(cells, told.unsqueeze(1), targets);
  }
  return targets;
}

CellClasses AttributeClasses() {
  CellClasses classes;
  for (const auto attribute : kAttributes) {
    classes.emplace_back(NameOf(attribute), static_cast<int64_t>(ValuesOf(attribute).size()));
  }
  return classes;
}

CellClasses CompanyClasses() { return {{"alike", 3}, {"hides", 2}, {"hidden", 2}}; }

CellHeads::CellHeads(int64_t channels, const CellClasses& classes) {
  for (const auto& [name, count] : classes) {
    names_.push_back(name);
    heads_.push_back(register_module(name, torch::nn::Linear(channels, count)));
  }
}

at::Tensor CellHeads::Loss(const at::Tensor& annotations, const at::Tensor& targets) {
  at::Tensor loss;
  for (std::size_t i = 0; i < heads_.size(); ++i) {
    const auto logits = heads_[i](annotations).flatten(0, 1);
    const auto of_head = at::cross_entropy_loss(logits, targets.select(1, static_cast<int64_t>(i)).flatten());
    loss = loss.defined() ? loss + of_head : of_head;
  }
  return loss / static_cast<double>(heads_.size());
}

std::vector<std::pair<std::string, double>> CellHeads::Accuracy(const at::Tensor& annotations,
                                                                const at::Tensor& targets) {
  std::vector<std::pair<std::string, double>> shares;
  for (std::size_t i = 0; i < heads_.size(); ++i) {
    const auto wanted = targets.select(1, static_cast<int64_t>(i)).flatten();
    const auto said = heads_[i](annotations).flatten(0, 1).argmax(1);
    const auto counts = wanted != kNoTarget;
    shares.emplace_back(names_[i], (said == wanted).logical_and(counts).sum().item<double>() /
                                       std::max(1.0, counts.sum().item<double>()));
  }
  return shares;
}

}  // namespace wherefore
