#pragma once

#include <string>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// A tensor as a NumPy file (format 1.0, float32, C order): what `numpy.load` reads.
std::string NpyBytes(const at::Tensor& tensor);

/// float32 of such a file, for tests and for programs that go on with maps.npy. Throws Error(kBadFile) for another
/// dtype, order or version.
at::Tensor ParseNpy(const std::string& bytes);

}  // namespace wherefore
