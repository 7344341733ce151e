#include "models/recurrent/recurrent.h"

#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "explain/error.h"
#include "models/linear.h"

namespace wherefore {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// One LSTM layer (Hochreiter and Schmidhuber 1997; the gates i, f, g, o as in torch.nn.LSTM). Of `input`
/// (rows, steps, size), `hidden` and `cell` (rows, H), `w_ih` (4H, size), `w_hh` (4H, H) and `bias` (4H) it gives all
/// hidden states (rows, steps, H) and the last cell state (rows, H).
struct LstmLayer : torch::autograd::Function<LstmLayer> {
  static variable_list forward(AutogradContext* context, const at::Tensor& input, const at::Tensor& hidden,
                               const at::Tensor& cell, const at::Tensor& w_ih, const at::Tensor& w_hh,
                               const at::Tensor& bias) {
    const int64_t steps = input.size(1);
    const auto from_input = at::linear(input, w_ih, bias);
    std::vector<at::Tensor> gates;
    std::vector<at::Tensor> cells = {cell};
    std::vector<at::Tensor> hiddens = {hidden};
    for (int64_t step = 0; step < steps; ++step) {
      auto parts = (from_input.select(1, step) + TimesTransposed(hiddens.back(), w_hh)).chunk(4, 1);
      for (const int gate : {0, 1, 3}) parts[static_cast<std::size_t>(gate)].sigmoid_();
      parts[2].tanh_();
      cells.push_back(at::addcmul(parts[1] * cells.back(), parts[0], parts[2]));
      hiddens.push_back(parts[3] * cells.back().tanh());
      gates.push_back(at::stack(parts, 1));
    }
    const auto all_hiddens = at::stack(hiddens, 1);
    context->save_for_backward({input, all_hiddens, at::stack(cells, 1), at::stack(gates, 1), w_ih, w_hh});
    return {all_hiddens.narrow(1, 1, steps).contiguous(), cells.back()};
  }

  /// What each gate's derivative at a step is times that of the cell state (for i, f, g) or the hidden state (for o),
  /// and what the hidden state's adds to the cell state's: the part that all scores share, for all steps at once.
  struct Local {
    at::Tensor gates;  ///< (rows, steps, 3, H): of i, f, g
    at::Tensor output;
    at::Tensor cell;
    at::Tensor forget;
  };

  static Local LocalDerivatives(const at::Tensor& gates, const at::Tensor& cells) {
    const auto i = gates.select(2, 0);
    const auto f = gates.select(2, 1);
    const auto g = gates.select(2, 2);
    const auto o = gates.select(2, 3);
    const int64_t steps = gates.size(1);
    const auto squashed = cells.narrow(1, 1, steps).tanh();
    const auto before = cells.narrow(1, 0, steps);
    return {at::stack({g * i * (1 - i), before * f * (1 - f), i * (1 - g * g)}, 2), squashed * o * (1 - o),
            o * (1 - squashed * squashed), f};
  }

