#include "explain/tape.h"

#include <algorithm>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "explain/token_grid.h"

namespace wherefore {
namespace {

at::Tensor Leaf(const at::Tensor& x) { return x.detach().set_requires_grad(true); }

}  // namespace

bool Tape::Wants(const std::string& name) const {
  return std::find(wanted_.begin(), wanted_.end(), name) != wanted_.end();
}

bool Tape::Substitutes(const std::string& name) const {
  return std::any_of(substitutes_.begin(), substitutes_.end(), [&](const auto& one) { return one.first == name; });
}

at::Tensor Tape::Substituted(const std::string& name, at::Tensor x) const {
  for (const auto& [layer, substitute] : substitutes_) {
    if (layer == name) x = substitute(x);
  }
  return x;
}

at::Tensor Tape::Kept(const std::string& name, const at::Tensor& x, bool is_attention) {
  if (!Wants(name)) return x;
  // One that no earlier wanted layer leads to begins the graph as well: a parallel branch. After a wanted input there
  // is no cut, as it may lead here (a question that modulates the image's features).
  const bool is_cut = layers_.empty() && inputs_.empty();
  layers_.push_back({name, is_cut || !x.requires_grad() ? Leaf(x) : x, is_attention});
  return layers_.back().value;
}

bool Tape::WantsMean(const std::string& name) const {
  return std::find(means_.begin(), means_.end(), name) != means_.end() && Wants(name) && !Substitutes(name);
}

at::Tensor Tape::KeptMean(const std::string& name, const TokenGrid& grid) {
  const auto map = grid.Map().detach();
  const auto shift = at::zeros({map.size(0), map.size(1), 1, 1}, map.options()).set_requires_grad(true);
  layers_.push_back({name, map + shift, /*is_attention=*/false, shift});
  shifted_.push_back({grid.WithMap(layers_.back().value), shift, grid.IsInside()});
  return shifted_.back().output;
}

at::Tensor Tape::Linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) const {
  for (const auto& [output, shift, places] : shifted_) {
    if (!x.is_same(output)) continue;
    const auto moved = at::linear(shift.flatten(1), weight).unsqueeze(1);
    return at::linear(x.detach(), weight, bias) + at::matmul(places, moved);
  }
  return at::linear(x, weight, bias);
}

at::Tensor Tape::At(const std::string& name, const at::Tensor& output, const Places& places) {
  if (IsIdle()) return output;
  if (places.height == 0 && places.width == 0) {
    seen_.push_back({name, output.sizes().vec()});
    return Kept(name, Substituted(name, output), /*is_attention=*/false);
  }
  const TokenGrid grid(name, output, places);
  seen_.push_back({name, grid.MapSizes()});
  if (!Wants(name) && !Substitutes(name)) return output;
  const bool is_cut = layers_.empty() && inputs_.empty();
  if (is_cut && output.dim() == 3 && WantsMean(name)) return KeptMean(name, grid);
  return grid.WithMap(Kept(name, Substituted(name, grid.Map()), /*is_attention=*/false));
}

bool Tape::WantsAttention(const std::string& name) const { return Wants(name) || Substitutes(name); }

at::Tensor Tape::Attention(const std::string& name, const at::Tensor& probabilities) {
  if (IsIdle()) return probabilities;
  seen_.push_back({name, probabilities.sizes().vec(), /*is_attention=*/true});
  return Kept(name, Substituted(name, probabilities), /*is_attention=*/true);
}

void Tape::FusedAttention(const std::string& name, at::IntArrayRef sizes) {
  if (!IsIdle()) seen_.push_back({name, sizes.vec(), /*is_attention=*/true});
}

at::Tensor Tape::Input(const std::string& name, const at::Tensor& x) {
  if (!Wants(name)) return x;
  inputs_.push_back({name, Leaf(x)});
  return inputs_.back().value;
}

void Tape::CheckAllReached() const {
  std::vector<std::string> names;
  for (const auto& seen : seen_) {
    if (std::find(names.begin(), names.end(), seen.name) == names.end()) names.push_back(seen.name);
  }
  auto needed = wanted_;
  for (const auto& substitute : substitutes_) needed.push_back(substitute.first);
  for (const auto& name : needed) {
    const auto is_it = [&](const Tapped& input) { return input.name == name; };
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    if (std::any_of(inputs_.begin(), inputs_.end(), is_it)) continue;
    ThrowUsage("the model has no layer '" + name + "'" +
               (names.empty() ? std::string("; its forward pass announced none") : DidYouMean(name, names)));
  }
}

}  // namespace wherefore
