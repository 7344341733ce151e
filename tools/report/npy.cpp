#include "tools/report/npy.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "models/files/files.h"

namespace wherefore {
namespace {

const std::string kMagic("\x93NUMPY\x01\x00", 8);
constexpr std::size_t kPrefix = 10;     // the magic bytes and the header's length
constexpr std::size_t kAlignment = 64;  // of the first value

/// As Python writes a tuple: "()", "(3,)", "(2, 3)".
std::string Tuple(at::IntArrayRef sizes) {
  std::string text = "(";
  for (std::size_t i = 0; i < sizes.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(sizes[i]);
  return text + (sizes.size() == 1 ? ",)" : ")");
}

bool Contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

[[noreturn]] void ThrowBadHeader(const std::string& problem, const std::string& header) {
  ThrowBadFile("the .npy file " + problem + ": " + header);
}

/// Whole numbers in text; what is larger than `most` becomes most + 1.
std::vector<int64_t> WholeNumbers(const std::string& text, int64_t most) {
  const std::string digits = "0123456789";
  std::vector<int64_t> numbers;
  for (auto at = text.find_first_of(digits); at != std::string::npos; at = text.find_first_of(digits, at)) {
    const auto end = std::min(text.find_first_not_of(digits, at), text.size());
    int64_t number = 0;
    for (; at < end; ++at) number = std::min(number * 10 + (text[at] - '0'), most + 1);
    numbers.push_back(number);
  }
  return numbers;
}

/// The shape that a header gives to `values` values.
std::vector<int64_t> Shape(const std::string& header, int64_t values) {
  constexpr int64_t kMost = int64_t{1} << 40;
  const std::string key = "'shape': (";
  const auto begin = header.find(key);
  const auto end = header.find(')', begin);
  if (begin == std::string::npos || end == std::string::npos) ThrowBadHeader("has no shape", header);
  const auto shape = WholeNumbers(header.substr(begin, end - begin), kMost);
  int64_t product = 1;
  bool is_empty = false;
  for (const int64_t size : shape) {
    if (size > kMost / product) ThrowBadHeader("declares too many values", header);
    if (size == 0) is_empty = true;
    product *= std::max<int64_t>(size, 1);
  }
  if ((is_empty ? 0 : product) != values) {
    ThrowBadHeader("holds " + std::to_string(values) + " values, not as many as its header says", header);
  }
  return shape;
}

}  // namespace

std::string NpyBytes(const at::Tensor& tensor) {
  const auto dense = tensor.to(at::kCPU, at::kFloat).contiguous();
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': " + Tuple(dense.sizes()) + ", }";
  header.append(kAlignment - 1 - (kPrefix + header.size()) % kAlignment, ' ');
  header += '\n';
  std::string bytes = kMagic;
  bytes += static_cast<char>(header.size() & 0xFF);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  return bytes.append(static_cast<const char*>(dense.data_ptr()), dense.nbytes());
}

void WriteNpy(const std::string& path, const at::Tensor& tensor) { WriteFileWhole(path, NpyBytes(tensor)); }

at::Tensor ParseNpy(const std::string& bytes) {
  if (bytes.compare(0, kMagic.size(), kMagic) != 0 || bytes.size() < kPrefix) {
    ThrowBadFile("this is no .npy file of format 1.0");
  }
  const std::size_t length = static_cast<unsigned char>(bytes[8]) + 256U * static_cast<unsigned char>(bytes[9]);
  if (bytes.size() - kPrefix < length) ThrowBadFile("the .npy file ends within its header");
  const std::string header = bytes.substr(kPrefix, length);
  if (!Contains(header, "'descr': '<f4'") || !Contains(header, "'fortran_order': False")) {
    ThrowBadHeader("is not float32 in C order", header);
  }
  const std::size_t data = bytes.size() - kPrefix - length;
  if (data % sizeof(float) != 0) ThrowBadFile("the .npy file ends within a value");
  auto tensor = at::empty(Shape(header, static_cast<int64_t>(data / sizeof(float))));
  if (data > 0) std::memcpy(tensor.data_ptr(), bytes.data() + kPrefix + length, data);
  return tensor;
}

}  // namespace wherefore
