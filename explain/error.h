#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace wherefore {

/// Who has to act on an error.
enum class ErrorKind {
  kUsage,             ///< the caller asked for what cannot be: an unknown layer, an empty question
  kBadFile,           ///< a file is missing, unreadable or not what it claims to be
  kNothingToExplain,  ///< what the model said of this image leaves nothing to explain; of another it may not
};

/// The one exception type of the library. Its text says what is wrong, what was found and what to do.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}

  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

[[noreturn]] void ThrowUsage(const std::string& message);
[[noreturn]] void ThrowBadFile(const std::string& message);
[[noreturn]] void ThrowNothingToExplain(const std::string& message);

/// The candidates closest to `name` by edit distance (letter case ignored), nearest first; none that
/// would need more than about half of its letters changed.
std::vector<std::string> NearestNames(const std::string& name, const std::vector<std::string>& candidates,
                                      std::size_t at_most = 3);

/// "; did you mean 'layer4' or 'layer3'?", or `otherwise` where nothing is near: "." where a sentence follows.
std::string DidYouMean(const std::string& name, const std::vector<std::string>& candidates,
                       const std::string& otherwise = "");

/// "a, b, c", with another separator than the comma where one is given.
std::string Listed(const std::vector<std::string>& names, const std::string& separator = ", ");

/// "2, 3, 224": sizes of a tensor, say; with another separator than the comma where one is given.
std::string ListedNumbers(const std::vector<std::int64_t>& numbers, const std::string& separator = ", ");

}  // namespace wherefore
