#include "models/files/weights.h"

#include <ATen/Functions.h>
#include <c10/core/Storage.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <tuple>
#include <utility>

#include "explain/error.h"
#include "models/files/affix.h"
#include "models/files/checkpoint.h"
#include "models/files/file_kind.h"
#include "models/files/files.h"
#include "models/files/free_memory.h"
#include "models/files/json.h"
#include "models/files/safetensors.h"
#include "models/files/weight_problems.h"
#include "models/files/weights_index.h"

namespace wherefore {
namespace {

constexpr const char* kWeightFiles[] = {"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
                                        "pytorch_model.bin.index.json"};

std::map<std::string, StoredTensor> ReadTensors(const std::string& path) {
  const ByteView bytes = MapFile(path);
  switch (KindOfFile(bytes)) {
    case FileKind::kSafetensors:
      return LocateSafetensors(bytes, path);
    case FileKind::kTorchZip:
    case FileKind::kTorchLegacy:
      return ReadCheckpoint(bytes, path);
    default:
      ThrowBadFile(path + " is " + DescribeFile(bytes));
  }
}

/// Tensors that tell what the weights beside them are, and what to do then.
struct Telltale {
  const char* part;  ///< of a name
  const char* text;
};

constexpr const char* kMergeAdapter =
    "of an adapter (LoRA), not of a model: merge it first (PEFT's merge_and_unload(), then save_pretrained())";
constexpr const char* kTakeOriginal =
    "of quantised weights: take the model's original ones (float32, float16, bfloat16)";

constexpr Telltale kTelltales[] = {
    {".lora_A", kMergeAdapter},        {".lora_B", kMergeAdapter},       {".lora_embedding_", kMergeAdapter},
    {".SCB", kTakeOriginal},           {".absmax", kTakeOriginal},       {".quant_map", kTakeOriginal},
    {".quant_state", kTakeOriginal},   {".qweight", kTakeOriginal},      {".qzeros", kTakeOriginal},
    {".weight_packed", kTakeOriginal}, {".weight_scale", kTakeOriginal}, {"_packed_params", kTakeOriginal}};

void RefuseTelltale(const std::string& name, const std::string& source) {
  for (const auto& telltale : kTelltales) {
    if (name.find(telltale.part) == std::string::npos) continue;
    ThrowBadFile(source + ": tensor " + Quoted(name) + " is " + telltale.text);
  }
}

std::string TypeName(at::ScalarType type) {
  return type == at::kFloat ? "float32" : type == at::kHalf ? "float16" : "bfloat16";
}

void RequireMemory(std::int64_t numel, const std::string& source, const WeightsOptions& options) {
  const std::int64_t free = options.free_bytes >= 0 ? options.free_bytes : FreeMemory();
  const std::int64_t needed = numel * static_cast<std::int64_t>(c10::elementSize(options.type));
  if (free < 0 || needed <= free) return;
  const std::string remedy = options.type == at::kFloat
                                 ? "keep them as bfloat16 (--dtype bfloat16), in " + BytesText(needed / 2)
                                 : std::string("take a smaller model");
  ThrowUsage("the weights of '" + source + "' take " + BytesText(needed) + " as " + TypeName(options.type) +
             ", but only " + BytesText(free) + " of memory are free: " + remedy);
}

/// What to do with the weights of other libraries that a directory may have instead.
constexpr Telltale kOtherFiles[] = {
    {"adapter_config.json",
     "an adapter without its model: merge it first (PEFT's merge_and_unload(), then save_pretrained())"},
    {"tf_model.h5",
     "TensorFlow's: convert it (transformers' from_pretrained(..., from_tf=True), then save_pretrained())"},
    {"flax_model.msgpack",
     "Flax's: convert it (transformers' from_pretrained(..., from_flax=True), then save_pretrained())"}};

[[noreturn]] void ThrowNoWeights(const std::string& directory) {
  const std::string none = "'" + directory + "' has no weights";
  for (const auto& other : kOtherFiles) {
    if (IsFile(PathIn(directory, other.part))) ThrowBadFile(none + ", only " + other.part + ", " + other.text);
  }
  const auto gguf = FileEndingWith(directory, ".gguf");
  if (!gguf.empty()) {
    ThrowBadFile(none + ", only those of llama.cpp (" + gguf +
                 "), which are not read: take the repository that they were made from");
  }
  ThrowBadFile(none + ": none of " + Listed({std::begin(kWeightFiles), std::end(kWeightFiles)}));
}

/// Such as a new network starts from: of variance 1 over the numbers that are added up; biases and the like near 0, and
/// factors of normalisations near 1.
at::Tensor DrawWeight(const std::string& name, c10::IntArrayRef shape, at::ScalarType type) {
  const auto noise = at::randn(shape, at::TensorOptions(type));
  if (shape.size() > 1) {
    const auto inputs = static_cast<double>(c10::multiply_integers(shape.slice(1)));
    return noise.div_(std::sqrt(inputs));
  }
  noise.mul_(0.02);
  return EndsWith(name, "weight") || EndsWith(name, "running_var") ? noise.add_(1) : noise;
}

}  // namespace

struct Weights::Stored {
  StoredTensor tensor;
  bool is_taken = false;
};

/// Type, shape, strides and address of a tensor in its file.
using TensorPlace =
    std::tuple<const std::uint8_t*, at::ScalarType, std::vector<std::int64_t>, std::vector<std::int64_t>>;

struct Weights::Store {
  std::string source;
  WeightsOptions options;
  bool is_random = false;
  std::map<std::string, Stored> tensors;
  /// Copies that were handed out, as long as somebody has them: a tensor under two names is copied once.
  std::map<TensorPlace, c10::weak_intrusive_ptr<c10::StorageImpl>> copies;

