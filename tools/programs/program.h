#pragma once

#include <iosfwd>

namespace wherefore {

/// The programs that explain. Results go to `out`, progress, warnings and errors to `err`; returns the exit code: 0, 1
/// (it failed) or 2 (wrong usage). Nothing is thrown.
int RunExplainCaption(int argc, const char* const* argv, std::ostream& out, std::ostream& err);
int RunExplainVqa(int argc, const char* const* argv, std::ostream& out, std::ostream& err);
int RunExplainImage(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

/// The one that makes pictures whose truth is known.
int RunMakeScenes(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

/// The one that compares explanations with that truth.
int RunEvaluateExplanations(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

/// The one that tests what is said about named channels.
int RunEvaluateSentences(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

/// The one that shows what explanations give away of a model that was trained in a biased world.
int RunExposeBias(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

/// The one that names a layer's channels.
int RunDissectNeurons(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

}  // namespace wherefore
