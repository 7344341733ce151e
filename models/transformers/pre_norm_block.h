#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/transformers/parts.h"

namespace wherefore {

/// What the parts of a PreNormBlock are called in a file; the names stand behind the block's own.
struct PreNormBlockNames {
  std::string norm_before;  ///< normalisation before attention
  std::string attention;    ///< where attention probabilities are
  /// Queries, keys and values, a layer each, or one whose outputs are these three one after the other.
  std::vector<std::string> projections;
  std::string output;  ///< behind attention
  std::string norm_after;
  std::string widen;
  std::string narrow;
};

/// transformers' ViTModel and ViltModel.
PreNormBlockNames VitBlockNames();

struct PreNormBlockOptions {
  int64_t units = 0;
  int64_t inner_units = 0;
  int64_t heads = 0;
  double epsilon = 0;    ///< of normalisations
  bool has_bias = true;  ///< of queries, keys and values
  Activation activation = nullptr;
};

/// A block of a vision transformer (Dosovitskiy et al. 2021): it normalises before attention and before its two layers,
/// each beside what goes past it.
class PreNormBlock {
 public:
  /// Of weights "`name`...".
  PreNormBlock(const WeightTree& all, const std::string& name, const PreNormBlockNames& names,
               const PreNormBlockOptions& options);

  /// Tokens (N, L, units), which see each other as Attend() has it of `mask`: all of them where it is undefined.
  /// Announces the normalisation before attention and the block's output with the grid's places, and attention
  /// probabilities.
  at::Tensor operator()(const at::Tensor& x, const Places& places, Tape& tape, const at::Tensor& mask = {}) const;

  const std::string& name() const { return name_; }
  const std::string& norm_before() const { return norm_before_name_; }  ///< the layer's name

 private:
  std::string name_;
  std::string norm_before_name_;
  std::string attention_name_;
  int64_t heads_;
  Activation activation_;
  LayerNorm norm_before_;
  LayerNorm norm_after_;
  std::vector<LinearLayer> projections_;
  LinearLayer output_;
  LinearLayer widen_;
  LinearLayer narrow_;
};

}  // namespace wherefore
