#pragma once

#include <exception>
#include <functional>
#include <iosfwd>
#include <string>

namespace wherefore {

/// What the programs exit with.
enum ExitCode { kDone = 0, kFailed = 1, kWrongUsage = 2 };

/// Runs a program's body; an error goes to `err` as a line, and becomes the exit code. Nothing is thrown.
int RunProgram(const std::function<ExitCode()>& body, std::ostream& out, std::ostream& err);

/// What a person can use of the text of an exception that is no Error: no backtrace, and what to do where memory ran
/// out.
std::string Complaint(const std::exception& error);

}  // namespace wherefore
