#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tools/photographs/photograph_header.h"

/// The bytes of an image file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto header = wherefore::ReadPhotographHeader({reinterpret_cast<const char*>(data), size});
  const bool is_unknown = header.format == wherefore::PhotographFormat::kUnknown;
  if (header.width < 0 || header.height < 0) std::abort();
  if (header.orientation < 1 || header.orientation > 8) std::abort();
  if (is_unknown && (header.width != 0 || !header.is_whole)) std::abort();
  return 0;
}
