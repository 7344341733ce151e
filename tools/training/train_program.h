#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace wherefore {

/// train-caption and train-vqa: the model directory's figures go to `out`, progress and errors to `err`. Returns the
/// exit code, as the programs that explain do. Nothing is thrown.
int RunTrainCaption(int argc, const char* const* argv, std::ostream& out, std::ostream& err);
int RunTrainVqa(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

/// SceneOptions::color_of_shape of pairs such as "ring=red". Throws Error(kUsage), with the nearest names.
std::vector<int> ColorOfShape(const std::vector<std::string>& only);

}  // namespace wherefore
