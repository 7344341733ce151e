#pragma once

#include <iosfwd>
#include <vector>

#include "models/families.h"

namespace wherefore {

// The bodies of the programs. Results go to `out`, progress, warnings and errors to `err`; each returns the exit code:
// 0, 1 (it failed) or 2 (wrong usage). Nothing is thrown. `families`: the kinds of model directories that they read.

// Those that explain.
int RunExplainCaption(int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                      const std::vector<Family>& families = Families());
int RunExplainVqa(int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                  const std::vector<Family>& families = Families());
int RunExplainImage(int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                    const std::vector<Family>& families = Families());

/// Makes pictures whose truth is known.
int RunMakeScenes(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

/// Compares explanations with the truth of a data set.
int RunEvaluateExplanations(int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                            const std::vector<Family>& families = Families());

/// Tests what is said about named channels.
int RunEvaluateSentences(int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                         const std::vector<Family>& families = Families());

/// Shows what explanations give away of a model that was trained in a biased world.
int RunExposeBias(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

/// Names a layer's channels.
int RunDissectNeurons(int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                      const std::vector<Family>& families = Families());

}  // namespace wherefore
