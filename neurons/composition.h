#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "neurons/concepts.h"
#include "neurons/dissection.h"
#include "neurons/formula_beams.h"

namespace wherefore {

struct CompositionOptions {
  int64_t length = 3;  ///< most concepts in a formula, 2 or more
  int64_t beam = 10;   ///< formulas of a channel that each step goes on with
};

/// What formulas of at most so many concepts reach, over the channels that fire.
struct CompositionStep {
  int64_t length = 1;
  double mean_iou = 0;     ///< of each channel's best formula
  double chance_mean = 0;  ///< the same for masks of other images
  double chance_iou = 0;   ///< of these the 95th percentile: see Dissection::Result()
};

/// Names of several concepts: "red and ring", "(ring or heart) and not red". Mu and Andreas 2020, "Compositional
/// explanations of neurons": a beam search over logical forms, each of which takes one more concept in by AND, OR or
/// AND NOT; the highest IoU with the channel's region is the name, of equally good ones the shortest. A formula is
/// missed where what it grows from is not among the beam's. Goes on where a Dissection ended, at the masks' full size:
/// one pass over the same images, in the same order, for each concept beyond the first. With `only_labeled`, A counts
/// images that carry a label of any of the formula's categories.
///
/// More freedom never lowers an IoU, so what random units reach is searched for with the same freedom: the same search
/// with the masks of the same other images that the dissection drew.
class CompositionSearch {
 public:
  /// `dissection` has compared all its images, and is referred to. Throws Error(kUsage) where it has compared none, and
  /// for options out of range.
  CompositionSearch(const Dissection& dissection, CompositionOptions options);
  CompositionSearch(const CompositionSearch&) = delete;
  CompositionSearch& operator=(const CompositionSearch&) = delete;

  bool finished() const { return own_.length() >= options_.length; }
  int64_t length() const { return own_.length(); }  ///< most concepts in a formula so far
  int64_t counted() const { return counted_; }      ///< images of the current pass

  /// The next images of a pass, as in Dissection::CompareMasks(). Throws Error(kUsage) as there, and after the last
  /// pass.
  void CountFormulas(const at::Tensor& activations, const std::vector<ImageConcepts>& images);

  /// Dissection::Result() with the best formulas found so far, and chance that had the same freedom.
  LayerConcepts Result() const;

  /// From one concept on, in order of length.
  const std::vector<CompositionStep>& steps() const { return steps_; }

  /// What is known after the last whole pass; a pass that was begun begins anew after Restore(). That throws
  /// Error(kUsage) where the state is another search's.
  std::map<std::string, at::Tensor> State() const;
  void Restore(const std::map<std::string, at::Tensor>& state);

 private:
  void AddMap(int64_t channel, const float* map, const PackedImage& image, const MaskOfConcept& masks,
              const PackedImage* other, const MaskOfConcept& other_masks, SparseUpsampling::Scratch* scratch);
  std::vector<double> BestOf(const FormulaBeams& beams) const;
  void AddStep();

  const Dissection& dissection_;
  CompositionOptions options_;
  FormulaBeams own_;
  FormulaBeams chance_;
  int64_t counted_ = 0;
  EarlierImages before_;
  std::vector<CompositionStep> steps_;
};

}  // namespace wherefore
