#include "models/files/checkpoint.h"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "explain/error.h"
#include "models/files/file_kind.h"
#include "models/files/json.h"
#include "models/files/pickle.h"
#include "models/files/zip_archive.h"

namespace wherefore {
namespace {

using c10::ScalarType;
using Kind = PickleValue::Kind;

/// A type of elements by its names in pickles. Of types that no network here computes with only the size is known,
/// which it takes to find what is stored after them.
struct ElementType {
  const char* storage;  ///< torch.FloatStorage
  const char* dtype;    ///< torch.float32
  std::size_t size;     ///< bytes
  ScalarType type;      ///< Undefined: refused within weights
};

constexpr std::array<ElementType, 17> kElementTypes = {{
    {"FloatStorage", "float32", 4, ScalarType::Float},
    {"HalfStorage", "float16", 2, ScalarType::Half},
    {"BFloat16Storage", "bfloat16", 2, ScalarType::BFloat16},
    {"DoubleStorage", "float64", 8, ScalarType::Double},
    {"LongStorage", "int64", 8, ScalarType::Long},
    {"IntStorage", "int32", 4, ScalarType::Int},
    {"ShortStorage", "int16", 2, ScalarType::Short},
    {"CharStorage", "int8", 1, ScalarType::Char},
    {"ByteStorage", "uint8", 1, ScalarType::Byte},
    {"BoolStorage", "bool", 1, ScalarType::Bool},
    {"ComplexFloatStorage", "complex64", 8, ScalarType::Undefined},
    {"ComplexDoubleStorage", "complex128", 16, ScalarType::Undefined},
    {"QInt8Storage", "qint8", 1, ScalarType::Undefined},
    {"QUInt8Storage", "quint8", 1, ScalarType::Undefined},
    {"QInt32Storage", "qint32", 4, ScalarType::Undefined},
    {"QUInt4x2Storage", "quint4x2", 1, ScalarType::Undefined},
    {"UntypedStorage", "", 1, ScalarType::Undefined},
}};

const ElementType* FindStorageType(std::string_view name) {
  const auto found = std::find_if(kElementTypes.begin(), kElementTypes.end(),
                                  [&name](const ElementType& type) { return name == type.storage; });
  return found == kElementTypes.end() ? nullptr : &*found;
}

const ElementType* FindDtype(std::string_view name) {
  const auto found = std::find_if(kElementTypes.begin(), kElementTypes.end(),
                                  [&name](const ElementType& type) { return name == type.dtype; });
  return found == kElementTypes.end() || found->type == ScalarType::Undefined ? nullptr : &*found;
}

/// What a pickle knows of a storage beside it.
struct StorageId {
  std::string key;
  std::string_view type_name;  ///< "FloatStorage"
  const ElementType* type = nullptr;
  std::int64_t numel = 0;
  std::int64_t view_offset = 0;  ///< elements; of a part of a storage, in files of PyTorch 0.3 and before
  std::int64_t view_size = -1;   ///< elements; -1: all
};

/// The id ('storage', torch.FloatStorage, '0', 'cpu', 24), in old files with a sixth value; none where it is another.
std::optional<StorageId> ParseStorageId(const Pickle& pickle, const PickleValue& persistent) {
  const PickleValue& id = pickle.Item(persistent, 0);
  if (id.kind != Kind::kTuple || id.items.size() < 5) return {};
  const PickleValue& type = pickle.Item(id, 1);
  const PickleValue& key = pickle.Item(id, 2);
  const PickleValue& numel = pickle.Item(id, 4);
  if (pickle.Item(id, 0).text != "storage" || type.kind != Kind::kGlobal || numel.kind != Kind::kInteger) return {};
  StorageId result;
  result.key = key.kind == Kind::kInteger ? std::to_string(key.integer) : std::string(key.text);
  result.type_name = type.name;
  result.type = FindStorageType(type.name);
  result.numel = numel.integer;
  if (id.items.size() > 5 && pickle.Item(id, 5).kind == Kind::kTuple && pickle.Item(id, 5).items.size() == 3) {
    result.view_offset = pickle.Item(pickle.Item(id, 5), 1).integer;
    result.view_size = pickle.Item(pickle.Item(id, 5), 2).integer;
  }
  return result;
}

/// Finds the bytes of a storage by its key.
using FindStorage = std::function<ByteView(const StorageId&)>;

/// Where a dict's entry comes from, for texts: 'conv1.weight'.
std::string EntryName(const std::string& file, const std::string& key) { return file + ": tensor " + Quoted(key); }

/// Makes tensors of what torch.save wrote for them.
class TensorReader {
 public:
  TensorReader(const Pickle& pickle, FindStorage find) : pickle_(pickle), find_(std::move(find)) {}

