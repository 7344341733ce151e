#include "models/files/pickle.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "explain/error.h"
#include "models/files/json.h"

namespace wherefore {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kMostValues = 8'000'000;
constexpr int kNewestProtocol = 5;

bool IsObjectOf(const PickleValue& global, const char* module, const char* name) {
  return global.kind == Kind::kGlobal && global.text == module && global.name == name;
}

std::string Hexadecimal(unsigned byte) {
  constexpr const char* digits = "0123456789abcdef";
  return std::string("0x") + digits[byte >> 4] + digits[byte & 15];
}

}  // namespace

/// Runs a pickle's operations on a stack of values, as Python's own reader does, but makes plain values of them all. It
/// keeps no recursion: depth costs no stack.
class PickleMachine {
 public:
  PickleMachine(Pickle& pickle, const std::string& name)
      : pickle_(pickle), bytes_(pickle.bytes_), name_(name), values_(pickle.values_) {
    values_.emplace_back();  // None, false, true: each once
    for (const std::int64_t truth : {0, 1}) {
      values_.emplace_back();
      values_.back().kind = Kind::kBoolean;
      values_.back().integer = truth;
    }
  }

  void Run() {
    while (Step(Byte())) {
    }
    pickle_.root_ = Pop();
    pickle_.size_ = place_;
  }

 private:
  static constexpr PickleRef kNone = 0;
  static constexpr PickleRef kFalse = 1;
  static constexpr PickleRef kTrue = 2;

  [[noreturn]] void Throw(const std::string& problem) const {
    ThrowBadFile(name_ + ": pickle: " + problem + ", at byte " + std::to_string(place_));
  }

  // The bytes.

