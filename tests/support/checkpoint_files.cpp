#include "tests/support/checkpoint_files.h"

#include <ATen/Functions.h>

#include <map>
#include <stdexcept>

namespace wherefore {
namespace {

constexpr std::uint64_t kIn64 = 0xffffffff;

std::string Bytes(const at::Tensor& tensor) {
  return {static_cast<const char*>(tensor.data_ptr()), static_cast<std::size_t>(tensor.nbytes())};
}

std::string Two(std::uint64_t value) { return LittleEndianBytes(value, 2); }
std::string Four(std::uint64_t value) { return LittleEndianBytes(value, 4); }
std::string Eight(std::uint64_t value) { return LittleEndianBytes(value, 8); }

std::string Zip64Field(const std::vector<std::uint64_t>& values) {
  std::string field = Two(1) + Two(8 * values.size());
  for (const auto value : values) field += Eight(value);
  return field;
}

/// What both headers of an entry have in the middle: version, flags, method, time, date, checksum.
std::string CommonFields(const ZipLayout& layout) {
  return Two(0) + Two(layout.descriptors ? 0x0808 : 0x0800) + Two(static_cast<std::uint64_t>(layout.method)) + Four(0) +
         Four(0);
}

std::string LocalHeader(const std::string& name, std::uint64_t size, const ZipLayout& layout, std::size_t place) {
  constexpr std::size_t alignment = 64;
  std::string extra = layout.zip64 && !layout.descriptors ? Zip64Field({size, size}) : "";
  const std::size_t unpadded = place + 30 + name.size() + extra.size() + 4;
  const std::size_t padding = (alignment - unpadded % alignment) % alignment;
  extra += "FB" + Two(padding) + std::string(padding, 'Z');
  const std::string sizes = layout.descriptors ? Eight(0)
                            : layout.zip64     ? Four(kIn64) + Four(kIn64)
                                               : Four(size) + Four(size);
  return "PK\x03\x04" + CommonFields(layout) + sizes + Two(name.size()) + Two(extra.size()) + name + extra;
}

std::string DirectoryEntry(const std::string& name, std::uint64_t size, std::uint64_t place, const ZipLayout& layout) {
  const std::string extra = layout.zip64 ? Zip64Field({size, size, place}) : "";
  const std::uint64_t shown = layout.zip64 ? kIn64 : size;
  return "PK\x01\x02" + Two(0) + CommonFields(layout) + Four(shown) + Four(shown) + Two(name.size()) +
         Two(extra.size()) + Two(0) + Two(0) + Two(0) + Four(0) + Four(layout.zip64 ? kIn64 : place) + name + extra;
}

std::string ArchiveEnd(std::uint64_t count, std::uint64_t size, std::uint64_t place, const ZipLayout& layout) {
  if (!layout.zip64) return "PK\x05\x06" + Four(0) + Two(count) + Two(count) + Four(size) + Four(place) + Two(0);
  const std::string record =
      "PK\x06\x06" + Eight(44) + Four(0) + Eight(0) + Eight(count) + Eight(count) + Eight(size) + Eight(place);
  const std::string locator = "PK\x06\x07" + Four(0) + Eight(place + size) + Four(1);
  return record + locator + "PK\x05\x06" + Four(0) + Four(kIn64) + Four(kIn64) + Four(kIn64) + Two(0);
}

std::string StorageName(at::ScalarType type) {
  const std::map<at::ScalarType, const char*> names = {
      {at::kFloat, "FloatStorage"},   {at::kHalf, "HalfStorage"}, {at::kBFloat16, "BFloat16Storage"},
      {at::kDouble, "DoubleStorage"}, {at::kLong, "LongStorage"}, {at::kInt, "IntStorage"},
      {at::kShort, "ShortStorage"},   {at::kChar, "CharStorage"}, {at::kByte, "ByteStorage"},
      {at::kBool, "BoolStorage"}};
  return names.at(type);
}

std::string PickledIntegers(c10::IntArrayRef values) {
  std::vector<std::string> items;
  for (const auto value : values) items.push_back(PickledInteger(value));
  return PickledTuple(items);
}

const std::string kFalse = "\x89";
const std::string kNone = "N";

}  // namespace

std::string LittleEndianBytes(std::uint64_t value, int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  return bytes;
}

std::string ZipFile(const std::vector<std::pair<std::string, std::string>>& entries, const ZipLayout& layout) {
  std::string file;
  std::string directory;
  for (const auto& [name, bytes] : entries) {
    directory += DirectoryEntry(name, bytes.size(), file.size(), layout);
    file += LocalHeader(name, bytes.size(), layout, file.size()) + bytes;
    if (!layout.descriptors) continue;
    file += "PK\x07\x08" + Four(0) +
            (layout.zip64 ? Eight(bytes.size()) + Eight(bytes.size()) : Four(bytes.size()) + Four(bytes.size()));
  }
  return file + directory + ArchiveEnd(entries.size(), directory.size(), file.size(), layout);
}

std::string PickledText(const std::string& text) { return "X" + Four(text.size()) + text; }

std::string PickledInteger(std::int64_t value) { return "\x8a\x08" + Eight(static_cast<std::uint64_t>(value)); }

std::string PickledGlobal(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}

std::string PickledTuple(const std::vector<std::string>& items) {
  std::string tuple = "(";
  for (const auto& item : items) tuple += item;
  return tuple + "t";
}

std::string PickledDict(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string dict = "}(";
  for (const auto& [key, value] : entries) dict += PickledText(key) + value;
  return dict + "u";
}

std::string PickledCall(const std::string& module, const std::string& name, const std::vector<std::string>& arguments) {
  return PickledGlobal(module, name) + PickledTuple(arguments) + "R";
}

std::string PickleOf(const std::string& value) { return "\x80\x02" + value + "."; }

std::string CheckpointWriter::Tensor(const at::Tensor& tensor) {
  const auto numel = static_cast<std::int64_t>(tensor.storage().nbytes() / tensor.element_size());
  const auto whole = at::empty({0}, tensor.options()).set_(tensor.storage(), 0, {numel}, {1});
  std::size_t key = 0;
  while (key < storages_.size() && storages_[key].data_ptr() != whole.data_ptr()) ++key;
  if (key == storages_.size()) storages_.push_back(whole);
  std::vector<std::string> id = {PickledText("storage"), PickledGlobal("torch", StorageName(tensor.scalar_type())),
                                 PickledText(std::to_string(key)), PickledText("cuda:0"), PickledInteger(numel)};
  if (form_ == Form::kLegacy) id.push_back(kNone);
  return PickledCall("torch._utils", "_rebuild_tensor_v2",
                     {PickledTuple(id) + "Q", PickledInteger(tensor.storage_offset()), PickledIntegers(tensor.sizes()),
                      PickledIntegers(tensor.strides()), kFalse, PickledCall("collections", "OrderedDict", {})});
}

std::string CheckpointWriter::StateDict(const std::vector<std::pair<std::string, at::Tensor>>& tensors) {
  std::string dict = PickledCall("collections", "OrderedDict", {}) + "(";
  for (const auto& [name, tensor] : tensors) dict += PickledText(name) + Tensor(tensor);
  return dict + "u" + PickledDict({{"_metadata", PickledCall("collections", "OrderedDict", {})}}) + "b";
}

std::string CheckpointWriter::File(const std::string& value, const std::string& folder, const ZipLayout& layout) const {
  if (form_ == Form::kLegacy) return Legacy(value);
  std::vector<std::pair<std::string, std::string>> entries = {{folder + "data.pkl", PickleOf(value)},
                                                              {folder + "byteorder", "little"}};
  for (std::size_t i = 0; i < storages_.size(); ++i) {
    entries.emplace_back(folder + "data/" + std::to_string(i), Bytes(storages_[i]));
  }
  entries.emplace_back(folder + "version", "3\n");
  return ZipFile(entries, layout);
}

std::string CheckpointWriter::Legacy(const std::string& value) const {
  std::string file = PickleOf("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19") + PickleOf(PickledInteger(1001)) +
                     PickleOf(PickledDict({{"protocol_version", PickledInteger(1001)}, {"little_endian", "\x88"}})) +
                     PickleOf(value);
  std::string keys = "](";
  for (std::size_t i = 0; i < storages_.size(); ++i) keys += PickledText(std::to_string(i));
  file += PickleOf(keys + "e");
  for (const auto& storage : storages_) file += Eight(static_cast<std::uint64_t>(storage.numel())) + Bytes(storage);
  return file;
}

}  // namespace wherefore
