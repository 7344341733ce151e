#pragma once

#include <tuple>

#include <torch/nn/modules/rnn.h>

namespace wherefore {

/// The hidden and the cell state of an LSTM, each (layers, rows, hidden size).
using LstmState = std::tuple<at::Tensor, at::Tensor>;

/// Runs the LSTM off cuDNN where gradients are wanted: cuDNN's LSTM cannot go backward in evaluation mode, and a model
/// that is explained stays in it. `input` is (rows, steps, size); returns all hidden states (rows, steps, hidden size)
/// and the last state. An undefined state is zero.
std::tuple<at::Tensor, LstmState> RunLstm(torch::nn::LSTM& lstm, const at::Tensor& input, const LstmState& state = {});

}  // namespace wherefore
