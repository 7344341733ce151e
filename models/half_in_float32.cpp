#include "models/half_in_float32.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <ATen/core/stack.h>
#include <c10/util/Exception.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <vector>

#include "models/files/thread_mode.h"

namespace wherefore {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using torch::jit::Stack;

thread_local int guards = 0;

bool IsHalf(const c10::IValue& value) { return value.isTensor() && value.toTensor().scalar_type() == at::kHalf; }

at::Tensor InFloat32(const c10::IValue& value) {
  if (!value.isTensor() || !value.toTensor().defined()) return {};
  const auto tensor = value.toTensor();
  return tensor.scalar_type() == at::kHalf ? tensor.to(at::kFloat) : tensor;
}

c10::IValue Converted(const c10::IValue& value) {
  if (IsHalf(value)) return InFloat32(value);
  if (!value.isTensorList()) return value;
  std::vector<at::Tensor> tensors;
  for (const at::Tensor& tensor : value.toTensorVector()) tensors.push_back(InFloat32(tensor));
  return c10::IValue(tensors);
}

/// Calls the operation with its float16 arguments in float32, and converts what it returns in float16.
void CallConverted(const c10::OperatorHandle& operation, Stack* stack) {
  const BelowThreadMode below;
  if (guards > 0) {
    for (std::size_t i = stack->size() - operation.schema().arguments().size(); i < stack->size(); ++i) {
      (*stack)[i] = Converted((*stack)[i]);
    }
  }
  operation.callBoxed(stack);
}

/// An embedding's table is not converted, only the rows taken from it.
void CallEmbedding(const c10::OperatorHandle& operation, Stack* stack) {
  const BelowThreadMode below;
  operation.callBoxed(stack);
  if (guards > 0) stack->back() = Converted(stack->back());
}

/// A bias, or none. Not a tensor to autograd, which takes no undefined ones; frozen, it needs no gradient.
struct Bias {
  at::Tensor values;
};

/// x times the transpose of the weight, which the backward pass converts again.
struct LinearOfHalf : torch::autograd::Function<LinearOfHalf> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, const Bias& bias) {
    context->save_for_backward({weight});
    return at::linear(x, InFloat32(weight), InFloat32(bias.values));
  }
  static variable_list backward(AutogradContext* context, variable_list gradient) {
    const BelowThreadMode below;
    const auto weight = context->get_saved_variables()[0];
    return {at::matmul(gradient[0], InFloat32(weight)), {}, {}};
  }
};

void CallLinear(const c10::OperatorHandle& operation, Stack* stack) {
  const auto arguments = torch::jit::last(*stack, 3);
  if (guards == 0 || !IsHalf(arguments[1])) return CallConverted(operation, stack);
  const BelowThreadMode below;
  const Bias bias = {arguments[2].isTensor() ? arguments[2].toTensor() : at::Tensor()};
  const auto y = LinearOfHalf::apply(InFloat32(arguments[0]), arguments[1].toTensor(), bias);
  torch::jit::drop(*stack, 3);
  stack->emplace_back(y);
}

/// Stride, padding, dilation and groups of a convolution.
struct ConvolutionShape {
  std::vector<int64_t> stride;
  std::vector<int64_t> padding;
  std::vector<int64_t> dilation;
  int64_t groups = 1;
};

/// One number stands for both directions.
std::vector<int64_t> Both(const c10::IValue& value) {
  auto numbers = value.toIntVector();
  if (numbers.size() == 1) numbers.push_back(numbers[0]);
  return numbers;
}

/// A convolution whose weight the backward pass converts again.
struct ConvolutionOfHalf : torch::autograd::Function<ConvolutionOfHalf> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, const Bias& bias,
                            const ConvolutionShape& shape) {
    context->save_for_backward({x, weight});
    context->saved_data["stride"] = shape.stride;
    context->saved_data["padding"] = shape.padding;
    context->saved_data["dilation"] = shape.dilation;
    context->saved_data["groups"] = shape.groups;
    return at::conv2d(x, InFloat32(weight), InFloat32(bias.values), shape.stride, shape.padding, shape.dilation,
                      shape.groups);
  }
  static variable_list backward(AutogradContext* context, variable_list gradient) {
    const BelowThreadMode below;
    const auto saved = context->get_saved_variables();
    auto& data = context->saved_data;
    const auto gradients = at::convolution_backward(gradient[0], saved[0], InFloat32(saved[1]),
                                                    at::OptionalIntArrayRef(), data["stride"].toIntVector(),
                                                    data["padding"].toIntVector(), data["dilation"].toIntVector(),
                                                    false, {0, 0}, data["groups"].toInt(), {true, false, false});
    return {std::get<0>(gradients), {}, {}, {}};
  }
};

void CallConvolution(const c10::OperatorHandle& operation, Stack* stack) {
  const auto arguments = torch::jit::last(*stack, 7);
  if (guards == 0 || !IsHalf(arguments[1])) return CallConverted(operation, stack);
  const BelowThreadMode below;
  const Bias bias = {arguments[2].isTensor() ? arguments[2].toTensor() : at::Tensor()};
  const ConvolutionShape shape = {Both(arguments[3]), Both(arguments[4]), Both(arguments[5]), arguments[6].toInt()};
  const auto y = ConvolutionOfHalf::apply(InFloat32(arguments[0]), arguments[1].toTensor(), bias, shape);
  torch::jit::drop(*stack, 7);
  stack->emplace_back(y);
}

bool RegisterKernels() {
  auto* library = new torch::Library(torch::Library::IMPL, "aten", ThreadModeKey(), __FILE__, __LINE__);
  library->impl("linear", torch::CppFunction::makeFromBoxedFunction<&CallLinear>());
  library->impl("conv2d", torch::CppFunction::makeFromBoxedFunction<&CallConvolution>());
  library->impl("embedding", torch::CppFunction::makeFromBoxedFunction<&CallEmbedding>());
  for (const char* name : {"layer_norm", "batch_norm", "group_norm", "matmul", "mm", "mv", "bmm", "addmm", "addmv",
                           "baddbmm", "conv2d.padding", "lstm.input", "gru.input", "lstm_cell", "gru_cell"}) {
    library->impl(name, torch::CppFunction::makeFromBoxedFunction<&CallConverted>());
  }
  return true;
}

c10::DispatchKey KeyWithKernels() {
  static const bool registered = RegisterKernels();
  return registered ? ThreadModeKey() : c10::DispatchKey::Undefined;
}

bool TryHalfOnCpu() {
  try {
    const at::NoGradGuard no_grad;
    const auto image = at::zeros({1, 1, 3, 3}, at::kHalf);
    const auto rows = at::zeros({2, 3}, at::kHalf);
    at::conv2d(image, image);
    at::softmax(at::layer_norm(at::linear(rows, rows), {2}), -1);
    return true;
  } catch (const c10::Error&) {
    return false;
  }
}

}  // namespace

bool ComputesHalfOnCpu() {
  static const bool computes = TryHalfOnCpu();
  return computes;
}

at::ScalarType ComputedType(at::ScalarType stored, c10::Device device) {
  return stored == at::kHalf && device.is_cpu() && !ComputesHalfOnCpu() ? at::kFloat : stored;
}

HalfInFloat32::HalfInFloat32(bool needed)
    : counted_(needed ? 1 : 0), guard_(needed ? c10::DispatchKeySet(KeyWithKernels()) : c10::DispatchKeySet()) {
  guards += counted_;
}

HalfInFloat32::~HalfInFloat32() { guards -= counted_; }

}  // namespace wherefore
