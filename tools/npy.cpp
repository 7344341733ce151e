#include "tools/npy.h"

#include <regex>
#include <sstream>

#include <ATen/ATen.h>

#include "explain/error.h"

namespace wherefore {
namespace {

const std::string kMagic("\x93NUMPY\x01\x00", 8);

}  // namespace

std::string NpyBytes(const at::Tensor& tensor) {
  const auto dense = tensor.to(at::kCPU, at::kFloat).contiguous();
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
  for (const auto size : dense.sizes()) header += std::to_string(size) + ", ";
  header += "), }";
  // The values begin at a multiple of 64 bytes, and the header ends with a line break.
  header.append(63 - (kMagic.size() + 2 + header.size()) % 64, ' ');
  header += '\n';
  std::string bytes = kMagic;
  bytes += static_cast<char>(header.size() & 0xFF);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  return bytes.append(static_cast<const char*>(dense.data_ptr()), dense.nbytes());
}

at::Tensor ParseNpy(const std::string& bytes) {
  if (bytes.size() < 10 || bytes.compare(0, kMagic.size(), kMagic) != 0) ThrowBadFile("this is no .npy file (1.0)");
  const std::size_t length =
      static_cast<unsigned char>(bytes[8]) + 256U * static_cast<unsigned char>(bytes[9]);
  const std::string header = bytes.substr(10, length);
  std::smatch shape_text;
  static const std::regex form(R"(\{'descr': '<f4', 'fortran_order': False, 'shape': \(([0-9, ]*)\), \} *\n)");
  if (!std::regex_match(header, shape_text, form)) ThrowBadFile("the .npy file is not float32 in C order: " + header);
  std::vector<int64_t> shape;
  std::istringstream sizes(shape_text[1]);
  for (std::string size; std::getline(sizes, size, ',');) {
    if (size.find_first_not_of(' ') != std::string::npos) shape.push_back(std::stol(size));
  }
  auto tensor = at::empty(shape);
  if (bytes.size() != 10 + length + tensor.nbytes()) ThrowBadFile("the .npy file has another length than its shape");
  std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(10 + length), bytes.end(), static_cast<char*>(tensor.data_ptr()));
  return tensor;
}

}  // namespace wherefore
