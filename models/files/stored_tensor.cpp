#include "models/files/stored_tensor.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cstring>

#include "explain/error.h"

namespace wherefore {
namespace {

constexpr std::size_t kMostStoredDimensions = 64;  // what ATen's operators can take

/// False where the result is no 64-bit integer.
bool AddProduct(std::int64_t& sum, std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  return !__builtin_mul_overflow(a, b, &product) && !__builtin_add_overflow(sum, product, &sum);
}

std::int64_t ElementSize(const StoredTensor& tensor) {
  return static_cast<std::int64_t>(c10::elementSize(tensor.type));
}

/// Elements from the storage's beginning to the tensor's end; -1 where they are no 64-bit integer.
std::int64_t Reach(const StoredTensor& tensor) {
  std::int64_t end = tensor.offset;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    if (tensor.shape[i] == 0) return tensor.offset;
    if (!AddProduct(end, tensor.shape[i] - 1, tensor.strides[i])) return -1;
  }
  return AddProduct(end, 1, 1) ? end : -1;
}

/// -1 where it is no 64-bit integer. Strides are products of sizes too, so those must fit where another size is zero.
std::int64_t CheckedNumel(const std::vector<std::int64_t>& shape) {
  std::int64_t numel = 1;
  for (const auto size : shape) {
    if (__builtin_mul_overflow(numel, std::max<std::int64_t>(size, 1), &numel)) return -1;
  }
  return std::find(shape.begin(), shape.end(), 0) != shape.end() ? 0 : numel;
}

bool IsNegative(std::int64_t value) { return value < 0; }

bool HasNegative(const StoredTensor& tensor) {
  return tensor.offset < 0 || std::any_of(tensor.shape.begin(), tensor.shape.end(), IsNegative) ||
         std::any_of(tensor.strides.begin(), tensor.strides.end(), IsNegative);
}

/// Any other byte would be no value of C++'s bool.
void CheckBools(const StoredTensor& tensor, const std::string& what) {
  const std::uint8_t* end = tensor.storage.data + Reach(tensor);
  if (tensor.numel() == 0 ||
      std::all_of(tensor.first(), const_cast<std::uint8_t*>(end), [](std::uint8_t byte) { return byte <= 1; })) {
    return;
  }
  ThrowBadFile(what + " of dtype BOOL holds a byte that is neither 0 nor 1");
}

/// The part of the storage that the tensor reaches over, at an address of its own.
StoredTensor Realigned(const StoredTensor& tensor) {
  const auto count = static_cast<std::size_t>(Reach(tensor) - tensor.offset) * c10::elementSize(tensor.type);
  const auto bytes = at::empty({static_cast<std::int64_t>(count)}, at::kByte);
  std::memcpy(bytes.data_ptr(), tensor.first(), count);
  StoredTensor aligned = tensor;
  aligned.offset = 0;
  aligned.storage = {static_cast<std::uint8_t*>(bytes.data_ptr()), count, std::make_shared<at::Tensor>(bytes)};
  return aligned;
}

/// `count` elements from the one at `begin`, of a tensor whose elements lie one after the other.
StoredTensor Elements(const StoredTensor& tensor, std::int64_t begin, std::int64_t count) {
  StoredTensor part = tensor;
  part.offset += begin;
  part.shape = {count};
  part.strides = {1};
  return part;
}

}  // namespace

std::uint8_t* StoredTensor::first() const {
  return storage.data + static_cast<std::size_t>(offset) * c10::elementSize(type);
}

std::int64_t StoredTensor::numel() const { return CheckedNumel(shape); }

std::vector<std::int64_t> ContiguousStrides(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    if (shape[i] > 0 && __builtin_mul_overflow(stride, shape[i], &stride)) stride = 0;
  }
  return strides;
}

void CheckStoredTensor(const StoredTensor& tensor, const std::string& what) {
  if (tensor.shape.size() > kMostStoredDimensions || tensor.strides.size() != tensor.shape.size()) {
    ThrowBadFile(what + " has " + std::to_string(tensor.shape.size()) + " sizes and " +
                 std::to_string(tensor.strides.size()) + " strides, but must have as many of both, at most " +
                 std::to_string(kMostStoredDimensions));
  }
  if (HasNegative(tensor)) ThrowBadFile(what + " has a negative size, stride or offset");
  const auto held = static_cast<std::int64_t>(tensor.storage.size) / ElementSize(tensor);
  const std::int64_t reach = Reach(tensor);
  const std::int64_t numel = tensor.numel();
  if (reach < 0 || reach > held || numel < 0 || numel > held) {
    ThrowBadFile(what + " of shape " + ShapeText(tensor.shape) + ", strides " + ShapeText(tensor.strides) +
                 " and offset " + std::to_string(tensor.offset) + " lies beyond its storage of " +
                 std::to_string(held) + " elements");
  }
  if (tensor.type == at::kBool) CheckBools(tensor, what);
}

at::Tensor ViewStoredTensor(const StoredTensor& tensor) {
  if (tensor.numel() == 0) return at::empty(tensor.shape, at::TensorOptions(tensor.type));
  if (!IsAligned(tensor)) return ViewStoredTensor(Realigned(tensor));
  const auto keep = [owner = tensor.storage.owner](void*) {};
  return at::from_blob(tensor.first(), tensor.shape, tensor.strides, keep, at::TensorOptions(tensor.type));
}

bool IsAligned(const StoredTensor& tensor) {
  return reinterpret_cast<std::uintptr_t>(tensor.storage.data) % c10::elementSize(tensor.type) == 0;
}

at::Tensor CopyStoredTensor(const StoredTensor& tensor, c10::ScalarType type) {
  constexpr std::int64_t elements_at_once = 1 << 18;
  const auto copy = at::empty(tensor.shape, at::TensorOptions(type));
  if (IsAligned(tensor) || tensor.strides != ContiguousStrides(tensor.shape)) {
    return copy.copy_(ViewStoredTensor(tensor));
  }
  const auto elements = copy.view({-1});
  for (std::int64_t begin = 0; begin < tensor.numel(); begin += elements_at_once) {
    const std::int64_t count = std::min(elements_at_once, tensor.numel() - begin);
    elements.narrow(0, begin, count).copy_(ViewStoredTensor(Elements(tensor, begin, count)));
  }
  return copy;
}

std::string ShapeText(c10::IntArrayRef shape) { return "[" + ListedNumbers(shape.vec()) + "]"; }

}  // namespace wherefore
