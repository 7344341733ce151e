#include "models/transformers/pre_norm_block.h"

#include <ATen/ATen.h>

namespace wherefore {
namespace {

std::vector<LinearLayer> TakeProjections(const WeightTree& weights, const std::vector<std::string>& names,
                                         const PreNormBlockOptions& options) {
  const auto outputs = 3 * options.units / static_cast<int64_t>(names.size());
  std::vector<LinearLayer> projections;
  for (const auto& name : names) {
    projections.push_back(LinearLayer::Take(weights.In(name), options.units, outputs, options.has_bias));
  }
  return projections;
}

/// Queries, keys and values of tokens.
std::vector<at::Tensor> Project(const std::vector<LinearLayer>& projections, const at::Tensor& x, const Tape& tape) {
  if (projections.size() == 1) return projections[0](x, tape).chunk(3, 2);
  return {projections[0](x, tape), projections[1](x, tape), projections[2](x, tape)};
}

}  // namespace

PreNormBlockNames VitBlockNames() {
  return {"layernorm_before",
          "attention.attention",
          {"attention.attention.query", "attention.attention.key", "attention.attention.value"},
          "attention.output.dense",
          "layernorm_after",
          "intermediate.dense",
          "output.dense"};
}

PreNormBlock::PreNormBlock(const WeightTree& all, const std::string& name, const PreNormBlockNames& names,
                           const PreNormBlockOptions& options)
    : name_(name),
      norm_before_name_(name + "." + names.norm_before),
      attention_name_(name + "." + names.attention),
      heads_(options.heads),
      activation_(options.activation) {
  const auto weights = all.In(name);
  norm_before_ = LayerNorm::Take(weights.In(names.norm_before), options.units, options.epsilon);
  norm_after_ = LayerNorm::Take(weights.In(names.norm_after), options.units, options.epsilon);
  projections_ = TakeProjections(weights, names.projections, options);
  output_ = LinearLayer::Take(weights.In(names.output), options.units, options.units);
  widen_ = LinearLayer::Take(weights.In(names.widen), options.units, options.inner_units);
  narrow_ = LinearLayer::Take(weights.In(names.narrow), options.inner_units, options.units);
}

at::Tensor PreNormBlock::operator()(const at::Tensor& x, const Places& places, Tape& tape,
                                    const at::Tensor& mask) const {
  const auto normed = tape.At(norm_before_name_, norm_before_(x), places);
  const auto parts = Project(projections_, normed, tape);
  const KeysAndValues seen = {SplitHeads(parts[1], heads_), SplitHeads(parts[2], heads_)};
  const auto attended = x + output_(Attend(SplitHeads(parts[0], heads_), seen, mask, attention_name_, tape));
  return tape.At(name_, attended + narrow_(activation_(widen_(norm_after_(attended)))), places);
}

}  // namespace wherefore
