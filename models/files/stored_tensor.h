#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <c10/core/ScalarType.h>

#include "models/files/byte_view.h"

namespace wherefore {

/// A tensor where a file has it: places of its storage, in elements, that take no memory until the tensor is made.
struct StoredTensor {
  ByteView storage;
  c10::ScalarType type = c10::ScalarType::Float;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  ///< elements, one a dimension
  std::int64_t offset = 0;            ///< elements, of the first one in the storage

  /// Where its first element lies.
  std::uint8_t* first() const;

  /// How many elements it has.
  std::int64_t numel() const;
};

/// The strides of a tensor of this shape whose elements lie one after the other.
std::vector<std::int64_t> ContiguousStrides(const std::vector<std::int64_t>& shape);

/// Throws Error(kBadFile) that begins with `what`: a negative size, stride or offset, elements beyond the storage's
/// end, more elements than the storage has, more than 64 dimensions, or a byte of a bool tensor that is neither 0
/// nor 1.
void CheckStoredTensor(const StoredTensor& tensor, const std::string& what);

/// The tensor, checked before, on the host: its memory is the file's own, which it keeps mapped; only where the file
/// has it at an address that its type cannot have (no multiple of the element's size) a copy.
at::Tensor ViewStoredTensor(const StoredTensor& tensor);

/// The tensor, checked before, copied and converted; the copy is all that it takes, but for a tensor that is neither
/// contiguous nor at an address that its type can have.
at::Tensor CopyStoredTensor(const StoredTensor& tensor, c10::ScalarType type);

/// Whether ViewStoredTensor() takes no memory.
bool IsAligned(const StoredTensor& tensor);

/// "[2, 3]".
std::string ShapeText(c10::IntArrayRef shape);

}  // namespace wherefore
