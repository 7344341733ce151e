#pragma once

#include <string>

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

namespace wherefore {

/// "cpu", "cuda", "cuda:1". Throws Error(kUsage) for another name, or for CUDA where there is none.
c10::Device DeviceNamed(const std::string& name);

/// "float32", "bfloat16", "float16". Throws Error(kUsage) for another name.
at::ScalarType DtypeNamed(const std::string& name);

/// Throws Error(kUsage) for a device that is not there, or that is neither a CPU nor a CUDA GPU. Of a GPU, convolutions
/// of the whole process no longer take TF32 from here on (at::Context::setAllowTF32CuDNN() allows it again): scores of
/// ten bits are too few for methods that subtract them.
void RequireDevice(c10::Device device);

}  // namespace wherefore
