#include "tests/support/browser.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include <boost/archive/iterators/binary_from_base64.hpp>
#include <boost/archive/iterators/transform_width.hpp>

#include "tools/report/picture.h"

namespace wherefore {
namespace {

namespace fs = std::filesystem;

// Of Chromium, which finds its end of the pipes there.
constexpr int kBrowserReads = 3;
constexpr int kBrowserWrites = 4;

constexpr int kPatience = 30'000;  // milliseconds

std::string FromBase64(std::string text) {
  using Iterator = boost::archive::iterators::transform_width<
      boost::archive::iterators::binary_from_base64<std::string::const_iterator>, 8, 6>;
  while (!text.empty() && text.back() == '=') text.pop_back();
  return {Iterator(text.begin()), Iterator(text.end())};
}

[[noreturn]] void Fail(const std::string& what) { throw std::runtime_error("browser: " + what); }

/// In the new process: becomes the browser.
[[noreturn]] void BecomeBrowser(const std::string& program, const std::string& profile, int width, int height,
                                int reads, int writes) {
  // Out of the way of each other first.
  reads = ::fcntl(reads, F_DUPFD, 10);
  writes = ::fcntl(writes, F_DUPFD, 10);
  ::dup2(reads, kBrowserReads);
  ::dup2(writes, kBrowserWrites);
  const int nowhere = ::open("/dev/null", O_RDWR);
  for (const int standard : {0, 1, 2}) ::dup2(nowhere, standard);
  ::setpgid(0, 0);  // so that its helpers can be ended with it
  const std::string size = "--window-size=" + std::to_string(width) + "," + std::to_string(height);
  const std::string user_data = "--user-data-dir=" + profile;
  ::execl(program.c_str(), program.c_str(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
          "--hide-scrollbars", "--remote-debugging-pipe", size.c_str(), user_data.c_str(), "about:blank", nullptr);
  ::_exit(127);
}

}  // namespace

std::string Browser::Program() {
  const char* path = std::getenv("PATH");
  for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
    std::istringstream directories(path == nullptr ? "" : path);
    for (std::string directory; std::getline(directories, directory, ':');) {
      const std::string program = directory + "/" + name;
      if (::access(program.c_str(), X_OK) == 0) return program;
    }
  }
  return "";
}

Browser::Browser(const std::string& path, int width, int height, Scripts scripts) {
  profile_ = (fs::temp_directory_path() / "wherefore-browser-XXXXXX").string();
  if (::mkdtemp(profile_.data()) == nullptr) Fail("no directory like " + profile_);
  const std::string program = Program();
  int down[2];
  int up[2];
  if (::pipe(down) != 0 || ::pipe(up) != 0) Fail("no pipe");
  process_ = ::fork();
  if (process_ == 0) BecomeBrowser(program, profile_, width, height, down[0], up[1]);
  ::close(down[0]);
  ::close(up[1]);
  to_browser_ = down[1];
  from_browser_ = up[0];
  std::string page;
  const auto targets = Call("Target.getTargets");
  for (const auto& target : targets["targetInfos"]) {
    if (target["type"] == "page") page = target["targetId"];
  }
  if (page.empty()) page = Call("Target.createTarget", {{"url", "about:blank"}})["targetId"];
  session_ = Call("Target.attachToTarget", {{"targetId", page}, {"flatten", true}})["sessionId"];
  Call("Page.enable");
  Call("Network.enable");
  Call("Emulation.setDeviceMetricsOverride",
       {{"width", width}, {"height", height}, {"deviceScaleFactor", 1}, {"mobile", width < 600}});
  if (scripts == Scripts::kOff) Call("Emulation.setScriptExecutionDisabled", {{"value", true}});
  Call("Page.navigate", {{"url", "file://" + fs::absolute(path).string()}});
  WaitFor("Page.loadEventFired");
  requests_ -= 1;  // for the file itself
}

Browser::~Browser() {
  ::close(to_browser_);
  ::close(from_browser_);
  if (process_ > 0) {
    ::kill(-process_, SIGKILL);
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  std::error_code ignored;
  fs::remove_all(profile_, ignored);
}

void Browser::Send(const nlohmann::json& message) {
  const std::string text = message.dump();
  std::size_t sent = 0;
  while (sent <= text.size()) {  // with the zero that ends it
    const auto count = ::write(to_browser_, text.c_str() + sent, text.size() + 1 - sent);
    if (count <= 0) Fail("it takes no commands");
    sent += static_cast<std::size_t>(count);
  }
}

nlohmann::json Browser::Receive() {
  std::size_t end = received_.find('\0');
  while (end == std::string::npos) {
    pollfd poll = {from_browser_, POLLIN, 0};
    if (::poll(&poll, 1, kPatience) <= 0) Fail("it does not answer");
    char bytes[65536];
    const auto count = ::read(from_browser_, bytes, sizeof(bytes));
    if (count <= 0) Fail("it has ended");
    end = received_.size();
    received_.append(bytes, static_cast<std::size_t>(count));
    end = received_.find('\0', end);
  }
  const auto message = nlohmann::json::parse(received_.substr(0, end));
  received_.erase(0, end + 1);
  if (message.value("method", "") == "Network.requestWillBeSent") {
    const std::string url = message["params"]["request"]["url"];
    if (url.rfind("data:", 0) != 0) ++requests_;
  }
  return message;
}

nlohmann::json Browser::Call(const std::string& method, const nlohmann::json& parameters) {
  nlohmann::json message = {{"id", ++last_id_}, {"method", method}, {"params", parameters}};
  if (!session_.empty()) message["sessionId"] = session_;
  Send(message);
  while (true) {
    const auto answer = Receive();
    if (answer.value("id", 0) != last_id_) continue;
    if (answer.contains("error")) Fail(method + ": " + answer["error"].dump());
    return answer["result"];
  }
}

void Browser::WaitFor(const std::string& event) {
  while (Receive().value("method", "") != event) {
  }
}

nlohmann::json Browser::Evaluate(const std::string& expression) {
  const auto answer =
      Call("Runtime.evaluate", {{"expression", expression}, {"returnByValue", true}, {"awaitPromise", true}});
  if (answer.contains("exceptionDetails")) Fail(expression + ": " + answer["exceptionDetails"].dump());
  return answer["result"].value("value", nlohmann::json());
}

void Browser::PointAt(const std::string& selector) {
  const auto place =
      Evaluate("(() => { const box = document.querySelector(" + nlohmann::json(selector).dump() +
               ").getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()");
  Call("Input.dispatchMouseEvent", {{"type", "mouseMoved"}, {"x", place[0]}, {"y", place[1]}});
}

void Browser::Press(const std::string& key) {
  const int code = key == "Tab" ? 9 : key == "ArrowLeft" ? 37 : 39;
  for (const char* type : {"rawKeyDown", "keyUp"}) {
    Call("Input.dispatchKeyEvent", {{"type", type}, {"key", key}, {"code", key}, {"windowsVirtualKeyCode", code}});
  }
}

at::Tensor Browser::Screenshot() {
  return DecodePicture(FromBase64(Call("Page.captureScreenshot", {{"format", "png"}})["data"]));
}

}  // namespace wherefore
