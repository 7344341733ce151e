#include "models/decoding/decode.h"

#include <tuple>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "models/decoding/text_scores.h"

namespace wherefore {
namespace {

/// The network's log-probabilities (rows, V) of what follows the pieces `ids` (rows, L), and its state after them.
at::Tensor ReadAndScore(TextNetwork& network, const at::Tensor& ids, DecoderState* state) {
  Tape tape;
  const auto hidden = network.Read(ids, state, tape);
  return VocabularyLogProbabilities(network.vocabulary_layer(), hidden.select(1, -1));
}

/// The network's log-probabilities (images, V) of a text's first piece, and its state before that.
at::Tensor ScoreFirst(TextNetwork& network, const DecodeOptions& options, DecoderState* state) {
  RequireBeginning(*state, options);
  const auto layer = network.vocabulary_layer();
  if (options.begin.empty()) return VocabularyLogProbabilities(layer, state->hidden);
  return ReadAndScore(network, IdTensor(options.begin, layer.weight).unsqueeze(0), state);
}

at::Tensor IsEnd(const at::Tensor& ids, const DecodeOptions& options) {
  auto is_end = ids == options.ends.front();
  for (std::size_t i = 1; i < options.ends.size(); ++i) is_end = is_end.logical_or(ids == options.ends[i]);
  return is_end;
}

/// Ids (rows) that the network finds likeliest of those that the rules allow, after the pieces so far, each (rows).
at::Tensor Likeliest(const at::Tensor& log_probs, const std::vector<at::Tensor>& pieces, const DecodeOptions& options) {
  if (options.rules.empty()) return std::get<1>(log_probs.max(1));
  std::vector<std::vector<int64_t>> texts(static_cast<std::size_t>(log_probs.size(0)));
  for (const auto& piece : pieces) {
    const auto on_host = piece.to(at::kCPU).contiguous();
    for (std::size_t row = 0; row < texts.size(); ++row) texts[row].push_back(on_host.data_ptr<int64_t>()[row]);
  }
  return std::get<1>(RankedByRules(log_probs, texts, options).max(1));
}

/// Rows of pieces, their log-probabilities and those that the text ends there (N, L), each up to its first END.
std::vector<DecodedText> CutAtEnd(const at::Tensor& ids, const at::Tensor& log_probs, const at::Tensor& end_log_probs,
                                  const DecodeOptions& options) {
  const auto ids_on_host = ids.to(at::kCPU);
  const auto log_probs_on_host = log_probs.to(at::kCPU, at::kDouble);
  const auto id = ids_on_host.accessor<int64_t, 2>();
  const auto log_prob = log_probs_on_host.accessor<double, 2>();
  const auto ends_on_host = end_log_probs.to(at::kCPU, at::kDouble);
  const auto end_log_prob = ends_on_host.accessor<double, 2>();
  std::vector<DecodedText> texts(static_cast<std::size_t>(id.size(0)));
  for (int64_t row = 0; row < id.size(0); ++row) {
    auto& text = texts[static_cast<std::size_t>(row)];
    for (int64_t i = 0; i < id.size(1) && !text.finished; ++i) {
      if (IsEnd(options, id[row][i])) {
        text.finished = true;
        text.end_log_prob = end_log_prob[row][i];
      } else {
        text.ids.push_back(id[row][i]);
        text.log_probs.push_back(log_prob[row][i]);
      }
    }
  }
  return texts;
}

}  // namespace

DecodedText Decode(TextNetwork& network, const DecoderState& start, const DecodeOptions& options) {
  RequireOneImage(start);
  CheckDecodeOptions(options);
  const at::NoGradGuard no_grad;
  auto state = start.Detached();
  const auto like = network.vocabulary_layer().weight;
  const auto first = ScoreFirst(network, options, &state);
  const auto step = [&](const std::vector<int64_t>& ids, const std::vector<int64_t>& rows) {
    state.Select(IdTensor(rows, like));
    return ReadAndScore(network, IdTensor(ids, like).unsqueeze(1), &state);
  };
  return BeamSearch(first, step, options);
}

std::vector<DecodedText> DecodeGreedy(TextNetwork& network, const DecoderState& start, const DecodeOptions& options) {
  CheckDecodeOptions(options);
  const at::NoGradGuard no_grad;
  auto state = start.Detached();
  auto log_probs = ScoreFirst(network, options, &state);
  auto ids = at::zeros({log_probs.size(0)}, at::TensorOptions(at::kLong).device(log_probs.device()));
  auto ended = at::zeros_like(ids, at::kBool);
  std::vector<at::Tensor> all_ids;
  std::vector<at::Tensor> all_log_probs;
  std::vector<at::Tensor> all_end_log_probs;
  while (static_cast<int64_t>(all_ids.size()) < options.most_pieces() && !ended.all().item<bool>()) {
    if (!all_ids.empty()) log_probs = ReadAndScore(network, ids.unsqueeze(1), &state);
    all_end_log_probs.push_back(EndLogProbability(log_probs, options));
    if (all_ids.size() < options.forced.size()) {
      ids = at::full_like(ids, options.forced[all_ids.size()]);
    } else {
      ids = Likeliest(log_probs, all_ids, options);
      ended = ended.logical_or(IsEnd(ids, options));
    }
    all_ids.push_back(ids);
    all_log_probs.push_back(log_probs.gather(1, ids.unsqueeze(1)).squeeze(1));
  }
  return CutAtEnd(at::stack(all_ids, 1), at::stack(all_log_probs, 1), at::stack(all_end_log_probs, 1), options);
}

}  // namespace wherefore
