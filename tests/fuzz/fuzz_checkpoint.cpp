#include <cstdint>
#include <cstdlib>
#include <string>

#include "explain/error.h"
#include "models/files/checkpoint.h"
#include "tests/support/checkpoint_files.h"

namespace {

/// "p" and a pickle: as a file of the zip form, beside two storages. Other input is a file as it is.
std::string AsFile(const std::string& input) {
  if (input.empty() || input[0] != 'p') return input;
  return wherefore::ZipFile({{"archive/data.pkl", input.substr(1)},
                             {"archive/data/0", std::string(64, '\x01')},
                             {"archive/data/1", std::string(3, '\x02')}});
}

void Require(bool condition) {
  if (!condition) std::abort();
}

/// Every byte of the tensor is one of the file.
void CheckTensor(const wherefore::StoredTensor& tensor, const wherefore::ByteView& file) {
  const auto size = static_cast<std::int64_t>(c10::elementSize(tensor.type));
  Require(tensor.numel() >= 0 && tensor.numel() * size <= static_cast<std::int64_t>(file.size));
  const auto view = wherefore::ViewStoredTensor(tensor);
  Require(view.numel() == tensor.numel());
  if (view.numel() == 0) return;
  std::int64_t last = 0;
  for (int64_t i = 0; i < view.dim(); ++i) last += (view.size(i) - 1) * tensor.strides[static_cast<std::size_t>(i)];
  Require(tensor.first() >= file.data && tensor.first() + (last + 1) * size <= file.data + file.size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = wherefore::HoldBytes(AsFile(std::string(reinterpret_cast<const char*>(data), size)));
  try {
    for (const auto& item : wherefore::ReadCheckpoint(file, "fuzzed")) CheckTensor(item.second, file);
  } catch (const wherefore::Error& error) {
    if (error.kind() != wherefore::ErrorKind::kBadFile) std::abort();
  }
  return 0;
}
