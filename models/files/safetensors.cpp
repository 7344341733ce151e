#include "models/files/safetensors.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <vector>

#include "explain/error.h"
#include "models/files/files.h"
#include "models/files/json.h"
#include "models/files/safetensors_header.h"

namespace wherefore {
namespace {

at::Tensor CopyTensor(const SafetensorsEntry& entry, const std::uint8_t* data, const std::string& file) {
  const auto tensor = at::empty(entry.shape, at::TensorOptions(entry.type));
  const std::size_t size = entry.end - entry.begin;
  const std::uint8_t* first = data + entry.begin;
  // Any other byte would be no value of C++'s bool.
  if (entry.type == at::kBool && std::any_of(first, first + size, [](std::uint8_t byte) { return byte > 1; })) {
    ThrowBadFile(file + ": tensor " + Quoted(entry.name) + " of dtype BOOL holds a byte that is neither 0 nor 1");
  }
  if (size > 0) std::memcpy(tensor.data_ptr(), first, size);
  return tensor;
}

/// The header with its length before it, padded with spaces so that the data begin at a multiple of 8.
std::string HeaderBytes(const nlohmann::ordered_json& header, const std::string& path) {
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception&) {
    ThrowUsage("cannot write '" + path + "': a tensor's name or the metadata are not UTF-8");
  }
  text.append((8 - text.size() % 8) % 8, ' ');
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(text.size() >> (8 * i) & 0xff);
  return bytes + text;
}

}  // namespace

std::map<std::string, at::Tensor> ParseSafetensors(const std::uint8_t* bytes, std::size_t size,
                                                   const std::string& name) {
  const auto header = ReadSafetensorsHeader(bytes, size, name);
  std::map<std::string, at::Tensor> tensors;
  for (const auto& entry : header.entries) {
    tensors.emplace(entry.name, CopyTensor(entry, bytes + header.data_begin, name));
  }
  return tensors;
}

std::map<std::string, at::Tensor> ReadSafetensors(const std::string& path) {
  const MappedFile file(path);
  return ParseSafetensors(file.data(), file.size(), path);
}

void WriteSafetensors(const std::string& path, const std::map<std::string, at::Tensor>& tensors,
                      const std::map<std::string, std::string>& metadata) {
  auto header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header[kSafetensorsMetadata] = metadata;
  std::vector<at::Tensor> parts;
  std::uint64_t place = 0;
  for (const auto& [name, tensor] : tensors) {
    const char* type = SafetensorsTypeName(tensor.scalar_type());
    if (type == nullptr || name == kSafetensorsMetadata) {
      ThrowUsage("cannot write '" + path + "': tensor " + Quoted(name) + " has a dtype or name that the format lacks");
    }
    parts.push_back(tensor.detach().to(at::kCPU).contiguous());
    const std::uint64_t end = place + parts.back().nbytes();
    header[name] = {{"dtype", type}, {"shape", parts.back().sizes().vec()}, {"data_offsets", {place, end}}};
    place = end;
  }
  std::string bytes = HeaderBytes(header, path);
  bytes.reserve(bytes.size() + place);
  for (const auto& part : parts) {
    if (part.numel() > 0) bytes.append(static_cast<const char*>(part.data_ptr()), part.nbytes());
  }
  WriteFileWhole(path, bytes);
}

}  // namespace wherefore
