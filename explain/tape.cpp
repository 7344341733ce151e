#include "explain/tape.h"

#include <algorithm>
#include <utility>

#include "explain/error.h"

namespace wherefore {
namespace {

bool IsInside(const std::string& layer, const std::string& stage) {
  return layer.size() > stage.size() && layer.compare(0, stage.size(), stage) == 0 && layer[stage.size()] == '.';
}

}  // namespace

Tape::Tape(std::vector<std::string> layers, int64_t rows) : wanted_(std::move(layers)), rows_(rows) {
  if (rows < 1) ThrowUsage("a tape needs at least one row, not " + std::to_string(rows));
  if (WantsImage()) rows_ = 1;
}

bool Tape::Wants(const std::string& name) const {
  return std::find(wanted_.begin(), wanted_.end(), name) != wanted_.end();
}

bool Tape::WantsImage() const { return Wants(kImageLayer); }

at::Tensor Tape::Expanded(const at::Tensor& x) const {
  if (rows_ == 1 || x.dim() == 0 || x.size(0) != 1) return x;
  auto sizes = x.sizes().vec();
  sizes[0] = rows_;
  return x.expand(sizes);
}

at::Tensor Tape::Cut(const std::string& name, const at::Tensor& x) {
  start_ = {name, x.detach()};
  // clone: the rows of an expanded tensor share memory, and convolutions behind the cut want it dense
  auto leaf = rows_ == 1 ? start_.value.detach() : Expanded(start_.value).contiguous();
  leaf.set_requires_grad(true);
  layers_.push_back({name, leaf});
  return leaf;
}

at::Tensor Tape::At(const std::string& name, const at::Tensor& x) {
  if (resuming_) {
    if (name != start_.name) return x;
    resuming_ = false;
    return Cut(name, start_.value);
  }
  if (wanted_.empty()) return x;
  seen_.push_back({name, x.sizes().vec()});
  if (!Wants(name)) return x;
  if (layers_.empty()) return Cut(name, x);
  layers_.push_back({name, x});
  return x;
}

at::Tensor Tape::Stage(const std::string& name, const at::Tensor& x,
                       const std::function<at::Tensor(const at::Tensor&)>& run) {
  if (wanted_.empty()) return run(x);
  if (!resuming_) {
    const bool before_cut = layers_.empty();
    const bool may_contain_cut =
        before_cut &&
        std::any_of(wanted_.begin(), wanted_.end(), [&](const std::string& layer) { return IsInside(layer, name); });
    if (may_contain_cut) stage_before_start_ = {name, x.detach()};
    return At(name, run(x));
  }
  if (name == start_.name) return At(name, x);
  if (!IsInside(start_.name, name)) return x;
  if (name != stage_before_start_.name) return At(name, run(x));
  // The cut is in the midst of this stage: run it again, every row its own, so that joins with
  // branches that do not pass the cut have the same number of rows.
  return At(name, run(Expanded(stage_before_start_.value)));
}

at::Tensor Tape::Input(const std::string& name, const at::Tensor& x) {
  if (wanted_.empty()) return x;
  auto leaf = Expanded(x.detach()).contiguous();
  if (leaf.is_same(x)) leaf = x.detach();
  leaf.set_requires_grad(true);
  inputs_.push_back({name, leaf});
  return leaf;
}

void Tape::Resume(int64_t rows) {
  if (rows < 1) ThrowUsage("a tape needs at least one row, not " + std::to_string(rows));
  rows_ = WantsImage() ? 1 : rows;
  if (!seen_.empty()) CheckAllReached();
  resuming_ = start_.value.defined();
  layers_.clear();
  inputs_.clear();
}

void Tape::CheckAllReached() const {
  std::vector<std::string> names;
  for (const auto& seen : seen_) {
    if (std::find(names.begin(), names.end(), seen.name) == names.end()) names.push_back(seen.name);
  }
  for (const auto& layer : wanted_) {
    if (std::find(names.begin(), names.end(), layer) != names.end()) continue;
    ThrowUsage("the model has no layer '" + layer + "'" +
               (names.empty() ? std::string("; its forward pass announced none") : DidYouMean(layer, names)));
  }
}

}  // namespace wherefore
