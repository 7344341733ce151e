#pragma once

namespace wherefore {

/// Sets up a process that a program owns; a library should leave this to the program.
///
/// Memory that was freed is kept for the next tensors: glibc gives the feature maps of every forward pass back to the
/// system, which must hand them out again zeroed, and a MobileNetV2 pass took 1.5 times as long. Other C libraries are
/// left as they are.
///
/// `threads`: how many LibTorch, OpenMP and OpenBLAS may each compute with at most; 0: as many as they choose. OpenCV
/// takes as many as LibTorch where photographs are decoded.
void SetUpProcess(int threads);

}  // namespace wherefore