  /// Whether the value is what torch.save writes for a tensor or a parameter, of a readable kind or not.
  bool IsTensor(const PickleValue& value) const {
    if (value.kind != Kind::kObject) return false;
    const std::string name = pickle_.GlobalName(value);
    return name.compare(0, 21, "torch._utils._rebuild") == 0 || name == kFromType || name == kParameterClass;
  }

  /// `what` begins the errors.
  StoredTensor Read(const PickleValue& value, const std::string& what) const {
    const PickleValue* object = &value;
    // A parameter is an object of its tensor; the bound is against one that is an object of itself.
    for (int wraps = 0; wraps < kMostWraps; ++wraps) {
      if (object->kind != Kind::kObject) ThrowRefused(what, Describe(pickle_, *object));
      const std::string name = pickle_.GlobalName(*object);
      if (name == "torch._utils._rebuild_tensor" || name == "torch._utils._rebuild_tensor_v2" ||
          name == "torch._utils._rebuild_tensor_v3") {
        return ReadTensor(*object, pickle_.At(object->arguments), what);
      }
      object = &Wrapped(*object, name, what);
    }
    ThrowRefused(what, "a parameter of parameters");
  }

 private:
  static constexpr const char* kFromType = "torch._tensor._rebuild_from_type_v2";
  static constexpr const char* kParameterClass = "torch.nn.parameter.Parameter";
  static constexpr int kMostWraps = 8;

  [[noreturn]] void ThrowRefused(const std::string& what, const std::string& found) const {
    std::string remedy = "; weights may hold tensors and plain values only";
    if (found.find("qtensor") != std::string::npos) {
      remedy = ", which is quantised: take the weights from before that was done";
    } else if (found.find("sparse") != std::string::npos) {
      remedy = ", which is sparse: save it with to_dense()";
    }
    ThrowBadFile(what + " is " + found + remedy);
  }

  const PickleValue& Argument(const PickleValue& arguments, std::size_t i, Kind kind, const std::string& what) const {
    if (arguments.items.size() <= i || pickle_.Item(arguments, i).kind != kind) {
      ThrowBadFile(what + " is damaged: argument " + std::to_string(i) + " of what rebuilds it is " +
                   (arguments.items.size() <= i ? "missing" : Describe(pickle_, pickle_.Item(arguments, i))));
    }
    return pickle_.Item(arguments, i);
  }

  /// The tensor that a parameter is made of.
  const PickleValue& Wrapped(const PickleValue& object, const std::string& name, const std::string& what) const {
    const PickleValue& arguments = pickle_.At(object.arguments);
    if (name == "torch._utils._rebuild_parameter" || name == "torch._utils._rebuild_parameter_with_state" ||
        name == kParameterClass) {
      return Argument(arguments, 0, Kind::kObject, what);
    }
    if (name != kFromType) ThrowRefused(what, Quoted(name));
    // (function, type, its arguments, state): a tensor with attributes of its own.
    const std::string type = pickle_.GlobalName(Argument(arguments, 1, Kind::kGlobal, what));
    if (type != "torch.Tensor" && type != "torch._tensor.Tensor" && type != kParameterClass) {
      ThrowRefused(what, Quoted(type));
    }
    const auto found = from_type_.emplace(&object, PickleValue()).first;
    found->second.kind = Kind::kObject;
    found->second.callable = arguments.items[0];
    found->second.arguments = arguments.items.size() > 2 ? arguments.items[2] : 0;
    return found->second;
  }