  std::string_view Take(std::uint64_t count) {
    if (count > bytes_.size - place_) Throw("it is cut short");
    const std::string_view taken(bytes_.text() + place_, static_cast<std::size_t>(count));
    place_ += static_cast<std::size_t>(count);
    return taken;
  }
  std::uint64_t Number(std::size_t count) {
    const std::string_view taken = Take(count);
    return LittleEndian(reinterpret_cast<const std::uint8_t*>(taken.data()), count);
  }
  unsigned Byte() { return static_cast<unsigned>(Number(1)); }
  std::string_view Counted(std::size_t count_bytes) { return Take(Number(count_bytes)); }
  std::string_view Line() {
    const std::string_view rest(bytes_.text() + place_, bytes_.size - place_);
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) Throw("it is cut short");
    place_ += end + 1;
    return rest.substr(0, end);
  }
  std::int64_t LineInteger() {
    const std::string line(Line());
    char* end = nullptr;
    const std::int64_t value = std::strtoll(line.c_str(), &end, 10);
    if (end == line.c_str()) Throw("a number is none: " + Quoted(line));
    return value;
  }

  // The stack. What lies below the newest mark is out of reach until the mark is taken away.

  void Push(PickleRef ref) { stack_.push_back(ref); }
  PickleRef Pop() {
    if (stack_.size() <= Bottom()) Throw("its stack is empty");
    const PickleRef ref = stack_.back();
    stack_.pop_back();
    return ref;
  }
  PickleValue& Top() {
    if (stack_.size() <= Bottom()) Throw("its stack is empty");
    return values_[stack_.back()];
  }
  std::size_t Bottom() const { return marks_.empty() ? 0 : marks_.back(); }
  std::vector<PickleRef> PopToMark() {
    if (marks_.empty()) Throw("a mark is missing");
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleRef> items(first, stack_.end());
    stack_.erase(first, stack_.end());
    marks_.pop_back();
    return items;
  }
  std::vector<PickleRef> PopSome(std::size_t count) {
    std::vector<PickleRef> items(count);
    while (count > 0) items[--count] = Pop();
    return items;
  }

  // Values.

  PickleValue& Make(Kind kind) {
    if (values_.size() >= kMostValues) Throw("it holds more than " + std::to_string(kMostValues) + " values");
    Push(static_cast<PickleRef>(values_.size()));
    values_.emplace_back();
    values_.back().kind = kind;
    return values_.back();
  }
  void MakeText(Kind kind, std::string_view text) { Make(kind).text = text; }
  void MakeInteger(std::int64_t value) { Make(Kind::kInteger).integer = value; }
  void MakeItems(Kind kind, std::vector<PickleRef> items) { Make(kind).items = std::move(items); }
  void MakeGlobal(std::string_view module, std::string_view name) {
    auto& value = Make(Kind::kGlobal);
    value.text = module;
    value.name = name;
  }

  /// Two's complement, least significant byte first.
  void MakeLong(std::string_view bytes) {
    if (bytes.size() > sizeof(std::int64_t)) return MakeText(Kind::kLongInteger, bytes);
    auto value = LittleEndian(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    const bool is_negative = !bytes.empty() && (static_cast<unsigned char>(bytes.back()) & 0x80) != 0;
    if (is_negative && bytes.size() < sizeof(value)) value |= ~std::uint64_t{0} << (8 * bytes.size());
    MakeInteger(static_cast<std::int64_t>(value));
  }

  /// Eight bytes, most significant first.
  void MakeNumber() {
    std::uint64_t bits = 0;
    for (const char byte : Take(8)) bits = bits << 8 | static_cast<unsigned char>(byte);
    double number = 0;
    std::memcpy(&number, &bits, sizeof(number));
    Make(Kind::kNumber).number = number;
  }

  void MakeDict(std::vector<PickleRef> items) {
    if (items.size() % 2 != 0) Throw("a dict's last key has no value");
    MakeItems(Kind::kDict, std::move(items));
  }

  void MakeObject(PickleRef callable, PickleRef arguments) {
    auto& value = Make(Kind::kObject);
    value.callable = callable;
    value.arguments = arguments;
  }

  /// An object of the class `callable` whose arguments are `items`.
  void MakeObjectOf(PickleRef callable, std::vector<PickleRef> items) {
    MakeItems(Kind::kTuple, std::move(items));
    MakeObject(callable, Pop());
  }

  void MakePersistent(PickleRef id) { MakeItems(Kind::kPersistentId, {id}); }

  /// Items for the list or set on the stack; of an object that Python would call for each one they are left out.
  void Append(const std::vector<PickleRef>& items) {
    auto& value = Top();
    if (value.kind == Kind::kObject) return;
    if (value.kind != Kind::kList && value.kind != Kind::kSet) Throw("items are put into what is no list");
    value.items.insert(value.items.end(), items.begin(), items.end());
  }

  void SetEntries(const std::vector<PickleRef>& entries) {
    auto& value = Top();
    if (value.kind != Kind::kObject && value.kind != Kind::kDict) Throw("entries are put into what is no dict");
    if (entries.size() % 2 != 0) Throw("a dict's last key has no value");
    value.items.insert(value.items.end(), entries.begin(), entries.end());
  }

  void Memorise(std::uint64_t index) {
    Top();
    memo_[index] = stack_.back();
  }
  void Recall(std::uint64_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) Throw("it recalls what was never memorised");
    Push(found->second);
  }

  // The operations, by their codes in Python's pickletools. Each returns whether the code was one of its own.

  bool Step(unsigned code) {
    if (code == '.') return false;
    if (!DoScalar(code) && !DoText(code) && !DoContainer(code) && !DoObject(code) && !DoStack(code)) {
      Throw("operation " + Hexadecimal(code) + " is none that torch.save writes");
    }
    return true;
  }

  bool DoScalar(unsigned code) {
    switch (code) {
      case 'N':
        Push(kNone);
        return true;
      case 0x88:
        Push(kTrue);
        return true;
      case 0x89:
        Push(kFalse);
        return true;
      case 'K':
        MakeInteger(static_cast<std::int64_t>(Number(1)));
        return true;
      case 'M':
        MakeInteger(static_cast<std::int64_t>(Number(2)));
        return true;
      case 'J':
        MakeLong(Take(4));
        return true;
      case 0x8a:
        MakeLong(Counted(1));
        return true;
      case 0x8b:
        MakeLong(Counted(4));
        return true;
      case 'I':
      case 'L':
        MakeInteger(LineInteger());
        return true;
      case 'G':
        MakeNumber();
        return true;
      default:
        return false;
    }
  }

  bool DoText(unsigned code) {
    switch (code) {
      case 'X':
      case 'T':
        MakeText(Kind::kString, Counted(4));
        return true;
      case 0x8c:
      case 'U':
        MakeText(Kind::kString, Counted(1));
        return true;
      case 0x8d:
        MakeText(Kind::kString, Counted(8));
        return true;
      case 'B':
        MakeText(Kind::kBytes, Counted(4));
        return true;
      case 'C':
        MakeText(Kind::kBytes, Counted(1));
        return true;
      case 0x8e:
      case 0x96:
        MakeText(Kind::kBytes, Counted(8));
        return true;
      default:
        return false;
    }
  }

  bool DoContainer(unsigned code) {
    switch (code) {
      case ')':
        MakeItems(Kind::kTuple, {});
        return true;
      case 0x85:
      case 0x86:
      case 0x87:
        MakeItems(Kind::kTuple, PopSome(code - 0x84));
        return true;
      case 't':
        MakeItems(Kind::kTuple, PopToMark());
        return true;
      case ']':
        MakeItems(Kind::kList, {});
        return true;
      case 'l':
        MakeItems(Kind::kList, PopToMark());
        return true;
      case 0x8f:
        MakeItems(Kind::kSet, {});
        return true;
      case 0x91:
        MakeItems(Kind::kSet, PopToMark());
        return true;
      case '}':
        MakeDict({});
        return true;
      case 'd':
        MakeDict(PopToMark());
        return true;
      case 'a':
        Append(PopSome(1));
        return true;
      case 'e':
      case 0x90:
        Append(PopToMark());
        return true;
      case 's':
        SetEntries(PopSome(2));
        return true;
      case 'u':
        SetEntries(PopToMark());
        return true;
      default:
        return false;
    }
  }

  bool DoObject(unsigned code) {
    switch (code) {
      case 'c': {
        const auto module = Line();
        MakeGlobal(module, Line());
        return true;
      }
      case 0x93: {
        const auto names = PopSome(2);
        if (values_[names[0]].kind != Kind::kString || values_[names[1]].kind != Kind::kString) {
          Throw("a global's name is no string");
        }
        MakeGlobal(values_[names[0]].text, values_[names[1]].text);
        return true;
      }
      case 'R':
      case 0x81: {
        const auto parts = PopSome(2);
        MakeObject(parts[0], parts[1]);
        return true;
      }
      case 0x92: {
        const auto parts = PopSome(3);
        MakeObject(parts[0], parts[1]);
        return true;
      }
      case 'o': {
        auto items = PopToMark();
        if (items.empty()) Throw("an object has no class");
        const PickleRef callable = items[0];
        MakeObjectOf(callable, {items.begin() + 1, items.end()});
        return true;
      }
      case 'i': {
        auto items = PopToMark();
        const auto module = Line();
        MakeGlobal(module, Line());
        MakeObjectOf(Pop(), std::move(items));
        return true;
      }
      case 'b':
        Pop();  // an object's state: of dicts `_metadata`, of others nothing that is looked into
        Top();
        return true;
      case 'Q':
        MakePersistent(Pop());
        return true;
      default:
        return false;
    }
  }

  bool DoStack(unsigned code) {
    switch (code) {
      case 0x80:
        if (Byte() > kNewestProtocol) Throw("its protocol is newer than " + std::to_string(kNewestProtocol));
        return true;
      case 0x95:
        Number(8);  // a frame's length, which says nothing about the values
        return true;
      case '(':
        marks_.push_back(stack_.size());
        return true;
      case '0':
        Pop();
        return true;
      case '1':
        PopToMark();
        return true;
      case '2':
        Top();
        Push(stack_.back());
        return true;
      case 'q':
        Memorise(Number(1));
        return true;
      case 'r':
        Memorise(Number(4));
        return true;
      case 0x94:
        Memorise(memo_.size());
        return true;
      case 'h':
        Recall(Number(1));
        return true;
      case 'j':
        Recall(Number(4));
        return true;
      default:
        return false;
    }
  }

  Pickle& pickle_;
  const ByteView& bytes_;
  const std::string& name_;
  std::vector<PickleValue>& values_;
  std::size_t place_ = 0;
  std::vector<PickleRef> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, PickleRef> memo_;
};

