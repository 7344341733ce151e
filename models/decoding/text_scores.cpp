#include "models/decoding/text_scores.h"

#include <algorithm>
#include <string>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "explain/accumulation.h"
#include "explain/error.h"
#include "models/linear.h"

namespace wherefore {
namespace {

/// What the network reads to score a text's pieces: all but the last, behind options.begin.
std::vector<int64_t> PiecesToRead(const std::vector<int64_t>& ids, const DecodeOptions& options) {
  if (ids.empty()) ThrowUsage("there is no text to score; give at least one piece");
  auto read = options.begin;
  read.insert(read.end(), ids.begin(), ids.end() - 1);
  return read;
}

/// Which of a text's pieces each target adds up: (targets, pieces) of 0 and 1, float32 on the host.
at::Tensor MembershipOfPieces(const std::vector<std::vector<int64_t>>& pieces, int64_t length) {
  auto member = at::zeros({static_cast<int64_t>(pieces.size()), length}, at::kFloat);
  for (std::size_t target = 0; target < pieces.size(); ++target) {
    for (const int64_t position : pieces[target]) {
      if (position < 0 || position >= length) {
        ThrowUsage("there is no piece " + std::to_string(position) + " in a text of " + std::to_string(length));
      }
      member[static_cast<int64_t>(target)][position] = 1;
    }
  }
  return member;
}

/// The log-probabilities of one piece after each hidden state. A node of its own: the derivative that all scores share
/// is computed once, where each of them would carry a gradient of steps x vocabulary back through the softmax.
struct PieceLogProbabilities : torch::autograd::Function<PieceLogProbabilities> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& hidden,
                            const VocabularyLayer& layer, const at::Tensor& ids) {
    const auto& weight = layer.weight;
    const auto logits = at::linear(hidden, weight, layer.bias);
    const auto log_probs = logits.log_softmax(1, AccumulationType(logits));
    // d log p_id / d hidden = w_id - sum over pieces of p w
    const auto expected = at::mm(log_probs.exp().to(hidden.scalar_type()), weight);
    const auto derivative = Widened(weight.index_select(0, ids)) - Widened(expected);
    context->save_for_backward({derivative});
    context->saved_data["dtype"] = static_cast<int64_t>(hidden.scalar_type());
    return log_probs.gather(1, ids.unsqueeze(1)).squeeze(1);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& incoming) {
    RequireFirstDerivative();
    const auto hidden = static_cast<at::ScalarType>(context->saved_data["dtype"].toInt());
    const auto gradient = incoming[0].unsqueeze(1) * context->get_saved_variables()[0];
    return {gradient.scalar_type() == hidden ? gradient : gradient.to(hidden), {}, {}};
  }
};

bool IsFrozen(const VocabularyLayer& layer) {
  return !layer.weight.requires_grad() && !(layer.bias.defined() && layer.bias.requires_grad());
}

/// log p(ids[l]) after hidden state l: (L) of hidden (L, H).
at::Tensor LogProbabilitiesOf(const at::Tensor& ids, const VocabularyLayer& layer, const at::Tensor& hidden) {
  if (c10::GradMode::is_enabled() && IsFrozen(layer)) {
    return PieceLogProbabilities::apply(hidden, layer, ids);
  }
  return VocabularyLogProbabilities(layer, hidden).gather(1, ids.unsqueeze(1)).squeeze(1);
}

/// Hidden states (rows, L, H) from which the L pieces of a text are scored: those after each of the pieces `read`
/// (rows, options.begin.size() + L - 1), and of a network without a begin that after what Start() read before them.
at::Tensor ScoringStates(TextNetwork& network, DecoderState state, const at::Tensor& read, const DecodeOptions& options,
                         Tape& tape) {
  RequireBeginning(state, options);
  if (options.begin.empty()) {
    const auto first = state.hidden.unsqueeze(1);
    return read.size(1) == 0 ? first : at::cat({first, network.Read(read, &state, tape)}, 1);
  }
  const auto hidden = network.Read(read, &state, tape);
  const auto before = static_cast<int64_t>(options.begin.size()) - 1;
  return before == 0 ? hidden : hidden.narrow(1, before, hidden.size(1) - before);
}

std::vector<double> OnHost(const at::Tensor& values) {
  const auto on_host = values.to(at::kCPU, at::kDouble).contiguous();
  return {on_host.data_ptr<double>(), on_host.data_ptr<double>() + on_host.numel()};
}