  std::vector<std::int64_t> Integers(const PickleValue& tuple, const std::string& what) const {
    // torch.Size is an object of a tuple.
    const PickleValue* items = &tuple;
    if (pickle_.GlobalName(tuple) == "torch.Size") {
      items = &Argument(pickle_.At(tuple.arguments), 0, Kind::kTuple, what);
    }
    std::vector<std::int64_t> values;
    for (std::size_t i = 0; i < items->items.size(); ++i) {
      values.push_back(Argument(*items, i, Kind::kInteger, what).integer);
    }
    return values;
  }

  /// (storage, offset, shape, strides, requires_grad, hooks), from version 2 on with metadata, in version 3 a dtype
  /// before them.
  StoredTensor ReadTensor(const PickleValue& object, const PickleValue& arguments, const std::string& what) const {
    const bool is_v3 = pickle_.At(object.callable).name == "_rebuild_tensor_v3";
    const auto id = ParseStorageId(pickle_, Argument(arguments, 0, Kind::kPersistentId, what));
    if (!id.has_value()) ThrowBadFile(what + " is damaged: its storage has a malformed id");
    StoredTensor tensor;
    tensor.offset = Argument(arguments, 1, Kind::kInteger, what).integer;
    tensor.shape = Shape(arguments, 2, what);
    tensor.strides = Shape(arguments, 3, what);
    tensor.type = is_v3 ? Dtype(Argument(arguments, 6, Kind::kGlobal, what), what) : StorageType(*id, what);
    RefuseMetadata(arguments, is_v3 ? 7 : 6, what);
    tensor.storage = Bytes(*id, what);
    CheckStoredTensor(tensor, what);
    return tensor;
  }

  std::vector<std::int64_t> Shape(const PickleValue& arguments, std::size_t i, const std::string& what) const {
    if (arguments.items.size() <= i) Argument(arguments, i, Kind::kTuple, what);
    const PickleValue& value = pickle_.Item(arguments, i);
    return Integers(value.kind == Kind::kObject ? value : Argument(arguments, i, Kind::kTuple, what), what);
  }

  ScalarType StorageType(const StorageId& id, const std::string& what) const {
    if (id.type == nullptr || id.type->type == ScalarType::Undefined) {
      ThrowBadFile(what + " is of a torch." + std::string(id.type_name) + ", a type that no weights have here");
    }
    return id.type->type;
  }

  ScalarType Dtype(const PickleValue& global, const std::string& what) const {
    const ElementType* type = FindDtype(global.name);
    if (type == nullptr)
      ThrowBadFile(what + " is of dtype " + std::string(global.name) + ", which no weights have here");
    return type->type;
  }

  /// Metadata say that values are to be read as negative or conjugate.
  void RefuseMetadata(const PickleValue& arguments, std::size_t i, const std::string& what) const {
    if (arguments.items.size() <= i) return;
    const PickleValue& metadata = pickle_.Item(arguments, i);
    if (metadata.kind == Kind::kNone || metadata.items.empty()) return;
    ThrowBadFile(what + " is a lazily negated or conjugate tensor: save it with resolve_neg() or resolve_conj()");
  }

  ByteView Bytes(const StorageId& id, const std::string& what) const {
    const ByteView whole = find_(id);
    const std::size_t size = id.type != nullptr ? id.type->size : 1;
    const auto held = static_cast<std::int64_t>(whole.size / size);
    const std::int64_t begin = id.view_offset;
    const std::int64_t count = id.view_size < 0 ? id.numel : id.view_size;
    if (begin < 0 || count < 0 || begin > held || count > held - begin) {
      ThrowBadFile(what + " has a storage of " + std::to_string(id.numel) + " elements, but " + std::to_string(held) +
                   " are in the file: it is damaged or cut short");
    }
    return whole.Part(static_cast<std::size_t>(begin) * size, static_cast<std::size_t>(count) * size);
  }

