#include "tools/command_line/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>

namespace wherefore {
namespace {

constexpr int kBar = 24;  // characters

std::string TwoPlaces(std::int64_t whole, std::int64_t rest, const char* unit) {
  std::ostringstream text;
  text << whole << ':' << std::setw(2) << std::setfill('0') << rest << ' ' << unit;
  return text.str();
}

bool IsTerminal(const std::ostream& out) { return &out == &std::cerr && isatty(STDERR_FILENO) != 0; }

/// The job that a function of ProgressTo() speaks of.
struct Job {
  std::optional<ProgressLine> line;
  std::int64_t done = 0;
  std::int64_t total = 0;
};

}  // namespace

std::string DurationText(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return TwoPlaces(whole / 60, whole % 60, "min");
  return TwoPlaces(whole / 3600, whole % 3600 / 60, "h");
}

ProgressLine::ProgressLine(std::ostream& out, std::int64_t total, std::int64_t done)
    : ProgressLine(out, total, done, IsTerminal(out)) {}

ProgressLine::ProgressLine(std::ostream& out, std::int64_t total, std::int64_t done, bool is_terminal)
    : out_(out), is_terminal_(is_terminal), total_(total), first_(done) {}

ProgressLine::~ProgressLine() {
  if (width_ > 0) out_ << '\n' << std::flush;
}

void ProgressLine::Update(std::int64_t done, const std::string& note) {
  const auto now = Clock::now();
  const std::chrono::duration<double> between(is_terminal_ ? 0.2 : 30);
  if (last_ != Clock::time_point() && now - last_ < between && done < total_) return;
  last_ = now;
  const double share = total_ > 0 ? static_cast<double>(done) / static_cast<double>(total_) : 1;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  std::ostringstream line;
  if (is_terminal_) {
    const int filled = static_cast<int>(share * kBar);
    line << '[' << std::string(static_cast<std::size_t>(filled), '=')
         << std::string(static_cast<std::size_t>(kBar - filled), ' ') << "] ";
  }
  line << std::setw(3) << static_cast<int>(100 * share) << " %";
  if (done > first_ && done < total_) {
    const auto left = static_cast<double>(total_ - done) / static_cast<double>(done - first_) * seconds;
    line << "  " << DurationText(left) << " left";
  }
  if (!note.empty()) line << "  " << note;
  const std::string text = line.str();
  if (is_terminal_) {
    out_ << '\r' << text << std::string(width_ > text.size() ? width_ - text.size() : 0, ' ') << std::flush;
    width_ = text.size();
  } else {
    out_ << text << std::endl;
  }
}

std::function<void(std::int64_t done, std::int64_t total)> ProgressTo(std::ostream& out) {
  return ProgressTo(out, IsTerminal(out));
}

std::function<void(std::int64_t done, std::int64_t total)> ProgressTo(std::ostream& out, bool is_terminal) {
  return [&out, is_terminal, job = std::make_shared<Job>()](std::int64_t done, std::int64_t total) {
    const bool goes_on = job->line && total == job->total && done > job->done;
    if (!goes_on) job->line.emplace(out, total, 0, is_terminal);
    job->done = done;
    job->total = total;
    job->line->Update(done);
    if (done >= total) job->line.reset();
  };
}

}  // namespace wherefore
