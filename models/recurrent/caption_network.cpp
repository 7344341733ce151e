#include "models/recurrent/caption_network.h"

#include <string>
#include <tuple>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "explain/error.h"
#include "models/convolutional/layers.h"

namespace wherefore {
namespace {

at::Tensor IdTensor(const std::vector<int64_t>& ids, const at::Tensor& like) {
  return at::tensor(ids, at::kLong).to(like.device());
}

/// What the decoder reads to score a caption's pieces: all but the last, behind `begin`.
std::vector<int64_t> Inputs(const std::vector<int64_t>& ids, const DecodeOptions& options) {
  if (ids.empty()) ThrowUsage("there is no caption to score; give at least one piece");
  std::vector<int64_t> inputs = {options.begin};
  inputs.insert(inputs.end(), ids.begin(), ids.end() - 1);
  return inputs;
}

void CheckOneImage(const at::Tensor& feature) {
  if (feature.dim() > 1 && feature.size(0) == 1) return;
  const std::string wanted = feature.dim() == 3 ? "annotations (1, places, K)" : "a feature row (1, F)";
  ThrowUsage("captions are of one image at a time: " + wanted + ", not " + std::to_string(feature.size(0)) +
             " rows; take them one by one with narrow(0, i, 1)");
}

/// Which of a caption's pieces each target adds up: (targets, pieces) of 0 and 1.
at::Tensor Membership(const std::vector<std::vector<int64_t>>& pieces, int64_t length, const at::Tensor& like) {
  auto member = at::zeros({static_cast<int64_t>(pieces.size()), length}, at::kFloat);
  for (std::size_t target = 0; target < pieces.size(); ++target) {
    for (const int64_t position : pieces[target]) {
      if (position < 0 || position >= length) {
        ThrowUsage("there is no piece " + std::to_string(position) + " in a caption of " + std::to_string(length));
      }
      member[static_cast<int64_t>(target)][position] = 1;
    }
  }
  return member.to(like.options());
}

/// Rows of pieces and their log-probabilities (N, L), each up to its first END.
std::vector<DecodedCaption> CutAtEnd(const at::Tensor& ids, const at::Tensor& log_probs, int64_t end) {
  const auto ids_on_host = ids.to(at::kCPU);
  const auto log_probs_on_host = log_probs.to(at::kCPU, at::kDouble);
  const auto id = ids_on_host.accessor<int64_t, 2>();
  const auto log_prob = log_probs_on_host.accessor<double, 2>();
  std::vector<DecodedCaption> captions(static_cast<std::size_t>(id.size(0)));
  for (int64_t row = 0; row < id.size(0); ++row) {
    auto& caption = captions[static_cast<std::size_t>(row)];
    for (int64_t i = 0; i < id.size(1) && !caption.finished; ++i) {
      if (id[row][i] == end) {
        caption.finished = true;
        caption.end_log_prob = log_prob[row][i];
      } else {
        caption.ids.push_back(id[row][i]);
        caption.log_probs.push_back(log_prob[row][i]);
      }
    }
  }
  return captions;
}

/// The log-probabilities of one word after each hidden state. A node of its own: the derivative that all scores share
/// is computed once, where each of them would carry a gradient of steps x vocabulary back through the softmax.
struct WordLogProbabilities : torch::autograd::Function<WordLogProbabilities> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& hidden,
                            const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& ids) {
    const auto log_probs = at::linear(hidden, weight, bias).log_softmax(1);
    // d log p_id / d hidden = w_id - sum over words of p w
    const auto derivative = weight.index_select(0, ids) - at::mm(log_probs.exp(), weight);
    context->save_for_backward({derivative});
    return log_probs.gather(1, ids.unsqueeze(1)).squeeze(1);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& incoming) {
    RequireFirstDerivative();
    return {incoming[0].unsqueeze(1) * context->get_saved_variables()[0], {}, {}, {}};
  }
};

/// log p(ids[l]) after hidden state l: (L) of hidden (L, H).
at::Tensor LogProbabilitiesOf(const at::Tensor& ids, const torch::nn::Linear& output, const at::Tensor& hidden) {
  const bool is_frozen = !output->weight.requires_grad() && !output->bias.requires_grad();
  if (c10::GradMode::is_enabled() && is_frozen) {
    return WordLogProbabilities::apply(hidden, output->weight, output->bias, ids);
  }
  return FullyConnected(output, hidden).log_softmax(1).gather(1, ids.unsqueeze(1)).squeeze(1);
}

}  // namespace

CaptionNetwork::CaptionNetwork(const TrunkOptions& trunk) : trunk_(register_module("trunk", MakeTrunk(trunk))) {}

DecodedCaption CaptionNetwork::Decode(const at::Tensor& feature, const DecodeOptions& options) {
  CheckOneImage(feature);
  const at::NoGradGuard no_grad;
  auto state = Start(feature.detach());
  const auto step = [&](const std::vector<int64_t>& ids, const std::vector<int64_t>& rows) {
    const auto row = IdTensor(rows, feature);
    auto& [hidden, cell] = state.lstm;
    state.lstm = {hidden.index_select(-2, row), cell.index_select(-2, row)};
    const auto hiddens = Run(embed_(IdTensor(ids, feature)).unsqueeze(1), &state);
    return FullyConnected(output_, hiddens.squeeze(1)).log_softmax(1);
  };
  return BeamSearch(step, options);
}

