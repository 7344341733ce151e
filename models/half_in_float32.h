#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

namespace wherefore {

/// Whether LibTorch computes float16 tensors on the CPU: 1.13 has no kernel for linear layers, convolutions or norms of
/// them, 2.x has. bfloat16 it computes everywhere.
bool ComputesHalfOnCpu();

/// The dtype in which a network with weights of the dtype `stored` takes images, and computes: float32 for float16
/// weights on a CPU where ComputesHalfOnCpu() is false, else that of the weights.
at::ScalarType ComputedType(at::ScalarType stored, c10::Device device);

/// While it lives, layers with float16 weights (linear, convolution, normalisation, embedding, LSTM, matrix products)
/// that this thread runs compute in float32: their weights stay float16 in memory, and are converted for the moment of
/// each operation. Inputs and outputs are float32. Linear layers and convolutions keep no float32 weights for the
/// backward pass either, but convert them again; their weights get no gradient.
class HalfInFloat32 {
 public:
  /// Where it is not `needed` it changes nothing.
  explicit HalfInFloat32(bool needed = true);
  ~HalfInFloat32();
  HalfInFloat32(const HalfInFloat32&) = delete;
  HalfInFloat32& operator=(const HalfInFloat32&) = delete;

 private:
  int counted_;
  c10::impl::IncludeDispatchKeyGuard guard_;
};

}  // namespace wherefore
