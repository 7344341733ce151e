#include "models/recurrent.h"

#include <ATen/Context.h>
#include <c10/core/GradMode.h>

namespace wherefore {
namespace {

class WithoutCuDnn {
 public:
  explicit WithoutCuDnn(bool off) : before_(at::globalContext().userEnabledCuDNN()) {
    if (off) at::globalContext().setUserEnabledCuDNN(false);
  }
  ~WithoutCuDnn() { at::globalContext().setUserEnabledCuDNN(before_); }
  WithoutCuDnn(const WithoutCuDnn&) = delete;
  WithoutCuDnn& operator=(const WithoutCuDnn&) = delete;

 private:
  bool before_;
};

}  // namespace

std::tuple<at::Tensor, LstmState> RunLstm(torch::nn::LSTM& lstm, const at::Tensor& input, const LstmState& state) {
  const bool differentiated = c10::GradMode::is_enabled() && !lstm->is_training();
  const WithoutCuDnn guard(differentiated && input.is_cuda());
  if (!std::get<0>(state).defined()) return lstm->forward(input);
  return lstm->forward(input, state);
}

}  // namespace wherefore
