#include "tools/command_line/freed_memory.h"

#include <gtest/gtest.h>

namespace wherefore {
namespace {

/// All tests run as the programs do: half of their time went into asking the system for memory again.
class KeepsFreedMemory : public testing::Environment {
  void SetUp() override { KeepFreedMemory(); }
};

const testing::Environment* const kEnvironment = testing::AddGlobalTestEnvironment(new KeepsFreedMemory);

}  // namespace
}  // namespace wherefore
