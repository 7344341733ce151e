#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include "models/convolutional/trunk.h"
#include "models/files/stored_tensor.h"

namespace wherefore {

/// How weights are kept in memory.
struct WeightsOptions {
  at::ScalarType type = at::kFloat;  ///< float32, bfloat16 or float16: kept in it, and computed in it
  std::int64_t free_bytes = -1;      ///< what they may take at most; -1: as much as the system has free
};

/// A model's weights, of one file or of several with an index, by name. The files are mapped: a tensor takes memory
/// only where its dtype is changed. Copies of a Weights are handles of the same weights.
class Weights {
 public:
  /// Of a safetensors file or one of torch.save, whatever its name. Throws Error(kBadFile) that begins with the path
  /// and says what the file is in truth; Error(kUsage) for a dtype that weights cannot be kept in, and where they do
  /// not fit into free memory as float32, with the remedy.
  static Weights OfFile(const std::string& path, const WeightsOptions& options = {});

  /// Of the directory's model.safetensors, model.safetensors.index.json, pytorch_model.bin or
  /// pytorch_model.bin.index.json, the first that there is. Throws as OfFile() does; Error(kBadFile) where there is
  /// none of them, where a file that the index names is missing or lacks one of its tensors, and for an adapter without
  /// its model.
  static Weights OfDirectory(const std::string& directory, const WeightsOptions& options = {});

  /// Of tensors in memory, on the host; `source` stands for the path in error texts.
  static Weights OfTensors(const std::map<std::string, at::Tensor>& tensors, const std::string& source,
                           const WeightsOptions& options = {});

  /// Of no file: Take() gives any name a tensor of the shape wanted, drawn at random, and there are no names() before.
  /// For what a network costs, which does not depend on what its weights say.
  static Weights Random(const WeightsOptions& options = {});

  /// Where they come from: the path of the file, or of the index.
  const std::string& source() const;

  /// The dtype that they are kept in.
  at::ScalarType type() const;

  /// Below the prefix of In(), sorted.
  std::vector<std::string> names() const;

  bool Has(const std::string& name) const;

  /// As the file has it. Throws Error(kBadFile) where it is missing.
  std::vector<std::int64_t> ShapeOf(const std::string& name) const;
  at::ScalarType TypeOf(const std::string& name) const;

  /// How many values they hold.
  std::int64_t numel() const;

  /// The weights whose names begin with the prefix, by the rest of their names.
  Weights In(const std::string& prefix) const;

  /// The weights without the prefix that wrappers of modules put before every name (`module.`, `_orig_mod.`, `model.`,
  /// or several of them), if more of the wanted names are found so.
  Weights WithoutCommonPrefix(const std::vector<std::string>& wanted) const;

  /// Gives the weights whose names begin with `from` names that begin with `to` instead, where none begins so yet: of
  /// all handles.
  void RenameAll(const std::string& from, const std::string& to) const;

  /// Forgets the weights whose names begin with the prefix: what the network has no use for. Of all handles.
  void PassOver(const std::string& prefix) const;

  /// The tensor, on the host, of the dtype wanted: mapped where the file has that dtype, else a copy; tensors that
  /// share their memory in the file share it here. Throws Error(kBadFile): missing, of another shape, of a dtype that
  /// weights cannot have (integers), NaN or infinite values.
  at::Tensor Take(const std::string& name, c10::IntArrayRef shape) const;

  /// The tensor of any shape, with values that may be NaN or infinite, of the dtype wanted; integers as they are.
  /// Throws Error(kBadFile) where it is missing.
  at::Tensor TakeConverted(const std::string& name) const;

  /// The tensor as the file has it, of any dtype and shape. Throws Error(kBadFile) where it is missing.
  at::Tensor TakeAsStored(const std::string& name) const;

  /// Throws Error(kBadFile) that names the tensors which nobody took, but for those whose names end with one of these,
  /// and those that share their memory with one that was taken.
  void RequireAllTaken(const std::vector<std::string>& may_remain = {}) const;

 private:
  struct Store;
  struct Stored;

  explicit Weights(std::shared_ptr<Store> store, std::string prefix = "");
  static Weights OfShards(const std::string& index, const WeightsOptions& options);
  static void CheckAll(const Store& store);
  Stored& Find(const std::string& name) const;

  std::shared_ptr<Store> store_;
  std::string prefix_;
};

/// Which of a file's tensors a network may leave: those that only training needs.
using MayRemain = std::function<bool(const std::string& name)>;

/// Puts the weights into the network's parameters and buffers of the same names (without a common prefix), without a
/// second copy: a tensor of the wanted dtype stays where its file is mapped. Step counters (num_batches_tracked) are
/// ignored. Throws Error(kBadFile) that begins with the weights' source and names the tensors that are missing,
/// unknown, of another shape or dtype, or hold NaN or infinite values.
void LoadWeights(torch::nn::Module& network, const Weights& weights, const MayRemain& may_remain = {});

/// Where a network has its trunk.
struct TrunkPlace {
  TrunkOptions options;
  std::string prefix;  ///< of the trunk's names in the network's: "trunk.", or "" where the trunk is the network
};

/// LoadWeights() that leaves what only the training of the trunk needs: its auxiliary heads.
void LoadWeights(torch::nn::Module& network, const Weights& weights, const TrunkPlace& trunk);

/// LoadWeights() of tensors in memory, as float32, with which the network shares those that are of it; `file` stands
/// for the path in error texts.
void LoadWeights(torch::nn::Module& network, std::map<std::string, at::Tensor> tensors, const TrunkPlace& trunk,
                 const std::string& file);

/// The network's parameters and buffers as float16 (`half`) or float32, on the host.
/// Throws Error(kUsage) that names the weights that are not finite, or not so as float16.
std::map<std::string, at::Tensor> CollectWeights(const torch::nn::Module& network, bool half);

/// Whether no value of a float32, float64, float16 or bfloat16 tensor on the host is NaN or infinite; takes no memory.
bool IsFinite(const at::Tensor& tensor);

}  // namespace wherefore
