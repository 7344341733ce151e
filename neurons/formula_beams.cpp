#include "neurons/formula_beams.h"

#include <algorithm>
#include <set>
#include <utility>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "explain/error.h"
#include "neurons/parallel.h"

namespace wherefore {
namespace {

constexpr int64_t kFormulasAtOnce = 8;  // of one thread, before another is worth its start

bool IsOr(FormulaOperator combined) { return combined == FormulaOperator::kOr; }

std::pair<bool, int64_t> Order(const Formula::Term& term) {
  return {term.combined == FormulaOperator::kAndNot, term.index};
}

uint64_t WordOf(const Formula& formula, const MaskOfConcept& masks, int64_t word) {
  uint64_t bits = 0;
  for (std::size_t i = 0; i < formula.terms.size(); ++i) {
    const auto& term = formula.terms[i];
    const auto* mask = masks[Index(term.index)];
    const uint64_t own = mask == nullptr ? 0 : mask[word];
    if (i == 0 || term.combined == FormulaOperator::kOr) {
      bits |= own;
    } else {
      bits &= term.combined == FormulaOperator::kAnd ? own : ~own;
    }
  }
  return bits;
}

bool Better(const CountedFormula& a, const CountedFormula& b) {
  if (a.iou != b.iou) return a.iou > b.iou;
  if (a.formula.terms.size() != b.formula.terms.size()) return a.formula.terms.size() < b.formula.terms.size();
  return a.formula < b.formula;
}

void Count(CountedFormula* formula) {
  formula->iou = IntersectionOverUnion(formula->both, formula->area, formula->pixels);
}

[[noreturn]] void ThrowOtherState() { ThrowUsage("the state is not of this search: its beams are of another kind"); }

}  // namespace

bool Formula::Has(int64_t index) const {
  return std::any_of(terms.begin(), terms.end(), [&](const Term& term) { return term.index == index; });
}

Formula Formula::With(FormulaOperator combined, int64_t index) const {
  Formula longer = *this;
  longer.terms.push_back({combined, index});
  // The last terms that may change places: the first of all is one of them where no other operator comes between.
  auto begin = longer.terms.end() - 1;
  while (begin - longer.terms.begin() > 1 && IsOr((begin - 1)->combined) == IsOr(combined)) --begin;
  if (begin - longer.terms.begin() == 1) {
    --begin;
    begin->combined = IsOr(combined) ? FormulaOperator::kOr : FormulaOperator::kAnd;
  }
  std::sort(begin, longer.terms.end(), [](const Term& a, const Term& b) { return Order(a) < Order(b); });
  return longer;
}

std::vector<FormulaTerm> Formula::Named(const std::vector<Concept>& concepts) const {
  std::vector<FormulaTerm> named;
  for (const auto& term : terms) {
    const auto& item = concepts[Index(term.index)];
    named.push_back({named.empty() ? FormulaOperator::kAnd : term.combined, item.name, item.category});
  }
  return named;
}

bool operator<(const Formula& a, const Formula& b) {
  return std::lexicographical_compare(a.terms.begin(), a.terms.end(), b.terms.begin(), b.terms.end(),
                                      [](const Formula::Term& x, const Formula::Term& y) {
                                        return std::pair(x.index, x.combined) < std::pair(y.index, y.combined);
                                      });
}

MaskOfConcept MasksOf(const PackedImage& image, const MaskPacking& packing) {
  MaskOfConcept masks(packing.concepts().size(), nullptr);
  const uint64_t* mask = image.bits.data();
  for (const int64_t index : image.concepts) {
    masks[Index(index)] = mask;
    mask += packing.words();
  }
  return masks;
}

FormulaBeams::FormulaBeams(const MaskPacking& packing, const DissectionCounts& counts, bool only_labeled, int64_t beam)
    : packing_(packing), counts_(counts), only_labeled_(only_labeled), width_(Index(beam)) {
  for (std::size_t channel = 0; channel < counts.fired.size(); ++channel) beams_.push_back(Leaves(channel));
  BeginPass();
}

std::vector<CountedFormula> FormulaBeams::Leaves(std::size_t channel) const {
  const auto concepts = packing_.concepts().size();
  std::vector<CountedFormula> leaves;
  for (std::size_t c = 0; c < concepts; ++c) {
    const auto index = static_cast<int64_t>(c);
    const int64_t area = only_labeled_ ? counts_.labeled[channel * packing_.categories() + packing_.CategoryOf(index)]
                                       : counts_.fired[channel];
    leaves.push_back(
        {{{{FormulaOperator::kAnd, index}}}, counts_.both[channel * concepts + c], area, counts_.pixels[c], 0});
    Count(&leaves.back());
  }
  std::sort(leaves.begin(), leaves.end(), Better);
  // A concept on which the channel never fires begins no formula, but names it where there is no other.
  while (leaves.size() > 1 && (leaves.size() > width_ || leaves.back().both == 0)) leaves.pop_back();
  return leaves;
}

void FormulaBeams::BeginPass() {
  formulas_.clear();
  place_of_.assign(beams_.size(), {});
  std::map<Formula, std::size_t> places;
  for (std::size_t channel = 0; channel < beams_.size(); ++channel) {
    for (const auto& item : beams_[channel]) {
      const auto [found, is_new] = places.emplace(item.formula, formulas_.size());
      if (is_new) formulas_.push_back(item.formula);
      place_of_[channel].push_back(found->second);
    }
  }
  both_.assign(beams_.size() * width_ * packing_.concepts().size(), 0);
  labeled_.assign(only_labeled_ ? beams_.size() * width_ * packing_.categories() : 0, 0);
  shared_.assign(formulas_.size() * packing_.concepts().size(), 0);
}

void FormulaBeams::AddImage(const PackedImage& image, const MaskOfConcept& masks) {
  const auto concepts = packing_.concepts().size();
  at::parallel_for(0, static_cast<int64_t>(formulas_.size()), kFormulasAtOnce, [&](int64_t begin, int64_t end) {
    for (int64_t f = begin; f < end; ++f) {
      const auto& formula = formulas_[Index(f)];
      const bool is_there = std::any_of(formula.terms.begin(), formula.terms.end(), [&](const Formula::Term& term) {
        return term.combined != FormulaOperator::kAndNot && masks[Index(term.index)] != nullptr;
      });
      if (!is_there) continue;
      int64_t* const shared = shared_.data() + Index(f) * concepts;
      for (int64_t word = 0; word < packing_.words(); ++word) {
        const uint64_t bits = WordOf(formula, masks, word);
        if (bits == 0) continue;
        for (const int64_t index : image.concepts) shared[index] += BitCount(bits & masks[Index(index)][word]);
      }
    }
  });
}

void FormulaBeams::AddWord(int64_t channel, int64_t word, uint64_t fires, const PackedImage& image,
                           const MaskOfConcept& masks) {
  const auto& places = place_of_[Index(channel)];
  for (std::size_t slot = 0; slot < places.size(); ++slot) {
    const uint64_t bits = fires & WordOf(formulas_[places[slot]], masks, word);
    if (bits == 0) continue;
    int64_t* const both = both_.data() + (Index(channel) * width_ + slot) * packing_.concepts().size();
    for (const int64_t index : image.concepts) both[index] += BitCount(bits & masks[Index(index)][word]);
  }
}

bool FormulaBeams::Labels(const Formula& formula, const PackedImage& image) const {
  return std::any_of(formula.terms.begin(), formula.terms.end(), [&](const Formula::Term& term) {
    const auto category = static_cast<int64_t>(packing_.CategoryOf(term.index));
    return std::find(image.categories.begin(), image.categories.end(), category) != image.categories.end();
  });
}

void FormulaBeams::AddFired(int64_t channel, int64_t fired, const PackedImage& image) {
  if (!only_labeled_ || fired == 0) return;
  const auto& places = place_of_[Index(channel)];
  for (std::size_t slot = 0; slot < places.size(); ++slot) {
    int64_t* const labeled = labeled_.data() + (Index(channel) * width_ + slot) * packing_.categories();
    if (Labels(formulas_[places[slot]], image)) {
      for (std::size_t category = 0; category < packing_.categories(); ++category) labeled[category] += fired;
    } else {
      for (const int64_t category : image.categories) labeled[category] += fired;
    }
  }
}

void FormulaBeams::AddLonger(std::size_t channel, std::size_t slot, std::size_t index,
                             std::vector<CountedFormula>* longer) const {
  const auto& shorter = beams_[channel][slot];
  const auto concepts = packing_.concepts().size();
  const auto place = channel * width_ + slot;
  const int64_t both = both_[place * concepts + index];
  const int64_t shared = shared_[place_of_[channel][slot] * concepts + index];
  const int64_t own_both = counts_.both[channel * concepts + index];
  const int64_t own = counts_.pixels[index];
  const auto c = static_cast<int64_t>(index);
  const int64_t area = only_labeled_ ? labeled_[place * packing_.categories() + packing_.CategoryOf(c)] : shorter.area;
  const auto add = [&](FormulaOperator combined, int64_t its_both, int64_t its_pixels) {
    longer->push_back({shorter.formula.With(combined, c), its_both, area, its_pixels, 0});
    Count(&longer->back());
  };
  // Only where something changes: a longer formula for the mask of a shorter one, or of none, would crowd the beam.
  const bool overlap = shared < std::min(shorter.pixels, own);
  if (overlap) add(FormulaOperator::kOr, shorter.both + own_both - both, shorter.pixels + own - shared);
  if (overlap && shared > 0) add(FormulaOperator::kAnd, both, shared);
  if (shared > 0 && shared < shorter.pixels) {
    add(FormulaOperator::kAndNot, shorter.both - both, shorter.pixels - shared);
  }
}

std::vector<CountedFormula> FormulaBeams::Grown(std::size_t channel) const {
  const auto& beam = beams_[channel];
  std::vector<CountedFormula> longer;
  for (std::size_t slot = 0; slot < beam.size(); ++slot) {
    if (static_cast<int64_t>(beam[slot].formula.terms.size()) < length_) continue;  // was grown a step before
    for (std::size_t index = 0; index < packing_.concepts().size(); ++index) {
      if (!beam[slot].formula.Has(static_cast<int64_t>(index))) AddLonger(channel, slot, index, &longer);
    }
  }
  std::set<Formula> known;
  auto all = beam;
  for (auto& item : longer) {
    if (item.both > 0 && known.insert(item.formula).second) all.push_back(std::move(item));
  }
  std::sort(all.begin(), all.end(), Better);
  if (all.size() > width_) all.resize(width_);
  return all;
}

void FormulaBeams::Grow() {
  std::vector<std::vector<CountedFormula>> grown;
  for (std::size_t channel = 0; channel < beams_.size(); ++channel) grown.push_back(Grown(channel));
  beams_ = std::move(grown);
  ++length_;
  BeginPass();
}

at::Tensor FormulaBeams::State() const {
  std::vector<int64_t> numbers = {length_};
  for (const auto& beam : beams_) {
    numbers.push_back(static_cast<int64_t>(beam.size()));
    for (const auto& item : beam) {
      numbers.insert(numbers.end(),
                     {item.both, item.area, item.pixels, static_cast<int64_t>(item.formula.terms.size())});
      for (const auto& term : item.formula.terms) {
        numbers.insert(numbers.end(), {static_cast<int64_t>(term.combined), term.index});
      }
    }
  }
  return at::tensor(numbers, at::kLong);
}

void FormulaBeams::Restore(const at::Tensor& state) {
  if (state.scalar_type() != at::kLong || state.dim() != 1 || !state.is_contiguous()) ThrowOtherState();
  const int64_t* next = state.data_ptr<int64_t>();
  const int64_t* const end = next + state.size(0);
  const auto read = [&](int64_t least, int64_t most) {
    if (next == end || *next < least || *next > most) ThrowOtherState();
    return *next++;
  };
  const int64_t most = INT64_MAX;
  const int64_t length = read(1, most);
  std::vector<std::vector<CountedFormula>> beams(beams_.size());
  for (auto& beam : beams) {
    for (int64_t left = read(1, static_cast<int64_t>(width_)); left > 0; --left) {
      CountedFormula item = {{}, read(0, most), read(0, most), read(0, most), 0};
      for (int64_t terms = read(1, length); terms > 0; --terms) {
        const auto combined = static_cast<FormulaOperator>(read(0, 2));
        item.formula.terms.push_back({combined, read(0, static_cast<int64_t>(packing_.concepts().size()) - 1)});
      }
      Count(&item);
      beam.push_back(std::move(item));
    }
  }
  if (next != end) ThrowOtherState();
  beams_ = std::move(beams);
  length_ = length;
  BeginPass();
}

}  // namespace wherefore
