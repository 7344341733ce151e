#include "explain/tape.h"

#include <algorithm>

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

at::Tensor Tape::At(const std::string& name, const at::Tensor& output, const Places& places) {
  if (IsIdle()) return output;
  if (places.height == 0 && places.width == 0) {
    seen_.push_back({name, output.sizes().vec()});
    return Kept(name, Substituted(name, output), /*is_attention=*/false);
  }
  const TokenGrid grid(name, output, places);
  seen_.push_back({name, grid.MapSizes()});
  if (!Wants(name) && !Substitutes(name)) return output;
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
