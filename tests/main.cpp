#include <iostream>

#include <gtest/gtest.h>
#include <torch/cuda.h>

#include "tests/support/devices.h"
#include "tests/support/pretended_cuda.h"

/// What ctest is told where no test of a suite could run: see suites.cmake.in.
constexpr int kSkipped = 77;

int main(int argc, char** argv) {
  if (wherefore::TestedOnCuda() && !wherefore::PretendCuda() && !torch::cuda::is_available()) {
    std::cout << ": Skipped\nthere is no GPU, and none can be pretended with this LibTorch\n[  SKIPPED ]\n";
    return kSkipped;
  }
  testing::InitGoogleTest(&argc, argv);
  const int failed = RUN_ALL_TESTS();
  const auto& tests = *testing::UnitTest::GetInstance();
  const bool none_ran = tests.skipped_test_count() > 0 && tests.successful_test_count() == 0;
  return failed == 0 && none_ran ? kSkipped : failed;
}
