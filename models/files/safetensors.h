#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// Reads a safetensors file (float32, float16, bfloat16 and integer tensors) by mapping it.
/// The tensors own their memory (a copy, on the host, in the file's dtype).
/// Throws Error(kBadFile) that names the file, the tensor and what is wrong: a header length beyond the file,
/// malformed or duplicate entries, an unknown dtype, offsets that overlap, leave gaps or run past the end.
std::map<std::string, at::Tensor> ReadSafetensors(const std::string& path);

/// Parses a safetensors file held in memory; `name` stands for the path in error texts.
std::map<std::string, at::Tensor> ParseSafetensors(const std::uint8_t* bytes, std::size_t size,
                                                   const std::string& name);

/// Writes the tensors, in the order of their names, to a file that is whole or absent.
void WriteSafetensors(const std::string& path, const std::map<std::string, at::Tensor>& tensors,
                      const std::map<std::string, std::string>& metadata = {});

}  // namespace wherefore
