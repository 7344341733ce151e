#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

// Files of torch.save, byte by byte: for tests of what reads them.

/// How ZipFile() writes what zip archives may have in different ways.
struct ZipLayout {
  bool zip64 = false;        ///< sizes and places in 64-bit fields, as beyond 4 GB
  bool descriptors = false;  ///< sizes after the bytes instead of before, as PyTorch has them
  int method = 0;            ///< of compression; the bytes are stored as they are all the same
};

/// An archive of entries by name, each begun at a multiple of 64 bytes as PyTorch does.
std::string ZipFile(const std::vector<std::pair<std::string, std::string>>& entries, const ZipLayout& layout = {});

// Pieces of pickles of protocol 2. Each leaves one value on the stack.

std::string PickledText(const std::string& text);
std::string PickledInteger(std::int64_t value);
std::string PickledGlobal(const std::string& module, const std::string& name);
std::string PickledTuple(const std::vector<std::string>& items);

/// Keys are strings.
std::string PickledDict(const std::vector<std::pair<std::string, std::string>>& entries);

/// What module.name(arguments...) would make.
std::string PickledCall(const std::string& module, const std::string& name, const std::vector<std::string>& arguments);

/// A file's pickle of one value: the protocol before it, the end after it.
std::string PickleOf(const std::string& value);

/// The bytes of a number, least significant first.
std::string LittleEndianBytes(std::uint64_t value, int count);

/// Writes a file of torch.save in the form of PyTorch 1.6 and later, or in the one before.
class CheckpointWriter {
 public:
  enum class Form { kZip, kLegacy };
  explicit CheckpointWriter(Form form) : form_(form) {}

  /// A tensor as a value of the pickle; those that share their memory share a storage.
  std::string Tensor(const at::Tensor& tensor);

  /// A module's state_dict(): an OrderedDict of them with `_metadata`.
  std::string StateDict(const std::vector<std::pair<std::string, at::Tensor>>& tensors);

  /// The file of this value, whose tensors were made here. `folder` is "" or ends with "/".
  std::string File(const std::string& value, const std::string& folder = "archive/",
                   const ZipLayout& layout = {false, true, 0}) const;

 private:
  std::string Legacy(const std::string& value) const;

  Form form_;
  std::vector<at::Tensor> storages_;  ///< the whole memory of each, (n)
};

}  // namespace wherefore
