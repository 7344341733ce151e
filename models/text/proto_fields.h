#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wherefore {

/// A field of a message in protobuf's wire format.
struct ProtoField {
  std::uint32_t number = 0;
  std::uint64_t value = 0;  ///< of a variable-length or fixed-size field: its bits
  std::string_view bytes;   ///< of a length-delimited field: a text or a message, within the bytes that were read
};

/// The fields of a message, in its order. Throws Error(kBadFile) that begins with `name` where the bytes are no
/// message.
std::vector<ProtoField> ReadProtoFields(std::string_view message, const std::string& name);

}  // namespace wherefore