  const Pickle& pickle_;
  FindStorage find_;
  mutable std::unordered_map<const PickleValue*, PickleValue> from_type_;
};

/// Where training checkpoints keep their weights, the likeliest first.
constexpr std::array<std::string_view, 9> kWeightsKeys = {"state_dict", "model_state_dict", "model",  "net", "network",
                                                          "module",     "weights",          "params", "ema"};

/// A dict's key with its value.
using Entry = std::pair<std::string, const PickleValue*>;

/// Finds the weights among what a pickle holds.
class WeightsFinder {
 public:
  WeightsFinder(const Pickle& pickle, FindStorage find, const std::string& file)
      : pickle_(pickle), tensors_(pickle, std::move(find)), file_(file) {}

  std::map<std::string, StoredTensor> Read() const {
    std::map<std::string, StoredTensor> result;
    for (const auto& [key, value] : Entries(FindWeights())) {
      if (tensors_.IsTensor(*value)) {
        result[key] = tensors_.Read(*value, EntryName(file_, key));
      } else {
        RefuseObjects(*value, key);
      }
    }
    return result;
  }

 private:
  [[noreturn]] void Throw(const std::string& problem) const { ThrowBadFile(file_ + ": " + problem); }

  /// The entries whose keys are strings. Python 2 wrote those of an OrderedDict as a list of pairs.
  std::vector<Entry> Entries(const PickleValue& dict) const {
    std::vector<Entry> entries;
    for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
      AddEntry(pickle_.Item(dict, i), pickle_.Item(dict, i + 1), entries);
    }
    if (dict.kind != Kind::kObject) return entries;
    const PickleValue& arguments = pickle_.At(dict.arguments);
    if (arguments.items.empty()) return entries;
    const PickleValue& pairs = pickle_.Item(arguments, 0);
    for (std::size_t i = 0; i < pairs.items.size(); ++i) {
      const PickleValue& pair = pickle_.Item(pairs, i);
      if (pair.items.size() == 2) AddEntry(pickle_.Item(pair, 0), pickle_.Item(pair, 1), entries);
    }
    return entries;
  }

  static void AddEntry(const PickleValue& key, const PickleValue& value, std::vector<Entry>& entries) {
    if (key.kind == Kind::kString) entries.emplace_back(std::string(key.text), &value);
  }

  bool HoldsTensors(const PickleValue& value) const {
    if (!pickle_.IsDict(value)) return false;
    const auto entries = Entries(value);
    return std::any_of(entries.begin(), entries.end(),
                       [this](const Entry& entry) { return tensors_.IsTensor(*entry.second); });
  }

  const PickleValue& FindWeights() const {
    const PickleValue& root = pickle_.root();
    if (!pickle_.IsDict(root)) RefuseRoot(root);
    const auto entries = Entries(root);
    for (const auto& key : kWeightsKeys) {
      for (const auto& entry : entries) {
        if (entry.first == key && HoldsTensors(*entry.second)) return *entry.second;
      }
    }
    if (HoldsTensors(root)) return root;
    return OnlyDictOfTensors(entries);
  }

  const PickleValue& OnlyDictOfTensors(const std::vector<Entry>& entries) const {
    std::vector<std::string> keys;
    const PickleValue* found = nullptr;
    for (const auto& [key, value] : entries) {
      if (!HoldsTensors(*value)) continue;
      keys.push_back(Quoted(key));
      found = value;
    }
    if (keys.size() == 1) return *found;
    if (!keys.empty())
      Throw("it holds several dicts of tensors, under " + Listed(keys) + ": save the one wanted alone");
    RefuseWithoutTensors(entries);
  }

