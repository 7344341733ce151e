#include "tools/photographs/captured_stderr.h"

#include <unistd.h>

#include <cstdio>
#include <iostream>

#include <gtest/gtest.h>

namespace wherefore {
namespace {

TEST(CapturedStderrTest, CatchesWhatCAndCppWriteAndLetsGoAfterwards) {
  testing::internal::CaptureStderr();
  std::cerr << "before ";
  {
    const CapturedStderr caught;
    std::cerr << "from C++ ";
    std::fputs("from C ", stderr);
    ASSERT_EQ(::write(STDERR_FILENO, "from below", 10), 10);
    EXPECT_EQ(caught.Text(), "from C++ from C from below");
    EXPECT_EQ(caught.Text(), "from C++ from C from below");
  }
  std::cerr << "after";
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "before after");
}

TEST(CapturedStderrTest, CatchesNothingOfTheCatchBefore) {
  {
    const CapturedStderr caught;
    std::cerr << "first";
  }
  const CapturedStderr caught;
  EXPECT_EQ(caught.Text(), "");
}

}  // namespace
}  // namespace wherefore