  static variable_list backward(AutogradContext* context, const variable_list& incoming) {
    RequireFirstDerivative();
    const auto saved = context->get_saved_variables();
    const auto& [input, hiddens, cells, gates] = std::tie(saved[0], saved[1], saved[2], saved[3]);
    const auto &w_ih = saved[4], &w_hh = saved[5];
    const int64_t steps = input.size(1);
    const Local local = LocalDerivatives(gates, cells);
    auto d_hidden = at::zeros_like(cells.select(1, 0));
    auto d_cell = incoming[1];
    std::vector<at::Tensor> d_gates(static_cast<std::size_t>(steps));
    for (int64_t step = steps - 1; step >= 0; --step) {
      d_hidden = d_hidden + incoming[0].select(1, step);
      d_cell = d_cell + d_hidden * local.cell.select(1, step);
      const auto of_gates = d_cell.unsqueeze(1) * local.gates.select(1, step);
      const auto of_output = (d_hidden * local.output.select(1, step)).unsqueeze(1);
      const auto d_gate = at::cat({of_gates, of_output}, 1).reshape({input.size(0), w_hh.size(0)});
      d_hidden = TimesTransposed(d_gate, w_hh.t());
      d_cell = d_cell * local.forget.select(1, step);
      d_gates[static_cast<std::size_t>(step)] = d_gate;
    }
    const auto all = at::stack(d_gates, 1);
    variable_list outgoing = {{}, d_hidden, d_cell, {}, {}, {}};
    if (context->needs_input_grad(0)) outgoing[0] = at::matmul(all, w_ih);
    const auto before = hiddens.narrow(1, 0, steps);
    if (context->needs_input_grad(3)) outgoing[3] = at::einsum("nto,nti->oi", {all, input});
    if (context->needs_input_grad(4)) outgoing[4] = at::einsum("nto,nth->oh", {all, before});
    if (context->needs_input_grad(5)) outgoing[5] = all.sum(at::IntArrayRef{0, 1});
    return outgoing;
  }
};

/// The weights of one layer, in the order of torch.nn's recurrent networks: w_ih, w_hh, b_ih, b_hh.
template <class Recurrent>
std::vector<at::Tensor> LayerWeights(const Recurrent& network, int64_t layer) {
  const auto parameters = network->named_parameters(/*recurse=*/false);
  std::vector<at::Tensor> weights;
  for (const char* name : {"weight_ih_l", "weight_hh_l", "bias_ih_l", "bias_hh_l"}) {
    weights.push_back(parameters[name + std::to_string(layer)]);
  }
  return weights;
}

std::tuple<at::Tensor, LstmState> RunDifferentiable(const torch::nn::LSTM& lstm, const at::Tensor& input,
                                                    const LstmState& state) {
  auto [hidden, cell] = state;
  if (!hidden.defined()) {
    hidden = at::zeros({lstm->options.num_layers(), input.size(0), lstm->options.hidden_size()}, input.options());
    cell = hidden;
  }
  auto x = input;
  std::vector<at::Tensor> last_hidden;
  std::vector<at::Tensor> last_cell;
  for (int64_t layer = 0; layer < lstm->options.num_layers(); ++layer) {
    const auto weights = LayerWeights(lstm, layer);
    const auto out = LstmLayer::apply(x, hidden[layer], cell[layer], weights[0], weights[1], weights[2] + weights[3]);
    x = out[0];
    last_hidden.push_back(x.select(1, -1));
    last_cell.push_back(out[1]);
  }
  return {x, {at::stack(last_hidden), at::stack(last_cell)}};
}

/// Cho et al. 2014; the gates r, z, n as in torch.nn.GRU.
at::Tensor RunDifferentiable(const torch::nn::GRU& gru, const at::Tensor& input) {
  const auto weights = LayerWeights(gru, 0);
  const auto from_input = at::linear(input, weights[0], weights[2]);
  auto hidden = at::zeros({input.size(0), gru->options.hidden_size()}, input.options());
  std::vector<at::Tensor> hiddens;
  for (int64_t step = 0; step < input.size(1); ++step) {
    const auto of_input = from_input.select(1, step).chunk(3, 1);
    const auto of_hidden = (TimesTransposed(hidden, weights[1]) + weights[3]).chunk(3, 1);
    const auto reset = (of_input[0] + of_hidden[0]).sigmoid();
    const auto update = (of_input[1] + of_hidden[1]).sigmoid();
    const auto proposed = (of_input[2] + reset * of_hidden[2]).tanh();
    hidden = proposed + update * (hidden - proposed);
    hiddens.push_back(hidden);
  }
  return at::stack(hiddens, 1);
}

}  // namespace

std::tuple<at::Tensor, LstmState> RunLstm(torch::nn::LSTM& lstm, const at::Tensor& input, const LstmState& state) {
  const auto& options = lstm->options;
  if (options.bidirectional() || options.proj_size() > 0 || !options.bias() || !options.batch_first()) {
    ThrowUsage(
        "this LSTM is bidirectional, projected, without bias or not batch first; none of these can be explained");
  }
  if (c10::GradMode::is_enabled() && !lstm->is_training()) return RunDifferentiable(lstm, input, state);
  if (!std::get<0>(state).defined()) return lstm->forward(input);
  return lstm->forward(input, state);
}

at::Tensor RunGru(torch::nn::GRU& gru, const at::Tensor& input) {
  const auto& options = gru->options;
  if (options.bidirectional() || options.num_layers() != 1 || !options.bias() || !options.batch_first()) {
    ThrowUsage("this GRU is bidirectional, of several layers, without bias or not batch first; none can be explained");
  }
  if (c10::GradMode::is_enabled() && !gru->is_training()) return RunDifferentiable(gru, input);
  return std::get<0>(gru->forward(input));
}

}  // namespace wherefore
