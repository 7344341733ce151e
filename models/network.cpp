#include "models/network.h"

#include <ATen/ATen.h>

namespace wherefore {
namespace {

std::vector<at::Tensor> DetachedTensors(const std::vector<at::Tensor>& tensors) {
  std::vector<at::Tensor> detached;
  for (const auto& tensor : tensors) detached.push_back(tensor.detach());
  return detached;
}

}  // namespace

Input InputOf(const at::Tensor& images, const std::vector<int64_t>& prompt) {
  return {images, prompt.empty() ? at::Tensor() : at::tensor(prompt, at::kLong).unsqueeze(0), {}, {}};
}

int64_t DecoderState::size() const {
  const auto& tensors = rows.empty() ? shared : rows;
  return tensors.empty() ? 0 : tensors.front().size(0);
}

void DecoderState::Select(const at::Tensor& kept) {
  for (auto& row : rows) row = row.index_select(0, kept);
}

DecoderState DecoderState::Detached() const {
  return {DetachedTensors(rows), DetachedTensors(shared), length, hidden.defined() ? hidden.detach() : hidden};
}

}  // namespace wherefore
