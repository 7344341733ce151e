#include "models/files/safetensors.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "explain/error.h"
#include "models/files/files.h"
#include "models/files/json.h"
#include "models/files/safetensors_header.h"

namespace wherefore {
namespace {

StoredTensor Locate(const SafetensorsEntry& entry, const ByteView& data, const std::string& file) {
  StoredTensor tensor;
  tensor.storage = data.Part(static_cast<std::size_t>(entry.begin), static_cast<std::size_t>(entry.end - entry.begin));
  tensor.type = entry.type;
  tensor.shape = entry.shape;
  tensor.strides = ContiguousStrides(entry.shape);
  CheckStoredTensor(tensor, file + ": tensor " + Quoted(entry.name));
  return tensor;
}

std::map<std::string, at::Tensor> View(const std::map<std::string, StoredTensor>& stored) {
  std::map<std::string, at::Tensor> tensors;
  for (const auto& [name, tensor] : stored) tensors.emplace(name, ViewStoredTensor(tensor));
  return tensors;
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

std::map<std::string, StoredTensor> LocateSafetensors(const ByteView& bytes, const std::string& name) {
  const auto header = ReadSafetensorsHeader(bytes.data, bytes.size, name);
  const ByteView data = bytes.Part(header.data_begin, bytes.size - header.data_begin);
  std::map<std::string, StoredTensor> tensors;
  for (const auto& entry : header.entries) tensors.emplace(entry.name, Locate(entry, data, name));
  return tensors;
}

std::map<std::string, at::Tensor> ReadSafetensors(const std::string& path) {
  return View(LocateSafetensors(MapFile(path), path));
}

std::map<std::string, at::Tensor> ParseSafetensors(const std::uint8_t* bytes, std::size_t size,
                                                   const std::string& name) {
  std::string copy(reinterpret_cast<const char*>(bytes), size);
  return View(LocateSafetensors(HoldBytes(std::move(copy)), name));
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
