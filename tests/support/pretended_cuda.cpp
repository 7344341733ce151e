#include "tests/support/pretended_cuda.h"

#include <torch/version.h>

#if TORCH_VERSION_MAJOR < 2

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>

namespace wherefore {
namespace {

using torch::jit::Stack;

const c10::Device kGpu(c10::kCUDA, 0);

bool pretended = false;

/// Memory "on the GPU" is the host's behind an address that no processor accepts.
constexpr std::uintptr_t kElsewhere = std::uintptr_t{1} << 63;

void* Elsewhere(void* host) {
  return host == nullptr ? nullptr : reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(host) | kElsewhere);
}

/// A storage on the GPU owns the one on the host that it stands for.
c10::DataPtr GpuPointer(const c10::Storage& host) {
  return {Elsewhere(host.data()), new c10::Storage(host),
          [](void* context) { delete static_cast<c10::Storage*>(context); }, kGpu};
}

c10::Storage GpuStorage(const c10::Storage& host) {
  return c10::make_intrusive<c10::StorageImpl>(c10::StorageImpl::use_byte_size_t(), host.nbytes(), GpuPointer(host),
                                               nullptr, false);
}

const c10::Storage& HostStorage(const c10::Storage& gpu) {
  return *static_cast<c10::Storage*>(gpu.data_ptr().get_context());
}

/// A tensor of the same sizes, strides and offset over another storage.
at::Tensor Over(const c10::Storage& storage, c10::DispatchKey key, const at::Tensor& like) {
  auto tensor = at::detail::make_tensor<at::TensorImpl>(c10::Storage(storage), c10::DispatchKeySet(key), like.dtype());
  auto* impl = tensor.unsafeGetTensorImpl();
  impl->set_sizes_and_strides(like.sizes(), like.strides());
  impl->set_storage_offset(like.storage_offset());
  if (like.unsafeGetTensorImpl()->is_wrapped_number()) impl->set_wrapped_number(true);
  return tensor;
}

/// One call of an operator: its arguments on the host, and what comes of it back on the GPU.
class HostCall {
 public:
  explicit HostCall(std::string name) : name_(std::move(name)) {}

  at::Tensor ToHost(const at::Tensor& tensor) {
    if (!tensor.defined()) return tensor;
    if (!tensor.is_cuda()) {
      if (tensor.dim() > 0) on_cpu_ = true;
      return tensor;
    }
    on_gpu_ = true;
    for (const auto& [gpu, host] : tensors_) {
      if (gpu.is_same(tensor)) return host;
    }
    storages_.push_back(tensor.storage());
    tensors_.emplace_back(tensor, Over(HostStorage(tensor.storage()), c10::DispatchKey::CPU, tensor));
    return tensors_.back().second;
  }

  c10::IValue ToHost(const c10::IValue& value) {
    if (value.isTensor()) return ToHost(value.toTensor());
    if (value.isDevice()) return value.toDevice().is_cuda() ? c10::IValue(c10::Device(c10::kCPU)) : value;
    if (value.isGenerator() && value.toGenerator().device().is_cpu()) cpu_generator_ = true;
    if (value.isStorage()) {
      const auto storage = value.toStorage();
      if (storage.device_type() != c10::kCUDA) return value;
      storages_.push_back(storage);
      return HostStorage(storage);
    }
    if (value.isTensorList()) {
      c10::List<at::Tensor> list;
      for (const at::Tensor& tensor : value.toTensorVector()) list.push_back(ToHost(tensor));
      return list;
    }
    if (value.isOptionalTensorList()) {
      c10::List<c10::optional<at::Tensor>> list;
      for (const c10::optional<at::Tensor>& tensor : value.toOptionalTensorVector()) {
        // Only these, the indices of index() and index_put_(), CUDA takes from the CPU too.
        const bool is_there = tensor && tensor->is_cuda();
        list.push_back(is_there ? c10::optional<at::Tensor>(ToHost(*tensor)) : tensor);
      }
      return list;
    }
    return value;
  }

  /// Throws as CUDA's kernels would.
  void Check() const {
    TORCH_CHECK(!(on_gpu_ && on_cpu_) || name_ == "aten::copy_", name_, " got tensors on both cuda:0 and cpu");
    TORCH_CHECK(!(on_gpu_ && cpu_generator_), name_, ": a generator of cuda is wanted, not of cpu");
  }

