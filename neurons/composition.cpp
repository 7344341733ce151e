#include "neurons/composition.h"

#include <memory>
#include <numeric>
#include <utility>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "explain/error.h"
#include "neurons/parallel.h"

namespace wherefore {
namespace {

constexpr int64_t kLongestFormula = 8;
constexpr int64_t kWidestBeam = 1000;
constexpr const char* kOwn = "composition.own";
constexpr const char* kChance = "composition.chance";
constexpr const char* kSteps = "composition.steps";
constexpr int64_t kStepNumbers = 4;

CompositionOptions Checked(CompositionOptions options, int64_t compared) {
  if (compared == 0) ThrowUsage("the data set to dissect with is empty: no masks were compared");
  if (options.length < 2 || options.length > kLongestFormula) {
    ThrowUsage("a formula of up to " + std::to_string(options.length) + " concepts cannot be searched for; from 2 to " +
               std::to_string(kLongestFormula) + " can");
  }
  if (options.beam < 1 || options.beam > kWidestBeam) {
    ThrowUsage("the beam must hold 1 to " + std::to_string(kWidestBeam) + " formulas, but is to hold " +
               std::to_string(options.beam));
  }
  return options;
}

double Mean(const std::vector<double>& values) {
  if (values.empty()) return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

at::Tensor Part(const std::map<std::string, at::Tensor>& state, const std::string& name) {
  const auto found = state.find(name);
  if (found == state.end()) ThrowUsage("the state is not of this search: '" + name + "' is missing");
  return found->second;
}

}  // namespace

CompositionSearch::CompositionSearch(const Dissection& dissection, CompositionOptions options)
    : dissection_(dissection),
      options_(Checked(options, dissection.compared())),
      own_(dissection.packing_, dissection.counts_, dissection.options_.only_labeled, options.beam),
      chance_(dissection.packing_, dissection.chance_, dissection.options_.only_labeled, options.beam) {
  AddStep();
}

std::vector<double> CompositionSearch::BestOf(const FormulaBeams& beams) const {
  std::vector<double> best;
  for (int64_t channel = 0; channel < dissection_.channels_; ++channel) {
    const bool fires = dissection_.counts_.fired[static_cast<std::size_t>(channel)] > 0;
    if (fires) best.push_back(beams.Beam(channel).front().iou);
  }
  return best;
}

void CompositionSearch::AddStep() {
  auto chance = BestOf(chance_);
  const double mean = Mean(chance);
  const double percentile = dissection_.compared() < 2 ? 1 : ChancePercentile(std::move(chance));
  steps_.push_back({own_.length(), Mean(BestOf(own_)), mean, percentile});
}

void CompositionSearch::CountFormulas(const at::Tensor& activations, const std::vector<ImageConcepts>& images) {
  if (finished()) ThrowUsage("the search for formulas is done: there is no further pass");
  const auto on_host = dissection_.OnHost(activations, counted_);
  const auto count = static_cast<int64_t>(images.size());
  if (on_host.size(0) != count || count > dissection_.compared() - counted_) {
    ThrowUsage("there are activations of " + std::to_string(on_host.size(0)) + " images and labels of " +
               std::to_string(count) + ", but each pass has the " + std::to_string(dissection_.compared()) +
               " images that were compared");
  }
  const auto& packing = dissection_.packing_;
  std::vector<EarlierImages::Image> own;
  for (const auto& image : images) own.push_back(std::make_shared<PackedImage>(packing.Pack(image)));
  std::vector<EarlierImages::Image> other;
  std::vector<MaskOfConcept> masks;
  std::vector<MaskOfConcept> other_masks;
  for (const auto& image : own) {
    other.push_back(before_.DrawFor(counted_));
    masks.push_back(MasksOf(*image, packing));
    other_masks.push_back(other.back() ? MasksOf(*other.back(), packing) : MaskOfConcept());
    own_.AddImage(*image, masks.back());
    if (other.back()) chance_.AddImage(*other.back(), other_masks.back());
    before_.Add(image);
    ++counted_;
  }
  const float* maps = on_host.data_ptr<float>();
  const int64_t cells = dissection_.map_height_ * dissection_.map_width_;
  const int64_t channels = dissection_.channels_;
  at::parallel_for(0, channels, kChannelsAtOnce, [&](int64_t begin, int64_t end) {
    SparseUpsampling::Scratch scratch;
    for (int64_t channel = begin; channel < end; ++channel) {
      for (std::size_t i = 0; i < own.size(); ++i) {
        AddMap(channel, maps + (static_cast<int64_t>(i) * channels + channel) * cells, *own[i], masks[i],
               other[i].get(), other_masks[i], &scratch);
      }
    }
  });
  if (counted_ < dissection_.compared()) return;
  own_.Grow();
  chance_.Grow();
  counted_ = 0;
  before_ = {};
  AddStep();
}

void CompositionSearch::AddMap(int64_t channel, const float* map, const PackedImage& image, const MaskOfConcept& masks,
                               const PackedImage* other, const MaskOfConcept& other_masks,
                               SparseUpsampling::Scratch* scratch) {
  const float threshold = dissection_.thresholds_.data_ptr<float>()[channel];
  int64_t fired = 0;
  dissection_.upsampling_->BitsAbove(map, threshold, scratch, [&](int64_t word, uint64_t fires) {
    fired += BitCount(fires);
    own_.AddWord(channel, word, fires, image, masks);
    if (other != nullptr) chance_.AddWord(channel, word, fires, *other, other_masks);
  });
  own_.AddFired(channel, fired, image);
  if (other != nullptr) chance_.AddFired(channel, fired, *other);
}

LayerConcepts CompositionSearch::Result() const {
  auto result = dissection_.Result();
  result.definition += ", formulas of up to " + std::to_string(own_.length()) + " concepts";
  result.chance_iou = steps_.back().chance_iou;
  for (auto& channel : result.named) {
    const auto& best = own_.Beam(channel.channel).front();
    if (best.formula.terms.size() < 2) continue;  // the dissection's own name
    channel.formula = best.formula.Named(dissection_.packing_.concepts());
    channel.name = FormulaText(channel.formula);
    channel.category = kCompound;
    channel.iou = best.iou;
  }
  return result;
}

std::map<std::string, at::Tensor> CompositionSearch::State() const {
  std::vector<double> steps;
  for (const auto& step : steps_) {
    steps.insert(steps.end(), {static_cast<double>(step.length), step.mean_iou, step.chance_mean, step.chance_iou});
  }
  return {{kOwn, own_.State()}, {kChance, chance_.State()}, {kSteps, at::tensor(steps, at::kDouble)}};
}

void CompositionSearch::Restore(const std::map<std::string, at::Tensor>& state) {
  const auto steps = Part(state, kSteps);
  const auto chance = Part(state, kChance);
  own_.Restore(Part(state, kOwn));
  chance_.Restore(chance);
  const bool as_many =
      steps.scalar_type() == at::kDouble && steps.is_contiguous() && steps.numel() == own_.length() * kStepNumbers;
  if (!as_many || chance_.length() != own_.length() || own_.length() > options_.length) {
    ThrowUsage("the state is not of this search: it has other steps");
  }
  steps_.clear();
  const double* number = steps.data_ptr<double>();
  for (int64_t i = 0; i < own_.length(); ++i, number += kStepNumbers) {
    steps_.push_back({static_cast<int64_t>(number[0]), number[1], number[2], number[3]});
  }
  counted_ = 0;
  before_ = {};
}

}  // namespace wherefore
