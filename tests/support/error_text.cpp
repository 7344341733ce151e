#include "tests/support/error_text.h"

#include <gtest/gtest.h>

namespace wherefore {

std::string ErrorText(ErrorKind kind, const std::function<void()>& run) {
  try {
    run();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error was thrown";
  return "";
}

}  // namespace wherefore
