#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "explain/error.h"
#include "models/files/safetensors.h"

namespace {

/// "h", a header, 0, data: as a file, whose first bytes are the header's length. Other input is a file as it is.
std::string AsFile(const std::string& input) {
  if (input.empty() || input[0] != 'h') return input;
  const std::size_t end = std::min(input.find('\0'), input.size());
  const std::size_t length = end - 1;
  std::string file;
  for (std::size_t i = 0; i < 8; ++i) file += static_cast<char>(length >> (8 * i) & 0xff);
  file += input.substr(1, length);
  return end < input.size() ? file + input.substr(end + 1) : file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string file = AsFile(std::string(reinterpret_cast<const char*>(data), size));
  try {
    std::size_t bytes = 0;
    const auto tensors =
        wherefore::ParseSafetensors(reinterpret_cast<const std::uint8_t*>(file.data()), file.size(), "fuzzed");
    for (const auto& item : tensors) bytes += item.second.nbytes();
    if (bytes > file.size()) std::abort();  // more than was there
  } catch (const wherefore::Error& error) {
    if (error.kind() != wherefore::ErrorKind::kBadFile) std::abort();
  }
  return 0;
}
