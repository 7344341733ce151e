#include "models/files/fingerprint.h"

#include <algorithm>
#include <map>

#include <ATen/ATen.h>
#include <c10/util/hash.h>

namespace wherefore {
namespace {

constexpr int64_t kMostValues = 65536;

/// The bytes of the values, or of some of them.
std::string Values(const at::Tensor& tensor) {
  const auto flat = tensor.detach().reshape({-1});
  const int64_t step = (flat.numel() + kMostValues - 1) / kMostValues;
  const auto some = flat.slice(0, 0, flat.numel(), std::max<int64_t>(step, 1)).to(at::kCPU).contiguous();
  return {static_cast<const char*>(some.data_ptr()), some.nbytes()};
}

}  // namespace

std::string Fingerprint(const torch::nn::Module& network) {
  std::map<std::string, at::Tensor> tensors;  // by name: the order in which a constructor registers is no matter
  for (const auto& item : network.named_parameters()) tensors[item.key()] = item.value();
  for (const auto& item : network.named_buffers()) tensors[item.key()] = item.value();
  std::string print;
  for (const auto& [name, tensor] : tensors) {
    std::string text = print + name;
    for (const auto size : tensor.sizes()) text += ' ' + std::to_string(size);
    print = c10::sha1(text + '\n' + Values(tensor)).str();
  }
  return print;
}

}  // namespace wherefore