/// Of log-probabilities (rows, V).
std::vector<std::vector<LikelyPiece>> LikeliestOf(const at::Tensor& log_probs, int64_t count) {
  std::vector<std::vector<LikelyPiece>> likeliest(static_cast<std::size_t>(log_probs.size(0)));
  const auto [values, ids] = log_probs.topk(std::min(count, log_probs.size(1)), 1);
  for (int64_t row = 0; row < values.size(0); ++row) {
    for (int64_t i = 0; i < values.size(1); ++i) {
      likeliest[static_cast<std::size_t>(row)].push_back({ids[row][i].item<int64_t>(), values[row][i].item<double>()});
    }
  }
  return likeliest;
}

}  // namespace

at::Tensor IdTensor(const std::vector<int64_t>& ids, const at::Tensor& like) {
  return at::tensor(ids, at::kLong).to(like.device());
}

at::Tensor VocabularyLogProbabilities(const VocabularyLayer& layer, const at::Tensor& hidden) {
  const auto logits = FullyConnected(layer.weight, layer.bias, hidden);
  return logits.log_softmax(1, AccumulationType(logits));
}

void RequireOneImage(const DecoderState& start) {
  if (start.size() == 1) return;
  ThrowUsage("a text is about one image at a time, but there are " + std::to_string(start.size()) +
             "; start the network on them one by one");
}

void RequireBeginning(const DecoderState& start, const DecodeOptions& options) {
  if (options.begin.empty() == start.hidden.defined()) return;
  ThrowUsage(options.begin.empty()
                 ? "a text needs an id that it begins with; DecodeOptions has none"
                 : "the network read what stands before a text, so DecodeOptions::begin must be empty");
}

TextReading ReadText(TextNetwork& network, const DecoderState& start, const std::vector<int64_t>& ids,
                     const DecodeOptions& options, int64_t likeliest) {
  RequireOneImage(start);
  CheckDecodeOptions(options);
  const at::NoGradGuard no_grad;
  Tape tape;
  const auto layer = network.vocabulary_layer();
  auto read = options.begin;
  read.insert(read.end(), ids.begin(), ids.end());
  const auto hidden =
      ScoringStates(network, start.Detached(), IdTensor(read, layer.weight).unsqueeze(0), options, tape)[0];
  const auto log_probs = VocabularyLogProbabilities(layer, hidden);
  const auto length = static_cast<int64_t>(ids.size());
  const auto of_pieces = log_probs.narrow(0, 0, length).gather(1, IdTensor(ids, log_probs).unsqueeze(1)).squeeze(1);
  const auto of_end = EndLogProbability(log_probs.narrow(0, length, 1), options);
  return {OnHost(at::cat({of_pieces, of_end})), LikeliestOf(log_probs, likeliest)};
}

std::vector<double> TextLogProbabilities(TextNetwork& network, const DecoderState& start,
                                         const std::vector<int64_t>& ids, const DecodeOptions& options) {
  return ReadText(network, start, ids, options, 0).log_probs;
}

at::Tensor TextScores(TextNetwork& network, const DecoderState& start, const std::vector<int64_t>& ids,
                      const std::vector<std::vector<int64_t>>& pieces, const DecodeOptions& options, Tape& tape) {
  const auto layer = network.vocabulary_layer();
  const auto read = IdTensor(PiecesToRead(ids, options), layer.weight).unsqueeze(0);
  const auto length = static_cast<int64_t>(ids.size());
  const auto member = MembershipOfPieces(pieces, length);
  const auto hidden = ScoringStates(network, start, read, options, tape);
  const int64_t images = hidden.size(0);
  // One image's targets as a product with a vector: the shortest way back for each of them.
  if (images == 1) {
    const auto log_probs = LogProbabilitiesOf(IdTensor(ids, layer.weight), layer, hidden[0]);
    return at::mv(member.to(log_probs.options()), log_probs).unsqueeze(0);
  }
  const auto log_probs = LogProbabilitiesOf(IdTensor(ids, layer.weight).repeat(images), layer, hidden.flatten(0, 1));
  return at::mm(log_probs.reshape({images, length}), member.to(log_probs.options()).t());
}

at::Tensor PairedTextScores(TextNetwork& network, const DecoderState& start, const at::Tensor& texts,
                            const DecodeOptions& options, Tape& tape) {
  if (texts.dim() != 2 || texts.size(0) != start.size() || texts.size(1) == 0) {
    ThrowUsage("texts must be ids (N, L), one row for each of the " + std::to_string(start.size()) +
               " images, and at least one piece long");
  }
  const auto layer = network.vocabulary_layer();
  const auto ids = texts.to(layer.weight.device());
  const auto begin = IdTensor(options.begin, ids).expand({ids.size(0), -1});
  const auto read = at::cat({begin, ids.narrow(1, 0, ids.size(1) - 1)}, 1);
  const auto hidden = ScoringStates(network, start, read, options, tape);
  return LogProbabilitiesOf(ids.flatten(), layer, hidden.flatten(0, 1)).reshape(ids.sizes()).sum(1);
}

}  // namespace wherefore
