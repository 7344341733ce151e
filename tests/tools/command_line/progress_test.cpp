#include "tools/command_line/progress.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wherefore {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

TEST(ProgressToTest, EndsTheLineOfAJobThatBreaksOff) {
  std::ostringstream out;
  {
    const auto progress = ProgressTo(out, true);
    const auto copy = progress;
    copy(1, 4);
    EXPECT_THAT(out.str(), testing::Not(EndsWith("\n")));
  }
  out << "error";
  EXPECT_THAT(out.str(), EndsWith("\nerror"));
}

TEST(ProgressToTest, GivesEveryJobALineOfItsOwn) {
  for (const std::int64_t total : {2, 4}) {  // the same number of steps as the job before, or another
    std::ostringstream out;
    const auto progress = ProgressTo(out, true);
    progress(3, 4);
    const auto copy = progress;
    copy(1, total);
    const auto second = out.str().substr(out.str().find('\n') + 1);
    EXPECT_THAT(second, StartsWith("\r["));
    EXPECT_THAT(second, HasSubstr(total == 2 ? " 50 %" : " 25 %"));
    progress(total, total);
    EXPECT_THAT(out.str(), EndsWith("\n"));
    EXPECT_THAT(out.str().substr(out.str().rfind('\r')), HasSubstr("100 %"));
  }
}

}  // namespace
}  // namespace wherefore