  [[noreturn]] void RefuseWithoutTensors(const std::vector<Entry>& entries) const {
    constexpr std::size_t most = 10;
    std::vector<std::string> found;
    for (const auto& [key, value] : entries) {
      if (IsModule(key, *value)) RefuseModule(*value, "under the key " + Quoted(key) + " ");
      if (found.size() < most) found.push_back(Quoted(key) + " (" + Describe(pickle_, *value) + ")");
    }
    Throw("it holds no dict of tensors" + (found.empty() ? std::string(": it is empty") : ", only " + Listed(found)) +
          "; save model.state_dict()");
  }

  /// An object under a key where weights belong.
  bool IsModule(const std::string& key, const PickleValue& value) const {
    const bool is_of_weights = std::find(kWeightsKeys.begin(), kWeightsKeys.end(), key) != kWeightsKeys.end();
    return is_of_weights && value.kind == Kind::kObject && !tensors_.IsTensor(value) && !pickle_.IsDict(value);
  }

  [[noreturn]] void RefuseModule(const PickleValue& value, const std::string& place) const {
    Throw("it holds " + place + "a whole pickled object, " + pickle_.GlobalName(value) +
          ", which only its own Python code could rebuild: load it there and save its weights with "
          "torch.save(model.state_dict(), ...)");
  }

  [[noreturn]] void RefuseRoot(const PickleValue& root) const {
    if (root.kind == Kind::kObject && !tensors_.IsTensor(root)) RefuseModule(root, "");
    Throw("it holds " + (tensors_.IsTensor(root) ? std::string("a single tensor") : Describe(pickle_, root)) +
          ", but must hold a dict of tensors by name: save model.state_dict()");
  }

  /// Plain values are no weights and do no harm; an object among them is refused by name.
  void RefuseObjects(const PickleValue& value, const std::string& key) const {
    std::vector<const PickleValue*> open = {&value};
    std::unordered_set<const PickleValue*> seen;
    while (!open.empty()) {
      const PickleValue& next = *open.back();
      open.pop_back();
      if (!seen.insert(&next).second) continue;
      if ((next.kind == Kind::kObject || next.kind == Kind::kGlobal) && !IsPlainGlobal(next)) {
        Throw("entry " + Quoted(key) + " of the weights holds " + pickle_.GlobalName(next) +
              "; weights may hold tensors and plain values only");
      }
      for (const auto ref : next.items) open.push_back(&pickle_.At(ref));
      if (next.kind == Kind::kObject) open.push_back(&pickle_.At(next.arguments));
    }
  }

  /// Sizes, devices, dtypes, containers, and tensors in containers: no weights, but no secret either.
  bool IsPlainGlobal(const PickleValue& value) const {
    const std::string name = pickle_.GlobalName(value);
    return pickle_.IsDict(value) || tensors_.IsTensor(value) || name == "torch.Size" || name == "torch.device" ||
           name == "builtins.set" || name == "__builtin__.set" || name == "collections.OrderedDict" ||
           (name.compare(0, 6, "torch.") == 0 && (FindDtype(name.substr(6)) || FindStorageType(name.substr(6))));
  }

