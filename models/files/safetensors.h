#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <ATen/core/Tensor.h>

#include "models/files/byte_view.h"
#include "models/files/stored_tensor.h"

namespace wherefore {

/// Checks a safetensors file in memory (any dtype of the format but 8-bit floating point) and says where its tensors
/// lie. Throws Error(kBadFile) that begins with `name` and says of which tensor what is wrong: a header length beyond
/// the file, malformed or duplicate entries, an unknown dtype, offsets that overlap, leave gaps or run past the end.
std::map<std::string, StoredTensor> LocateSafetensors(const ByteView& bytes, const std::string& name);

/// The tensors of a file, on the host, in the file's dtype: they are the mapped file itself, and take memory only where
/// they are written to (which leaves the file as it is) or lie at an address that their type cannot have.
/// Throws Error(kBadFile) as LocateSafetensors() does.
std::map<std::string, at::Tensor> ReadSafetensors(const std::string& path);

/// The tensors of a file held in memory, of which they keep a copy; `name` stands for the path in error texts.
std::map<std::string, at::Tensor> ParseSafetensors(const std::uint8_t* bytes, std::size_t size,
                                                   const std::string& name);

/// Writes the tensors, in the order of their names, to a file that is whole or absent.
void WriteSafetensors(const std::string& path, const std::map<std::string, at::Tensor>& tensors,
                      const std::map<std::string, std::string>& metadata = {});

}  // namespace wherefore
