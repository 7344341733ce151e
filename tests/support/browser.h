#pragma once

#include <sys/types.h>

#include <string>

#include <ATen/core/Tensor.h>
#include <nlohmann/json.hpp>

namespace wherefore {

/// A headless Chromium with one page, driven over the pipes of its DevTools protocol. What goes wrong is thrown as
/// std::runtime_error.
class Browser {
 public:
  /// Chromium's or Chrome's program; "" where there is none.
  static std::string Program();

  enum class Scripts { kOn, kOff };

  /// Opens the file at `path` in a window of that size, in CSS pixels. With scripts off the page's own do not run.
  Browser(const std::string& path, int width, int height, Scripts scripts = Scripts::kOn);
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  /// The value of a JavaScript expression.
  nlohmann::json Evaluate(const std::string& expression);

  /// Moves the mouse to the middle of the first element that a CSS selector finds.
  void PointAt(const std::string& selector);

  /// Presses a key: "Tab", "ArrowRight".
  void Press(const std::string& key);

  /// What the window shows: uint8 (height, width, 3).
  at::Tensor Screenshot();

  /// How many times the page asked for something that it did not hold itself, after its own file.
  int requests() const { return requests_; }

 private:
  nlohmann::json Call(const std::string& method, const nlohmann::json& parameters = nlohmann::json::object());
  void WaitFor(const std::string& event);
  void Send(const nlohmann::json& message);
  nlohmann::json Receive();

  std::string profile_;
  pid_t process_ = -1;
  int to_browser_ = -1;
  int from_browser_ = -1;
  std::string received_;
  std::string session_;
  int last_id_ = 0;
  int requests_ = 0;
};

}  // namespace wherefore

/// At the beginning of a test.
#define WHEREFORE_NEEDS_BROWSER()                                                     \
  if (wherefore::Browser::Program().empty()) {                                        \
    GTEST_SKIP() << "there is no Chromium to open the report with: install chromium"; \
  }                                                                                   \
  static_assert(true, "a semicolon follows")