Pickle::Pickle(const ByteView& bytes, const std::string& name) : bytes_(bytes) { PickleMachine(*this, name).Run(); }

std::string Pickle::GlobalName(const PickleValue& value) const {
  const PickleValue& global = value.kind == Kind::kObject ? At(value.callable) : value;
  if (global.kind != Kind::kGlobal) return value.kind == Kind::kObject ? "an object made by another one" : "";
  return std::string(global.text) + "." + std::string(global.name);
}

bool Pickle::IsDict(const PickleValue& value) const {
  if (value.kind != Kind::kObject) return value.kind == Kind::kDict;
  const PickleValue& global = At(value.callable);
  return IsObjectOf(global, "collections", "OrderedDict") || IsObjectOf(global, "collections", "defaultdict") ||
         IsObjectOf(global, "builtins", "dict") || IsObjectOf(global, "__builtin__", "dict");
}

std::string Describe(const Pickle& pickle, const PickleValue& value) {
  const std::string count = std::to_string(value.items.size());
  switch (value.kind) {
    case Kind::kNone:
      return "None";
    case Kind::kBoolean:
      return value.integer != 0 ? "True" : "False";
    case Kind::kInteger:
      return std::to_string(value.integer);
    case Kind::kLongInteger:
      return "a long integer";
    case Kind::kNumber:
      return std::to_string(value.number);
    case Kind::kString:
      return Quoted(std::string(value.text.substr(0, 100)));
    case Kind::kBytes:
      return std::to_string(value.text.size()) + " bytes";
    case Kind::kTuple:
      return "a tuple of " + count;
    case Kind::kList:
      return "a list of " + count;
    case Kind::kSet:
      return "a set of " + count;
    case Kind::kDict:
      return "a dict of " + std::to_string(value.items.size() / 2);
    case Kind::kPersistentId:
      return "a storage";
    case Kind::kGlobal:
    case Kind::kObject:
      return Quoted(pickle.GlobalName(value));
  }
  return "";
}

}  // namespace wherefore
