#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/files/byte_view.h"

namespace wherefore {

/// The number of a value in its Pickle.
using PickleRef = std::uint32_t;

/// A value of a pickle, as plain data. Nothing that a pickle asks for is run: what Python would make by calling
/// something is an kObject that says what would be called with which arguments, for the reader to judge.
struct PickleValue {
  enum class Kind {
    kNone,
    kBoolean,       ///< `integer` is 0 or 1
    kInteger,       ///< of at most 64 bits
    kLongInteger,   ///< `text` has its bytes, least significant first
    kNumber,        ///< `number`
    kString,        ///< `text`, UTF-8 or, from Python 2, bytes
    kBytes,         ///< `text`
    kTuple,         ///< `items`
    kList,          ///< `items`
    kSet,           ///< `items`
    kDict,          ///< `items`: a key and its value by turns
    kGlobal,        ///< `text` is its module, `name` its name in there
    kPersistentId,  ///< something stored beside the pickle; items[0] is what it is found by
    kObject,        ///< `callable` of `arguments`; `items` are entries set after that, keys and values by turns
  };

  Kind kind = Kind::kNone;
  std::int64_t integer = 0;
  double number = 0;
  std::string_view text;
  std::string_view name;
  std::vector<PickleRef> items;
  PickleRef callable = 0;   ///< kObject only
  PickleRef arguments = 0;  ///< kObject only: a tuple
};

/// One pickle of protocol 1 to 5, read without running any of it. Values may hold themselves: walk them with a bound.
class Pickle {
 public:
  /// Reads the pickle at the beginning of the bytes; what follows it is left alone. Throws Error(kBadFile) that begins
  /// with `name`: a damaged pickle, an operation that torch.save never writes, more than 8 million values.
  Pickle(const ByteView& bytes, const std::string& name);

  const PickleValue& root() const { return At(root_); }
  const PickleValue& At(PickleRef ref) const { return values_[ref]; }
  const PickleValue& Item(const PickleValue& value, std::size_t i) const { return At(value.items[i]); }

  /// All values, those too that the root does not reach.
  const std::vector<PickleValue>& values() const { return values_; }

  /// How many bytes it took.
  std::size_t size() const { return size_; }

  /// Of an object what would be called, of a global itself: "collections.OrderedDict"; "" of all other values.
  std::string GlobalName(const PickleValue& value) const;

  /// Whether it is a dict, or an object of one of Python's classes of dicts: `items` are its entries.
  bool IsDict(const PickleValue& value) const;

 private:
  friend class PickleMachine;

  ByteView bytes_;
  std::vector<PickleValue> values_;
  PickleRef root_ = 0;
  std::size_t size_ = 0;
};

/// A value as an error text shows it: "a list of 4", "models.ResNet", "None".
std::string Describe(const Pickle& pickle, const PickleValue& value);

}  // namespace wherefore