std::vector<DecodedCaption> CaptionNetwork::DecodeGreedy(const at::Tensor& features, const DecodeOptions& options) {
  const at::NoGradGuard no_grad;
  auto state = Start(features.detach());
  auto ids = IdTensor(std::vector<int64_t>(static_cast<std::size_t>(features.size(0)), options.begin), features);
  auto ended = at::zeros_like(ids, at::kBool);
  std::vector<at::Tensor> all_ids;
  std::vector<at::Tensor> all_log_probs;
  while (static_cast<int64_t>(all_ids.size()) < options.max_length && !ended.all().item<bool>()) {
    const auto hidden = Run(embed_(ids).unsqueeze(1), &state);
    at::Tensor log_probs;
    std::tie(log_probs, ids) = FullyConnected(output_, hidden.squeeze(1)).log_softmax(1).max(1);
    all_ids.push_back(ids);
    all_log_probs.push_back(log_probs);
    ended = ended.logical_or(ids == options.end);
  }
  return CutAtEnd(at::stack(all_ids, 1), at::stack(all_log_probs, 1), options.end);
}

at::Tensor CaptionNetwork::HiddenStates(const at::Tensor& features, const at::Tensor& embedded) {
  auto state = Start(features);
  return Run(embedded, &state);
}

std::vector<double> CaptionNetwork::LogProbabilities(const at::Tensor& feature, const std::vector<int64_t>& ids,
                                                     const DecodeOptions& options) {
  CheckOneImage(feature);
  const at::NoGradGuard no_grad;
  auto inputs = ids;
  inputs.insert(inputs.begin(), options.begin);
  auto followers = ids;
  followers.push_back(options.end);
  const auto hidden = HiddenStates(feature.detach(), embed_(IdTensor(inputs, feature)).unsqueeze(0));
  const auto log_probs = LogProbabilitiesOf(IdTensor(followers, feature), output_, hidden[0]);
  const auto on_host = log_probs.to(at::kCPU, at::kDouble).contiguous();
  return {on_host.data_ptr<double>(), on_host.data_ptr<double>() + on_host.numel()};
}

at::Tensor CaptionNetwork::Score(const at::Tensor& feature, const std::vector<int64_t>& ids,
                                 const std::vector<std::vector<int64_t>>& pieces, const DecodeOptions& options,
                                 Tape& tape) {
  CheckOneImage(feature);
  const auto inputs = Inputs(ids, options);
  const auto member = Membership(pieces, static_cast<int64_t>(ids.size()), feature);
  const auto embedded = tape.Input(kEmbeddingInput, embed_(IdTensor(inputs, feature)).unsqueeze(0));
  const auto hidden = HiddenStates(feature, embedded);
  return at::mv(member, LogProbabilitiesOf(IdTensor(ids, feature), output_, hidden[0]));
}

at::Tensor CaptionNetwork::Scores(const at::Tensor& features, const std::vector<int64_t>& ids,
                                  const std::vector<std::vector<int64_t>>& pieces, const DecodeOptions& options,
                                  Tape& tape) {
  const auto inputs = Inputs(ids, options);
  const int64_t images = features.size(0);
  const auto length = static_cast<int64_t>(ids.size());
  const auto member = Membership(pieces, length, features);
  const auto embedded = tape.Input(kEmbeddingInput, embed_(IdTensor(inputs, features)).unsqueeze(0));
  const auto hidden = HiddenStates(features, embedded.expand({images, -1, -1})).flatten(0, 1);
  const auto log_probs = LogProbabilitiesOf(IdTensor(ids, features).repeat(images), output_, hidden);
  return at::mm(log_probs.reshape({images, length}), member.t());
}

at::Tensor CaptionNetwork::CaptionScores(const at::Tensor& features, const at::Tensor& captions,
                                         const DecodeOptions& options, Tape& tape) {
  if (captions.dim() != 2 || captions.size(0) != features.size(0) || captions.size(1) == 0) {
    ThrowUsage("captions must be ids (N, L), one row for each of the " + std::to_string(features.size(0)) +
               " images, and at least one piece long");
  }
  const auto ids = captions.to(features.device());
  const auto begin = at::full_like(ids.narrow(1, 0, 1), options.begin);
  const auto inputs = at::cat({begin, ids.narrow(1, 0, ids.size(1) - 1)}, 1);
  const auto hidden = HiddenStates(features, tape.Input(kEmbeddingInput, embed_(inputs)));
  const auto log_probs = LogProbabilitiesOf(ids.flatten(), output_, hidden.flatten(0, 1));
  return log_probs.reshape(ids.sizes()).sum(1);
}

at::Tensor CaptionNetwork::NextWordLogits(const at::Tensor& features, const at::Tensor& words) {
  if (words.dim() != 2 || words.size(0) != features.size(0) || words.size(1) == 0) {
    ThrowUsage("words must be ids (N, L), one row for each of the " + std::to_string(features.size(0)) +
               " images, and begin with the id that begins captions");
  }
  const auto hidden = HiddenStates(features, embed_(words.to(features.device())));
  return at::linear(hidden, output_->weight, output_->bias);
}

}  // namespace wherefore