  /// What the kernel resized or moved.
  void Update() {
    for (auto& [gpu, host] : tensors_) {
      auto* impl = gpu.unsafeGetTensorImpl();
      if (HostStorage(gpu.storage()).unsafeGetStorageImpl() != host.storage().unsafeGetStorageImpl()) {
        impl->set_storage_keep_dtype(StorageFor(host.storage()));
      }
      const auto& storage = gpu.storage();
      if (storage.data() != Elsewhere(host.storage().data()) || storage.nbytes() != host.storage().nbytes()) {
        storage.unsafeGetStorageImpl()->set_data_ptr_noswap(GpuPointer(c10::Storage(host.storage())));
        storage.unsafeGetStorageImpl()->set_nbytes(host.storage().nbytes());
      }
      if (gpu.sizes() == host.sizes() && gpu.strides() == host.strides() &&
          gpu.storage_offset() == host.storage_offset()) {
        continue;
      }
      impl->set_sizes_and_strides(host.sizes(), host.strides());
      impl->set_storage_offset(host.storage_offset());
    }
  }

  at::Tensor ToGpu(const at::Tensor& tensor) {
    if (!tensor.defined()) return tensor;
    for (const auto& [gpu, host] : tensors_) {
      if (host.is_same(tensor)) return gpu;
    }
    return Over(StorageFor(tensor.storage()), c10::DispatchKey::CUDA, tensor);
  }

  c10::IValue ToGpu(const c10::IValue& value) {
    if (value.isTensor()) return ToGpu(value.toTensor());
    if (!value.isTensorList()) return value;
    c10::List<at::Tensor> list;
    for (const at::Tensor& tensor : value.toTensorVector()) list.push_back(ToGpu(tensor));
    return list;
  }

 private:
  /// The GPU's storage over the host's: that of an argument, of which a view was made, or a new one.
  c10::Storage StorageFor(const c10::Storage& host) const {
    for (const auto& gpu : storages_) {
      if (HostStorage(gpu).unsafeGetStorageImpl() == host.unsafeGetStorageImpl()) return gpu;
    }
    return GpuStorage(host);
  }

  std::string name_;
  std::vector<std::pair<at::Tensor, at::Tensor>> tensors_;  ///< on the GPU, on the host
  std::vector<c10::Storage> storages_;                      ///< on the GPU, of those and others
  bool on_gpu_ = false;
  bool on_cpu_ = false;
  bool cpu_generator_ = false;
};

/// Any operator: the CPU's kernel, its tensors relabelled.
void RunOnHost(const c10::OperatorHandle& op, Stack* stack) {
  HostCall call(op.operator_name().name);
  const auto arguments = op.schema().arguments().size();
  for (auto i = stack->size() - arguments; i < stack->size(); ++i) (*stack)[i] = call.ToHost((*stack)[i]);
  call.Check();
  op.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::CPU), stack);
  call.Update();
  const auto returns = op.schema().returns().size();
  for (auto i = stack->size() - returns; i < stack->size(); ++i) (*stack)[i] = call.ToGpu((*stack)[i]);
}

// What only CUDA has.

