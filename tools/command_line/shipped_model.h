#pragma once

#include <string>

#include "models/model.h"

namespace wherefore {

/// The model directory that comes with the programs for a task, "caption" or "vqa": beside the installed programs
/// (share/wherefore/models), else in the source tree that they were built from. "" for other tasks, or where there is
/// none.
std::string ShippedModel(Task task);

}  // namespace wherefore
