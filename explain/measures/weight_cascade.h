#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <torch/nn/module.h>

namespace wherefore {

/// The sanity check by cascading randomisation (Adebayo et al. 2018, "Sanity checks for saliency maps"):
/// makes a network's parameters random one module after another, from the output to the input, those before staying so.
/// An explanation of the model must change with it. Every value is restored, to the bit, by the destructor, also where
/// an exception passes.
///
/// One step is one module that has parameters of its own (a convolution, an LSTM, an embedding), in reverse order of
/// registration, which in this project's networks is that of the forward pass. What it does keeps the scale on which a
/// module works, so that the network goes on giving finite and varied scores without being trained again:
/// - weights (two dimensions or more) are drawn from a normal distribution about zero with the root mean square of the
///   weights that they replace, as initialisers do, which know no other mean;
/// - vectors (biases, scales of normalisation) are shuffled: they keep their values, but for another channel. Drawing
///   them about zero would turn the sign of half of the scales;
/// - running statistics are no parameters and stay.
/// A weight that is zero everywhere stays so, and so does a vector of one entry, or of equal ones.
class WeightCascade {
 public:
  /// Throws Error(kUsage) where the module has no parameters. It must outlive this object, and not be moved to another
  /// device or type meanwhile.
  explicit WeightCascade(torch::nn::Module& module, std::uint64_t seed = 1);
  ~WeightCascade();
  WeightCascade(const WeightCascade&) = delete;
  WeightCascade& operator=(const WeightCascade&) = delete;

  /// Modules in the order in which they are randomised: "output", ..., "trunk.conv1"; "" where it is the module itself.
  const std::vector<std::string>& steps() const { return steps_; }

  /// How many of them are.
  std::size_t done() const { return done_; }

  /// The next step: the name of its module, or none where all are randomised.
  std::optional<std::string> Next();

  /// Steps until the first `count` are done; the random values are the same however they are reached.
  /// Throws Error(kUsage) where there are fewer, or more are done already.
  void RandomiseUpTo(std::size_t count);

  /// Steps until everything in a module ("trunk.layer4"), and all that comes before it in steps(), is randomised: a
  /// network has some 60 steps, and a page shows a handful. Throws Error(kUsage) where no step is in such a module
  /// (nearest offered), or more is done already.
  void RandomiseThrough(const std::string& module);

 private:
  struct Saved {
    at::Tensor parameter;
    at::Tensor value;
  };

  std::vector<std::string> steps_;
  std::vector<std::vector<at::Tensor>> parameters_;  ///< of each step
  std::vector<Saved> saved_;
  std::uint64_t seed_;
  std::size_t done_ = 0;
};

}  // namespace wherefore
