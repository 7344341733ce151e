#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "neurons/concepts.h"
#include "neurons/dissection.h"
#include "neurons/packed_masks.h"

namespace wherefore {

/// A formula over the list of concepts, read from left to right. Terms that may change places are in the list's order,
/// those without a "not" first, so that no formula comes in two forms.
struct Formula {
  struct Term {
    FormulaOperator combined = FormulaOperator::kAnd;
    int64_t index = 0;
  };
  std::vector<Term> terms;

  bool Has(int64_t index) const;
  Formula With(FormulaOperator combined, int64_t index) const;
  std::vector<FormulaTerm> Named(const std::vector<Concept>& concepts) const;
};

bool operator<(const Formula& a, const Formula& b);

/// A formula and its pixels over a data set, as in DissectionCounts.
struct CountedFormula {
  Formula formula;
  int64_t both = 0;
  int64_t area = 0;
  int64_t pixels = 0;
  double iou = 0;
};

/// The masks of an image's concepts by their index in the list; null where the image has none.
using MaskOfConcept = std::vector<const uint64_t*>;
MaskOfConcept MasksOf(const PackedImage& image, const MaskPacking& packing);

/// The beams of a search for the formula whose mask has the highest IoU with each channel's region. Each step adds a
/// concept to the formulas of the beam: AND, OR and AND NOT all follow from the pixels that a formula shares with the
/// concept, which one pass over the images counts. Memory is that of two numbers for each channel, formula of its beam
/// and concept.
class FormulaBeams {
 public:
  /// Begins with the best concepts by themselves. `packing` and `counts` are referred to.
  FormulaBeams(const MaskPacking& packing, const DissectionCounts& counts, bool only_labeled, int64_t beam);

  int64_t length() const { return length_; }  ///< most concepts in a formula so far
  /// Best first, never empty; of equally good formulas the shorter first.
  const std::vector<CountedFormula>& Beam(int64_t channel) const { return beams_[static_cast<std::size_t>(channel)]; }

  /// An image of the pass: what each formula shares with each concept.
  void AddImage(const PackedImage& image, const MaskOfConcept& masks);

  /// 64 of its pixels, and where among them the channel fires; for any number of channels at once.
  void AddWord(int64_t channel, int64_t word, uint64_t fires, const PackedImage& image, const MaskOfConcept& masks);
  /// Once for each channel and image: how many pixels that were in all.
  void AddFired(int64_t channel, int64_t fired, const PackedImage& image);

  /// After a pass: takes in the longer formulas, and begins anew to count.
  void Grow();

  /// The beams without what was counted since. Restore() throws Error(kUsage) for another's.
  at::Tensor State() const;
  void Restore(const at::Tensor& state);

 private:
  std::vector<CountedFormula> Leaves(std::size_t channel) const;
  std::vector<CountedFormula> Grown(std::size_t channel) const;
  void AddLonger(std::size_t channel, std::size_t slot, std::size_t index, std::vector<CountedFormula>* longer) const;
  void BeginPass();
  bool Labels(const Formula& formula, const PackedImage& image) const;

  const MaskPacking& packing_;
  const DissectionCounts& counts_;
  bool only_labeled_;
  std::size_t width_;  ///< of the beam
  int64_t length_ = 1;
  std::vector<std::vector<CountedFormula>> beams_;
  std::vector<Formula> formulas_;                   ///< those of all beams, each once
  std::vector<std::vector<std::size_t>> place_of_;  ///< in formulas_, of each of a channel's beam
  std::vector<int64_t> both_;                       ///< (K, beam, C): of the channel, the formula and the concept
  std::vector<int64_t> labeled_;  ///< (K, beam, categories): A in images with the category or one of the formula
  std::vector<int64_t> shared_;   ///< (formulas, C): of the formula and the concept
};

}  // namespace wherefore
