#include "models/show_and_tell.h"

#include <numeric>
#include <tuple>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "explain/error.h"
#include "models/image_feature.h"
#include "models/recurrent.h"

namespace wherefore {
namespace {

at::Tensor IdTensor(const std::vector<int64_t>& ids, const at::Tensor& like) {
  return at::tensor(ids, at::kLong).to(like.device());
}

at::Tensor InputIds(int64_t begin, const std::vector<int64_t>& ids, const at::Tensor& like) {
  std::vector<int64_t> inputs = {begin};
  inputs.insert(inputs.end(), ids.begin(), ids.end());
  return IdTensor(inputs, like).unsqueeze(0);
}

/// The (target, piece) pairs of all targets, one after another.
struct Pairs {
  std::vector<int64_t> targets;
  std::vector<int64_t> positions;
  std::vector<int64_t> ids;
};

Pairs PairsOf(const std::vector<int64_t>& ids, const std::vector<std::vector<int64_t>>& pieces) {
  Pairs pairs;
  for (std::size_t target = 0; target < pieces.size(); ++target) {
    for (const int64_t position : pieces[target]) {
      if (position < 0 || position >= static_cast<int64_t>(ids.size())) {
        ThrowUsage("there is no piece " + std::to_string(position) + " in a caption of " + std::to_string(ids.size()));
      }
      pairs.targets.push_back(static_cast<int64_t>(target));
      pairs.positions.push_back(position);
      pairs.ids.push_back(ids[static_cast<std::size_t>(position)]);
    }
  }
  return pairs;
}

}  // namespace

ShowAndTell::ShowAndTell(const ShowAndTellOptions& options)
    : options_(options), trunk_(register_module("trunk", MakeTrunk(options.trunk))) {
  namespace nn = torch::nn;
  image_proj_ = register_module("image_proj", nn::Linear(options.image_feature_size, options.embedding_size));
  embed_ = register_module("embed", nn::Embedding(options.vocabulary_size, options.embedding_size));
  lstm_ = register_module(
      "lstm",
      nn::LSTM(
          nn::LSTMOptions(options.embedding_size, options.hidden_size).num_layers(options.layers).batch_first(true)));
  output_ = register_module("output", nn::Linear(options.hidden_size, options.vocabulary_size));
}

at::Tensor ShowAndTell::Encode(const at::Tensor& images, Tape& tape) {
  return ImageFeature(*trunk_, images, tape, options_.image_feature);
}

DecodedCaption ShowAndTell::Decode(const at::Tensor& feature, const DecodeOptions& options) {
  const at::NoGradGuard no_grad;
  auto state = std::get<1>(RunLstm(lstm_, image_proj_(feature.detach()).unsqueeze(1)));
  const auto step = [&](const std::vector<int64_t>& ids, const std::vector<int64_t>& rows) {
    const auto row = IdTensor(rows, feature);
    const LstmState before = {std::get<0>(state).index_select(1, row), std::get<1>(state).index_select(1, row)};
    at::Tensor hidden;
    std::tie(hidden, state) = RunLstm(lstm_, embed_(IdTensor(ids, feature)).unsqueeze(1), before);
    return output_(hidden.squeeze(1)).log_softmax(1);
  };
  return BeamSearch(step, options);
}

at::Tensor ShowAndTell::HiddenStates(const at::Tensor& feature, const at::Tensor& embedded) {
  const auto image = image_proj_(feature).unsqueeze(1);
  const auto words = embedded.expand({image.size(0), embedded.size(1), embedded.size(2)});
  const auto hidden = std::get<0>(RunLstm(lstm_, at::cat({image, words}, 1)));
  return hidden.narrow(1, 1, embedded.size(1));
}

std::vector<double> ShowAndTell::LogProbabilities(const at::Tensor& feature, const std::vector<int64_t>& ids,
                                                  const DecodeOptions& options) {
  const at::NoGradGuard no_grad;
  const auto hidden = HiddenStates(feature.detach(), embed_(InputIds(options.begin, ids, feature)));
  auto followers = ids;
  followers.push_back(options.end);
  const auto log_probs = output_(hidden[0]).log_softmax(1).gather(1, IdTensor(followers, feature).unsqueeze(1));
  const auto on_host = log_probs.squeeze(1).to(at::kCPU, at::kDouble).contiguous();
  return {on_host.data_ptr<double>(), on_host.data_ptr<double>() + on_host.numel()};
}

at::Tensor ShowAndTell::Score(const at::Tensor& feature, const std::vector<int64_t>& ids,
                              const std::vector<std::vector<int64_t>>& pieces, const DecodeOptions& options,
                              Tape& tape) {
  const auto targets = static_cast<int64_t>(pieces.size());
  if (feature.size(0) != 1 && feature.size(0) != targets) {
    ThrowUsage("there must be one image feature, or one a target: " + std::to_string(feature.size(0)) + " for " +
               std::to_string(targets) + " targets");
  }
  const auto pairs = PairsOf(ids, pieces);
  const auto embedded = tape.Input(kEmbeddingInput, embed_(InputIds(options.begin, ids, feature)));
  const auto hidden = HiddenStates(feature, embedded);
  const auto target = IdTensor(pairs.targets, feature);
  const auto row = feature.size(0) == 1 ? at::zeros_like(target) : target;
  // The vocabulary's softmax only where a target asks for it: most of the cost of a large vocabulary.
  const auto wanted = hidden.index({row, IdTensor(pairs.positions, feature)});
  const auto log_probs = output_(wanted).log_softmax(1).gather(1, IdTensor(pairs.ids, feature).unsqueeze(1)).squeeze(1);
  return at::zeros({targets}, log_probs.options()).index_add(0, target, log_probs);
}

}  // namespace wherefore
