#include "models/recurrent.h"

#include <mutex>

#include <ATen/Context.h>
#include <c10/core/GradMode.h>

namespace wherefore {
namespace {

/// Keeps LSTM layers off the kernels of cuDNN, which cannot go backward in evaluation mode, and of oneDNN, which go
/// backward for one score at a time only. The switches are the process's: threads that overlap count, and the last
/// one sets them back.
class WithoutFusedKernels {
 public:
  explicit WithoutFusedKernels(bool off) : off_(off) {
    if (!off_) return;
    const std::lock_guard<std::mutex> lock(Mutex());
    if (Users()++ > 0) return;
    auto& context = at::globalContext();
    Before() = {context.userEnabledCuDNN(), context.userEnabledMkldnn()};
    Set({false, false});
  }
  ~WithoutFusedKernels() {
    if (!off_) return;
    const std::lock_guard<std::mutex> lock(Mutex());
    if (--Users() == 0) Set(Before());
  }
  WithoutFusedKernels(const WithoutFusedKernels&) = delete;
  WithoutFusedKernels& operator=(const WithoutFusedKernels&) = delete;

 private:
  struct Switches {
    bool cudnn;
    bool mkldnn;
  };

  static std::mutex& Mutex() {
    static std::mutex mutex;
    return mutex;
  }
  static int& Users() {
    static int users = 0;
    return users;
  }
  static Switches& Before() {
    static Switches before{true, true};
    return before;
  }
  static void Set(const Switches& switches) {
    at::globalContext().setUserEnabledCuDNN(switches.cudnn);
    at::globalContext().setUserEnabledMkldnn(switches.mkldnn);
  }

  bool off_;
};

}  // namespace

std::tuple<at::Tensor, LstmState> RunLstm(torch::nn::LSTM& lstm, const at::Tensor& input, const LstmState& state) {
  const bool differentiated = c10::GradMode::is_enabled() && !lstm->is_training();
  const WithoutFusedKernels guard(differentiated);
  if (!std::get<0>(state).defined()) return lstm->forward(input);
  return lstm->forward(input, state);
}

}  // namespace wherefore
