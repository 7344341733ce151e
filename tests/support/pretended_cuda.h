#pragma once

namespace wherefore {

/// From here on this process has a CUDA GPU, made of the CPU: LibTorch's own dispatcher, tensors on cuda:0, and kernels
/// that refuse what CUDA's refuse. An operator throws that gets tensors of both devices (but numbers, indices and
/// copies) or the CPU's generator; who reads a tensor's memory on the host dies of it. So what is for both devices can
/// be tested where there is no GPU. How fast and how exact CUDA is, it does not tell.
///
/// False, and nothing has changed, where LibTorch has CUDA itself, or is not 1.x, of whose inside this is made.
bool PretendCuda();

/// Whether that was done.
bool CudaIsPretended();

}  // namespace wherefore
