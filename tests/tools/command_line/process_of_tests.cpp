#include "tools/command_line/process.h"

#include <gtest/gtest.h>

namespace wherefore {
namespace {

/// All tests run as the programs do: half of their time went into asking the system for memory again.
class ProcessOfPrograms : public testing::Environment {
  void SetUp() override { SetUpProcess(0); }
};

const testing::Environment* const kEnvironment = testing::AddGlobalTestEnvironment(new ProcessOfPrograms);

}  // namespace
}  // namespace wherefore
