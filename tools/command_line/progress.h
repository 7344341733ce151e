#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

namespace wherefore {

/// A line on a terminal that says how far a long job is, and how long it will take: "[=====>    ] 52 %  3:10 left  loss
/// 0.31". Elsewhere (a file, a pipe) a line now and then.
class ProgressLine {
 public:
  /// `done`: of `total` when it starts, for a job that is resumed.
  ProgressLine(std::ostream& out, std::int64_t total, std::int64_t done = 0);
  ProgressLine(std::ostream& out, std::int64_t total, std::int64_t done, bool is_terminal);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// `note` stands after the time left.
  void Update(std::int64_t done, const std::string& note = "");

 private:
  using Clock = std::chrono::steady_clock;

  std::ostream& out_;
  bool is_terminal_;
  std::int64_t total_;
  std::int64_t first_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_;
  std::size_t width_ = 0;  ///< of what stands on the terminal's line
};

/// A line for each of several jobs, one after the other. Copies of the function share it. The line of a job that breaks
/// off is ended when the next one begins, or with the last copy, lest what is said next stands behind it.
std::function<void(std::int64_t done, std::int64_t total)> ProgressTo(std::ostream& out);
std::function<void(std::int64_t done, std::int64_t total)> ProgressTo(std::ostream& out, bool is_terminal);

/// "45 s", "3:07 min", "1:02 h".
std::string DurationText(double seconds);

}  // namespace wherefore
