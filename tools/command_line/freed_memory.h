#pragma once

namespace wherefore {

/// Lets this process keep memory that it has freed for its next tensors. glibc gives the feature maps of every forward
/// pass back to the system, which must hand them out again zeroed: that made a MobileNetV2 pass take half as long
/// again. For programs, which own their process; a library should leave this to them. Does nothing with other C
/// libraries.
void KeepFreedMemory();

}  // namespace wherefore