  void Add(std::map<std::string, StoredTensor> more) {
    for (auto& [name, tensor] : more) tensors[name].tensor = std::move(tensor);
  }
  at::Tensor Convert(const StoredTensor& stored);
};

namespace {

TensorPlace PlaceOf(const StoredTensor& tensor) { return {tensor.first(), tensor.type, tensor.shape, tensor.strides}; }

}  // namespace

/// The tensor in the type wanted: floating-point numbers only are converted.
at::Tensor Weights::Store::Convert(const StoredTensor& stored) {
  const auto type = c10::isFloatingType(stored.type) ? options.type : stored.type;
  if (stored.type == type && IsAligned(stored)) return ViewStoredTensor(stored);
  const auto place = PlaceOf(stored);
  const auto found = copies.find(place);
  c10::intrusive_ptr<c10::StorageImpl> storage;
  if (found != copies.end()) storage = found->second.lock();
  if (storage) {
    const auto strides = ContiguousStrides(stored.shape);
    return at::empty({0}, at::TensorOptions(type)).set_(c10::Storage(storage), 0, stored.shape, strides);
  }
  const auto copy = CopyStoredTensor(stored, type);
  copies.insert_or_assign(place, copy.storage().getWeakStorageImpl());
  return copy;
}

Weights::Weights(std::shared_ptr<Store> store, std::string prefix)
    : store_(std::move(store)), prefix_(std::move(prefix)) {}

/// Checks what the names and sizes of a whole set of weights tell.
void Weights::CheckAll(const Store& store) {
  if (!IsWeightType(store.options.type)) {
    ThrowUsage(std::string("weights are kept as float32, bfloat16 or float16, not as ") +
               c10::toString(store.options.type));
  }
  std::int64_t numel = 0;
  for (const auto& [name, stored] : store.tensors) {
    RefuseTelltale(name, store.source);
    if (c10::isFloatingType(stored.tensor.type)) numel += stored.tensor.numel();
  }
  RequireMemory(numel, store.source, store.options);
}

Weights Weights::OfFile(const std::string& path, const WeightsOptions& options) {
  auto store = std::make_shared<Store>();
  store->source = path;
  store->options = options;
  store->Add(ReadTensors(path));
  CheckAll(*store);
  return Weights(store);
}

Weights Weights::OfShards(const std::string& index, const WeightsOptions& options) {
  auto store = std::make_shared<Store>();
  store->source = index;
  store->options = options;
  const ByteView text = MapFile(index);
  std::map<std::string, std::vector<std::string>> files;
  for (const auto& [name, file] : ParseWeightsIndex(text.text(), text.size, index)) files[file].push_back(name);
  for (const auto& [file, names] : files) {
    const auto path = PathIn(std::filesystem::path(index).parent_path().string(), file);
    if (!IsFile(path)) ThrowBadFile(index + ": it names the file '" + file + "', but there is none beside it");
    auto tensors = ReadTensors(path);
    for (const auto& name : names) {
      const auto found = tensors.find(name);
      if (found == tensors.end())
        ThrowBadFile(path + ": tensor " + Quoted(name) + " is missing, which '" + index + "' says it has");
      store->tensors[name].tensor = std::move(found->second);
    }
  }
  CheckAll(*store);
  return Weights(store);
}

Weights Weights::OfDirectory(const std::string& directory, const WeightsOptions& options) {
  for (const char* file : kWeightFiles) {
    const auto path = PathIn(directory, file);
    if (IsFile(path)) return EndsWith(file, ".json") ? OfShards(path, options) : OfFile(path, options);
  }
  ThrowNoWeights(directory);
}

Weights Weights::OfTensors(const std::map<std::string, at::Tensor>& tensors, const std::string& source,
                           const WeightsOptions& options) {
  auto store = std::make_shared<Store>();
  store->source = source;
  store->options = options;
  for (const auto& [name, tensor] : tensors) {
    const auto own = std::make_shared<at::Tensor>(tensor.detach().to(at::kCPU).contiguous());
    auto& stored = store->tensors[name].tensor;
    stored.storage = {static_cast<std::uint8_t*>(own->data_ptr()), own->nbytes(), own};
    stored.type = own->scalar_type();
    stored.shape = own->sizes().vec();
    stored.strides = own->strides().vec();
  }
  CheckAll(*store);
  return Weights(store);
}

Weights Weights::Random(const WeightsOptions& options) {
  auto store = std::make_shared<Store>();
  store->source = "random weights";
  store->options = options;
  store->is_random = true;
  return Weights(store);
}

const std::string& Weights::source() const { return store_->source; }

at::ScalarType Weights::type() const { return store_->options.type; }

std::vector<std::string> Weights::names() const {
  std::vector<std::string> names;
  for (auto item = store_->tensors.lower_bound(prefix_); item != store_->tensors.end(); ++item) {
    if (!BeginsWith(item->first, prefix_)) break;
    names.push_back(item->first.substr(prefix_.size()));
  }
  return names;
}

bool Weights::Has(const std::string& name) const { return store_->tensors.count(prefix_ + name) > 0; }

Weights::Stored& Weights::Find(const std::string& name) const {
  const auto found = store_->tensors.find(prefix_ + name);
  if (found != store_->tensors.end()) return found->second;
  ThrowBadFile(source() + ": " + NamesThatAre({"'" + prefix_ + name + "'"}, "missing") + kOtherNetwork);
}

std::vector<std::int64_t> Weights::ShapeOf(const std::string& name) const { return Find(name).tensor.shape; }

at::ScalarType Weights::TypeOf(const std::string& name) const { return Find(name).tensor.type; }

std::int64_t Weights::numel() const {
  std::int64_t numel = 0;
  for (const auto& name : names()) numel += Find(name).tensor.numel();
  return numel;
}

Weights Weights::In(const std::string& prefix) const { return Weights(store_, prefix_ + prefix); }

Weights Weights::WithoutCommonPrefix(const std::vector<std::string>& wanted) const {
  const auto found_in = [&wanted](const Weights& weights) {
    return std::count_if(wanted.begin(), wanted.end(), [&weights](const auto& name) { return weights.Has(name); });
  };
  Weights best = *this;
  Weights inner = *this;
  for (bool is_wrapped = true; is_wrapped;) {
    is_wrapped = false;
    const auto inner_names = inner.names();
    for (const char* prefix : {"module.", "_orig_mod.", "model."}) {
      const auto has_prefix = [prefix](const std::string& name) { return BeginsWith(name, prefix); };
      if (inner_names.empty() || !std::all_of(inner_names.begin(), inner_names.end(), has_prefix)) continue;
      inner = inner.In(prefix);
      is_wrapped = true;
      if (found_in(inner) > found_in(best)) best = inner;
      break;
    }
  }
  return best;
}

at::Tensor Weights::TakeConverted(const std::string& name) const {
  Stored& stored = Find(name);
  stored.is_taken = true;
  return store_->Convert(stored.tensor);
}

at::Tensor Weights::TakeAsStored(const std::string& name) const {
  Stored& stored = Find(name);
  stored.is_taken = true;
  return ViewStoredTensor(stored.tensor);
}

at::Tensor Weights::Take(const std::string& name, c10::IntArrayRef shape) const {
  if (store_->is_random) return DrawWeight(name, shape, type());
  const StoredTensor& stored = Find(name).tensor;
  const std::string full_name = prefix_ + name;
  if (c10::IntArrayRef(stored.shape) != shape) {
    ThrowBadFile(source() + ": " + NamesThatAre({ShapeProblem(full_name, stored.shape, shape)}, kMisshapen));
  }
  if (!IsWeightType(stored.type)) {
    ThrowBadFile(source() + ": " + NamesThatAre({TypeProblem(full_name, stored.type)}, kMistyped));
  }
  const auto tensor = TakeConverted(name);
  if (IsFinite(tensor)) return tensor;
  ThrowBadFile(source() + ": " + NamesThatAre({CountNotFinite(full_name, tensor)}, NotFinite(type())));
}

void Weights::RenameAll(const std::string& from, const std::string& to) const {
  if (!In(to).names().empty()) return;
  for (const auto& rest : In(from).names()) {
    auto node = store_->tensors.extract(prefix_ + from + rest);
    node.key() = prefix_ + to + rest;
    store_->tensors.insert(std::move(node));
  }
}

void Weights::PassOver(const std::string& prefix) const {
  for (const auto& rest : In(prefix).names()) store_->tensors.erase(prefix_ + prefix + rest);
}

void Weights::RequireAllTaken(const std::vector<std::string>& may_remain) const {
  std::set<const std::uint8_t*> taken;
  for (const auto& name : names()) {
    const Stored& stored = Find(name);
    if (stored.is_taken) taken.insert(stored.tensor.first());
  }
  std::vector<std::string> left;
  for (const auto& name : names()) {
    const Stored& stored = Find(name);
    const bool is_allowed = std::any_of(may_remain.begin(), may_remain.end(),
                                        [&name](const std::string& end) { return EndsWith(name, end); });
    if (!stored.is_taken && !is_allowed && taken.count(stored.tensor.first()) == 0) {
      left.push_back("'" + prefix_ + name + "'");
    }
  }
  if (!left.empty()) ThrowBadFile(source() + ": " + NamesThatAre(left, "that the network lacks") + kOtherNetwork);
}

}  // namespace wherefore
