#include "explain/token_grid.h"

#include <ATen/ATen.h>

#include "explain/error.h"

namespace wherefore {
namespace {

std::string SizeText(at::IntArrayRef sizes) { return ListedNumbers(sizes.vec(), " x "); }

}  // namespace

TokenGrid::TokenGrid(const std::string& layer, const at::Tensor& output, const Places& places)
    : layer_(layer), height_(places.height), width_(places.width), first_(places.first) {
  const std::string grid = "layer '" + layer + "' announces a grid of " + SizeText({height_, width_}) + " tokens";
  if (height_ < 1 || width_ < 1) ThrowUsage(grid + "; both sizes must be at least 1");
  const bool is_map = output.dim() == 4 && output.size(1) == height_ && output.size(2) == width_ && first_ == 0;
  is_sequence_ = output.dim() == 3;
  if (!is_sequence_ && !is_map) {
    ThrowUsage(grid + " in an output of " + SizeText(output.sizes()) +
               "; it must be a sequence (rows x tokens x channels), or rows x height x width x channels");
  }
  sequence_ = is_map ? output.flatten(1, 2) : output;
  const int64_t tokens = sequence_.size(1);
  if (first_ < 0) first_ += tokens;
  if (first_ < 0 || first_ + height_ * width_ > tokens) {
    ThrowUsage(grid + " from token " + std::to_string(places.first) + " on, but its output has " +
               std::to_string(tokens) + "; the grid must lie within the sequence");
  }
}

std::vector<int64_t> TokenGrid::MapSizes() const { return {sequence_.size(0), sequence_.size(2), height_, width_}; }

at::Tensor TokenGrid::Map() const {
  const auto tokens = sequence_.narrow(1, first_, height_ * width_);
  return tokens.unflatten(1, {height_, width_}).permute({0, 3, 1, 2});
}

at::Tensor TokenGrid::IsInside() const {
  auto inside = at::zeros({sequence_.size(1), 1}, sequence_.options());
  inside.narrow(0, first_, height_ * width_).fill_(1);
  return inside;
}

at::Tensor TokenGrid::WithMap(const at::Tensor& map) const {
  auto sizes = MapSizes();
  const int64_t rows = sizes.front();
  if (map.dim() == 4) sizes.front() = map.size(0);
  if (map.sizes() != at::IntArrayRef(sizes)) {
    ThrowUsage("the substitute for layer '" + layer_ + "' is " + SizeText(map.sizes()) + ", but must be " +
               SizeText(sizes) + " (rows x channels x height x width)");
  }
  const auto channels_last = map.permute({0, 2, 3, 1});
  if (!is_sequence_) return channels_last;
  const auto tokens = channels_last.flatten(1, 2);
  const int64_t behind = first_ + height_ * width_;
  const int64_t left = sequence_.size(1) - behind;
  if (first_ == 0 && left == 0) return tokens;
  if (rows != 1 && rows != map.size(0)) {
    ThrowUsage("the substitute for layer '" + layer_ + "' has " + std::to_string(map.size(0)) +
               " rows, but the tokens beside its grid have " + std::to_string(rows) + "; they must have as many, or 1");
  }
  const auto others = [&](int64_t from, int64_t count) {
    return sequence_.narrow(1, from, count).expand({map.size(0), -1, -1});
  };
  return at::cat({others(0, first_), tokens, others(behind, left)}, 1);
}

}  // namespace wherefore
