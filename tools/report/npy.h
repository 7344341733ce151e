#pragma once

#include <string>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// A tensor as a NumPy file (format 1.0, float32, C order): what `numpy.load` reads.
std::string NpyBytes(const at::Tensor& tensor);

/// Writes such a file, whole or not at all. Throws Error(kBadFile) with the system's reason.
void WriteNpy(const std::string& path, const at::Tensor& tensor);

/// Reads what NpyBytes() wrote, or NumPy did as float32 in C order, format 1.0; for tests, and for programs that go on
/// with maps.npy. Throws Error(kBadFile) for other files.
at::Tensor ParseNpy(const std::string& bytes);

}  // namespace wherefore
