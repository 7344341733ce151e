#pragma once

#include <c10/core/impl/LocalDispatchKeySet.h>

namespace wherefore {

/// While it lives, modules that this thread makes get no random weights: LibTorch's uniform_() and normal_() leave
/// their tensor as it is. Memory that nothing was written to takes no room, so a network whose weights are then set
/// (LoadWeights()) is never held twice, and no random number is drawn. Constants (ones of a normalisation, zeros of a
/// bias) are written as always.
class SkipInitialisation {
 public:
  SkipInitialisation();
  ~SkipInitialisation();
  SkipInitialisation(const SkipInitialisation&) = delete;
  SkipInitialisation& operator=(const SkipInitialisation&) = delete;

 private:
  c10::impl::IncludeDispatchKeyGuard guard_;
};

}  // namespace wherefore
