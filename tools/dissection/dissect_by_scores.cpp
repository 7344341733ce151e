#include "tools/dissection/dissect_by_scores.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "models/files/files.h"
#include "neurons/quantiles.h"
#include "tools/command_line/progress.h"
#include "tools/photographs/photograph.h"

namespace wherefore {
namespace {

/// What a layer does with a folder's pictures.
struct Responses {
  at::Tensor means;       ///< (N, K)
  at::Tensor peaks;       ///< (K), over all pictures
  at::Tensor thresholds;  ///< (K)
  StrongestImages strongest;
};

Responses Respond(const DissectedLayer& layer, const std::function<ShownImage(int64_t)>& load, int64_t pictures,
                  const ScoresRequest& request, std::ostream& err) {
  Responses responses = {at::empty({pictures, layer.channels()}),
                         at::full({layer.channels()}, -INFINITY),
                         {},
                         StrongestImages(layer.channels(), request.strongest)};
  std::optional<ChannelQuantiles> quantiles;
  ProgressLine line(err, pictures);
  for (int64_t first = 0; first < pictures; first += request.batch) {
    const int64_t count = std::min(request.batch, pictures - first);
    std::vector<at::Tensor> inputs;
    for (int64_t i = 0; i < count; ++i) inputs.push_back(load(first + i).input);
    const std::vector<std::string> questions(inputs.size());
    const auto maps = layer.Activations(at::cat(inputs), questions).contiguous();
    if (!quantiles) quantiles.emplace(layer.channels(), request.quantile, pictures * maps.size(2) * maps.size(3));
    quantiles->Add(maps);
    responses.strongest.Add(maps, first);
    responses.means.narrow(0, first, count).copy_(maps.mean({2, 3}));
    responses.peaks = responses.peaks.maximum(maps.amax({0, 2, 3}));
    line.Update(first + count, "pictures");
  }
  responses.thresholds = quantiles->Quantile();
  return responses;
}

}  // namespace

DissectedChannels DissectByScores(const DissectedLayer& layer, const ConceptScores& scores,
                                  const ScoresRequest& request, std::ostream& err) {
  if (layer.depends_on_question()) {
    ThrowUsage("layer '" + layer.layer() +
               "' depends on the question, and pictures come without one; name a layer of " + "the trunk with --layer");
  }
  const auto load = [&](int64_t image) {
    const auto path = PathIn(request.directory, scores.pictures[static_cast<std::size_t>(image)]);
    return ShownImage{Preprocess(LoadPhotograph(path), layer.info().image), ""};
  };
  const auto responses = Respond(layer, load, static_cast<int64_t>(scores.pictures.size()), request, err);
  DissectedChannels result;
  result.concepts = NameByScores(responses.means, scores.scores, scores.concepts, request.options);
  std::vector<ChannelConcept> firing;
  for (auto& named : result.concepts.named) {
    named.threshold = responses.thresholds[named.channel].item<float>();
    if (responses.peaks[named.channel].item<float>() > named.threshold) firing.push_back(std::move(named));
  }
  result.concepts.named = std::move(firing);
  result.concepts.layer = layer.layer();
  result.concepts.fingerprint = layer.fingerprint();
  auto folder = std::filesystem::absolute(request.directory).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  result.concepts.data_set = folder.filename().string() + ": " + std::to_string(scores.pictures.size()) +
                             " pictures, scores of " + std::to_string(scores.concepts.size()) + " concepts";
  ShowStrongest(responses.strongest, layer, load, &result);
  return result;
}

}  // namespace wherefore
