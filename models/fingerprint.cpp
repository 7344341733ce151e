#include "models/fingerprint.h"

#include <map>

#include <ATen/ATen.h>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace wherefore {

std::string Fingerprint(const torch::nn::Module& network) {
  std::map<std::string, at::Tensor> tensors;  // by name: the order in which a constructor registers is no matter
  for (const auto& item : network.named_parameters()) tensors[item.key()] = item.value();
  for (const auto& item : network.named_buffers()) tensors[item.key()] = item.value();
  boost::uuids::uuid print = boost::uuids::ns::oid();
  // Each tensor within the name space of those before it.
  for (const auto& [name, tensor] : tensors) {
    std::string header = name;
    for (const auto size : tensor.sizes()) header += ' ' + std::to_string(size);
    print = boost::uuids::name_generator_sha1(print)(header);
    const auto values = tensor.detach().to(at::kCPU).contiguous();
    print = boost::uuids::name_generator_sha1(print)(values.data_ptr(), values.nbytes());
  }
  return boost::uuids::to_string(print);
}

}  // namespace wherefore