std::tuple<at::Tensor, at::Tensor, at::Tensor> FusedLstmCell(const at::Tensor& input_gates,
                                                             const at::Tensor& hidden_gates, const at::Tensor& cell,
                                                             const c10::optional<at::Tensor>& input_bias,
                                                             const c10::optional<at::Tensor>& hidden_bias) {
  auto gates = input_gates + hidden_gates;
  if (input_bias && input_bias->defined()) gates = gates + *input_bias + *hidden_bias;
  const auto parts = gates.chunk(4, 1);
  const auto in = parts[0].sigmoid();
  const auto forget = parts[1].sigmoid();
  const auto candidate = parts[2].tanh();
  const auto out = parts[3].sigmoid();
  const auto next = forget * cell + in * candidate;
  return {out * next.tanh(), next, at::cat({in, forget, candidate, out}, 1)};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> FusedLstmCellBackward(const c10::optional<at::Tensor>& hidden_gradient,
                                                                     const c10::optional<at::Tensor>& cell_gradient,
                                                                     const at::Tensor& cell, const at::Tensor& next,
                                                                     const at::Tensor& workspace, bool has_bias) {
  const auto parts = workspace.chunk(4, 1);
  const auto& [in, forget, candidate, out] = std::tie(parts[0], parts[1], parts[2], parts[3]);
  const auto bent = next.tanh();
  auto through = cell_gradient && cell_gradient->defined() ? *cell_gradient : at::zeros_like(next);
  auto of_out = at::zeros_like(out);
  if (hidden_gradient && hidden_gradient->defined()) {
    through = through + *hidden_gradient * out * (1 - bent * bent);
    of_out = *hidden_gradient * bent * out * (1 - out);
  }
  const auto gates = at::cat({through * candidate * in * (1 - in), through * cell * forget * (1 - forget),
                              through * in * (1 - candidate * candidate), of_out},
                             1);
  return {gates, through * forget, has_bias ? gates.sum(0) : at::Tensor()};
}

std::tuple<at::Tensor, at::Tensor> FusedGruCell(const at::Tensor& input_gates, const at::Tensor& hidden_gates,
                                                const at::Tensor& hidden, const c10::optional<at::Tensor>& input_bias,
                                                const c10::optional<at::Tensor>& hidden_bias) {
  const bool has_bias = input_bias && input_bias->defined();
  const auto of_input = (has_bias ? input_gates + *input_bias : input_gates).chunk(3, 1);
  const auto of_hidden = (has_bias ? hidden_gates + *hidden_bias : hidden_gates).chunk(3, 1);
  const auto reset = (of_input[0] + of_hidden[0]).sigmoid();
  const auto update = (of_input[1] + of_hidden[1]).sigmoid();
  const auto candidate = (of_input[2] + reset * of_hidden[2]).tanh();
  return {candidate + update * (hidden - candidate), at::cat({reset, update, candidate, hidden, of_hidden[2]}, 1)};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor, at::Tensor> FusedGruCellBackward(const at::Tensor& gradient,
                                                                                            const at::Tensor& workspace,
                                                                                            bool has_bias) {
  const auto parts = workspace.chunk(5, 1);
  const auto& [reset, update, candidate, hidden, of_hidden] =
      std::tie(parts[0], parts[1], parts[2], parts[3], parts[4]);
  const auto of_update = gradient * (hidden - candidate) * update * (1 - update);
  const auto of_candidate = gradient * (1 - update) * (1 - candidate * candidate);
  const auto of_reset = of_candidate * of_hidden * reset * (1 - reset);
  const auto input_gates = at::cat({of_reset, of_update, of_candidate}, 1);
  const auto hidden_gates = at::cat({of_reset, of_update, of_candidate * reset}, 1);
  const auto bias = [has_bias](const at::Tensor& gates) { return has_bias ? gates.sum(0) : at::Tensor(); };
  return {input_gates, hidden_gates, gradient * update, bias(input_gates), bias(hidden_gates)};
}

struct Hooks final : at::CUDAHooksInterface {
  explicit Hooks(at::CUDAHooksArgs) {}
  void initCUDA() const override {}
  bool hasCUDA() const override { return true; }
  int getNumGPUs() const override { return 1; }
  bool hasPrimaryContext(int64_t) const override { return true; }
  int64_t current_device() const override { return 0; }
  void deviceSynchronize(int64_t) const override {}
  const at::Generator& getDefaultCUDAGenerator(at::DeviceIndex) const override {
    static const auto generator = at::detail::createCPUGenerator();
    return generator;
  }
};

struct Guard final : c10::impl::DeviceGuardImplInterface {
  c10::DeviceType type() const override { return c10::kCUDA; }
  c10::Device exchangeDevice(c10::Device) const override { return kGpu; }
  c10::Device getDevice() const override { return kGpu; }
  void setDevice(c10::Device) const override {}
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::Stream getStream(c10::Device) const noexcept override { return c10::Stream(c10::Stream::DEFAULT, kGpu); }
  c10::Stream getDefaultStream(c10::Device) const override { return c10::Stream(c10::Stream::DEFAULT, kGpu); }
  c10::Stream exchangeStream(c10::Stream) const noexcept override { return c10::Stream(c10::Stream::DEFAULT, kGpu); }
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
};

}  // namespace

bool CudaIsPretended() { return pretended; }

bool PretendCuda() {
  if (c10::impl::hasDeviceGuardImpl(c10::kCUDA)) return false;
  at::CUDAHooksRegistry()->Register("CUDAHooks",
                                    [](at::CUDAHooksArgs arguments) { return std::make_unique<Hooks>(arguments); });
  static const c10::impl::DeviceGuardImplRegistrar guard(c10::kCUDA, new Guard());
  const auto on_host = [] { return torch::CppFunction::makeFromBoxedFunction<&RunOnHost>(); };
  static torch::Library all(torch::Library::IMPL, "_", c10::DispatchKey::CUDA, __FILE__, __LINE__);
  all.fallback(on_host());
  static torch::Library some(torch::Library::IMPL, "aten", c10::DispatchKey::CUDA, __FILE__, __LINE__);
  // What LibTorch would else do by the kind of device, or (the last) with a warning.
  for (const char* name : {"copy_", "convolution", "convolution_backward", "smooth_l1_loss"}) {
    some.impl(name, on_host());
  }
  some.impl("_thnn_fused_lstm_cell", FusedLstmCell);
  some.impl("_thnn_fused_lstm_cell_backward_impl", FusedLstmCellBackward);
  some.impl("_thnn_fused_gru_cell", FusedGruCell);
  some.impl("_thnn_fused_gru_cell_backward", FusedGruCellBackward);
  pretended = true;
  return true;
}

}  // namespace wherefore

#else

namespace wherefore {

bool PretendCuda() { return false; }
bool CudaIsPretended() { return false; }

}  // namespace wherefore

#endif
