#pragma once

#include <functional>
#include <set>
#include <string>

namespace wherefore {

/// The operators that LibTorch's batching ran once a row, for want of a rule, while `run` ran: "aten::gelu_backward".
std::set<std::string> LoopedOperators(const std::function<void()>& run);

}  // namespace wherefore
