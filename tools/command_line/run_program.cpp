#include "tools/command_line/run_program.h"

#include <new>
#include <ostream>

#include <c10/util/Exception.h>

#include "explain/error.h"

namespace wherefore {

std::string Complaint(const std::exception& error) {
  const auto* of_libtorch = dynamic_cast<const c10::Error*>(&error);
  std::string text = of_libtorch != nullptr ? of_libtorch->what_without_backtrace() : error.what();
  const bool no_memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
                         text.find("out of memory") != std::string::npos ||
                         text.find("not enough memory") != std::string::npos;
  if (no_memory) text = "out of memory; use a smaller photograph, fewer words or classes, or --method grad-cam";
  return text;
}

int RunProgram(const std::function<ExitCode()>& body, std::ostream& out, std::ostream& err) {
  try {
    const ExitCode code = body();
    out.flush();
    if (out) return code;
    err << "error: standard output cannot be written; is the disk full?" << std::endl;
  } catch (const Error& error) {
    err << "error: " << error.what() << std::endl;
    return error.kind() == ErrorKind::kUsage ? kWrongUsage : kFailed;
  } catch (const std::exception& error) {
    err << "error: " << Complaint(error) << std::endl;
  }
  return kFailed;
}

}  // namespace wherefore
