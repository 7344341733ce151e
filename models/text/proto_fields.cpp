#include "models/text/proto_fields.h"

#include "explain/error.h"

namespace wherefore {
namespace {

class ProtoReader {
 public:
  ProtoReader(std::string_view message, const std::string& name) : rest_(message), name_(name) {}

  std::vector<ProtoField> ReadAll() {
    std::vector<ProtoField> fields;
    while (!rest_.empty()) fields.push_back(ReadField());
    return fields;
  }

 private:
  enum WireType { kVariable = 0, kEightBytes = 1, kLengthDelimited = 2, kFourBytes = 5 };

  ProtoField ReadField() {
    ProtoField field;
    const std::uint64_t key = ReadVariable();
    field.number = static_cast<std::uint32_t>(key >> 3);
    switch (key & 7) {
      case kVariable:
        field.value = ReadVariable();
        break;
      case kEightBytes:
        field.value = ReadFixed(8);
        break;
      case kFourBytes:
        field.value = ReadFixed(4);
        break;
      case kLengthDelimited:
        field.bytes = Take(ReadVariable());
        break;
      default:
        Complain();
    }
    return field;
  }

  std::uint64_t ReadVariable() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(Take(1)[0]);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    Complain();
  }

  std::uint64_t ReadFixed(std::size_t size) {
    const std::string_view bytes = Take(size);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    return value;
  }

  std::string_view Take(std::uint64_t size) {
    if (size > rest_.size()) Complain();
    const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  [[noreturn]] void Complain() const { ThrowBadFile(name_ + ": not a SentencePiece model: its fields are broken"); }

  std::string_view rest_;
  const std::string& name_;
};

}  // namespace

std::vector<ProtoField> ReadProtoFields(std::string_view message, const std::string& name) {
  return ProtoReader(message, name).ReadAll();
}

}  // namespace wherefore