  const Pickle& pickle_;
  TensorReader tensors_;
  const std::string& file_;
};

/// The form since PyTorch 1.6: data.pkl, and data/KEY for each storage.
std::map<std::string, StoredTensor> ReadZip(const ByteView& bytes, const std::string& name) {
  const ZipArchive archive(bytes, name);
  const std::string folder = archive.Folder();
  const std::string byte_order = folder + "byteorder";
  if (archive.Has(byte_order)) {
    const ByteView order = archive.Read(byte_order);
    if (std::string(order.text(), order.size) != "little")
      ThrowBadFile(name + ": it was written on a big-endian machine");
  }
  const Pickle pickle(archive.Read(folder + "data.pkl"), name);
  const auto find = [&](const StorageId& id) { return archive.Read(folder + "data/" + id.key); };
  return WeightsFinder(pickle, find, name).Read();
}

/// Reads the form before PyTorch 1.6: pickles one after the other (a magic number, the protocol's version, the machine,
/// the object, the storages' keys), then each storage's number of elements and its bytes.
class LegacyReader {
 public:
  LegacyReader(const ByteView& bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  std::map<std::string, StoredTensor> Read() {
    Next();
    CheckProtocol(Next());
    CheckMachine(Next());
    const Pickle pickle = Next();
    const Pickle keys = Next();
    for (const auto& value : pickle.values()) AddId(pickle, value);
    if (keys.root().kind != Kind::kList) ThrowBadFile(name_ + ": the list of its storages is damaged");
    for (std::size_t i = 0; i < keys.root().items.size(); ++i) {
      ReadStorage(std::string(keys.Item(keys.root(), i).text));
    }
    const auto find = [this](const StorageId& id) { return Find(id); };
    return WeightsFinder(pickle, find, name_).Read();
  }

 private:
  Pickle Next() {
    Pickle pickle(bytes_.Part(place_, bytes_.size - place_), name_);
    place_ += pickle.size();
    return pickle;
  }

  void CheckProtocol(const Pickle& version) const {
    if (version.root().kind == Kind::kInteger && version.root().integer == 1001) return;
    ThrowBadFile(name_ + ": torch.save's protocol " + Describe(version, version.root()) + " is not known, only 1001");
  }

  void CheckMachine(const Pickle& machine) const {
    const PickleValue& root = machine.root();
    for (std::size_t i = 0; i + 1 < root.items.size(); i += 2) {
      const PickleValue& value = machine.Item(root, i + 1);
      if (machine.Item(root, i).text == "little_endian" && value.kind == Kind::kBoolean && value.integer == 0) {
        ThrowBadFile(name_ + ": it was written on a big-endian machine");
      }
    }
  }

  void AddId(const Pickle& pickle, const PickleValue& value) {
    if (value.kind != Kind::kPersistentId) return;
    const auto id = ParseStorageId(pickle, value);
    if (id.has_value() && id->type != nullptr) element_sizes_.emplace(id->key, id->type->size);
  }

  void ReadStorage(const std::string& key) {
    const auto found = element_sizes_.find(key);
    if (found == element_sizes_.end()) ThrowBadFile(name_ + ": storage " + Quoted(key) + " is of an unknown type");
    const std::size_t left = bytes_.size - place_;
    const std::uint64_t numel = left < kCountBytes ? 0 : LittleEndian(bytes_.data + place_, kCountBytes);
    if (left < kCountBytes || numel > (left - kCountBytes) / found->second) {
      ThrowBadFile(name_ + ": storage " + Quoted(key) + " runs past the end of the file: it is cut short");
    }
    const std::size_t size = static_cast<std::size_t>(numel) * found->second;
    storages_.emplace(key, bytes_.Part(place_ + kCountBytes, size));
    place_ += kCountBytes + size;
  }

  ByteView Find(const StorageId& id) const {
    const auto found = storages_.find(id.key);
    if (found == storages_.end()) ThrowBadFile(name_ + ": storage " + Quoted(id.key) + " is missing");
    return found->second;
  }

  static constexpr std::size_t kCountBytes = 8;

  const ByteView& bytes_;
  const std::string& name_;
  std::size_t place_ = 0;
  std::unordered_map<std::string, std::size_t> element_sizes_;
  std::unordered_map<std::string, ByteView> storages_;
};

}  // namespace

std::map<std::string, StoredTensor> ReadCheckpoint(const ByteView& bytes, const std::string& name) {
  switch (KindOfFile(bytes)) {
    case FileKind::kTorchZip:
      return ReadZip(bytes, name);
    case FileKind::kTorchLegacy:
      return LegacyReader(bytes, name).Read();
    default:
      ThrowBadFile(name + " is " + DescribeFile(bytes));
  }
}

}  // namespace wherefore
