#pragma once

#include <tuple>

#include <torch/nn/modules/rnn.h>

namespace wherefore {

/// The hidden and the cell state of an LSTM, each (layers, rows, hidden size).
using LstmState = std::tuple<at::Tensor, at::Tensor>;

/// Runs an LSTM of one direction, batch first. `input` is (rows, steps, size); returns all hidden states
/// (rows, steps, hidden size) and the last state. An undefined state is zero.
///
/// In evaluation mode with gradients, as a model is explained, it computes the layers itself, each one node of the
/// autograd graph: cuDNN's LSTM cannot go backward then, oneDNN's not for several scores side by side, and an operation
/// a gate and step costs more than the arithmetic.
/// First derivatives only: a backward pass with create_graph throws Error(kUsage).
std::tuple<at::Tensor, LstmState> RunLstm(torch::nn::LSTM& lstm, const at::Tensor& input, const LstmState& state = {});

/// Runs a GRU of one layer and one direction, batch first, from a state of zeros: all hidden states
/// (rows, steps, hidden size) of `input` (rows, steps, size). In evaluation mode with gradients it computes the steps
/// itself, as cuDNN's GRU cannot go backward then.
at::Tensor RunGru(torch::nn::GRU& gru, const at::Tensor& input);

}  // namespace wherefore
