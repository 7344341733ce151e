#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include "tools/training/learning_curve.h"
#include "tools/training/scene_stream.h"

namespace wherefore {

struct TrainingOptions {
  std::string out;         ///< the model directory that is made
  std::uint64_t seed = 1;  ///< of the scenes and of the weights at the start
  std::string device = "cpu";
  int threads = 1;  ///< on the CPU
  int64_t steps = 4000;
  int64_t scenes = 32;          ///< a step
  double learning_rate = 1e-3;  ///< at its highest: it rises over the first 5 % of the steps and falls as a cosine
  double weight_decay = 1e-4;
  int64_t evaluate_every = 250;  ///< steps; a checkpoint is written then
  int64_t held_out = 500;        ///< scenes of the evaluations on the way
  int64_t patience = 0;          ///< evaluations without a better figure after which training stops; 0: never
  bool resume = false;           ///< go on from the checkpoint in `out`
  SceneOptions world;
  /// Options that only the program knows ("--blind"): for the record, and so that `resume` notices others.
  std::vector<std::string> of_program;
};

/// Name and value of something measured on held-out scenes.
using Figures = std::vector<std::pair<std::string, double>>;

/// What is trained, on what loss, and how it is judged.
class TrainingTask {
 public:
  virtual ~TrainingTask() = default;

  /// All that is trained, with what only training needs.
  virtual torch::nn::Module& module() = 0;

  virtual at::Tensor Loss(const std::vector<TrainingScene>& scenes) = 0;

  /// Of held-out scenes; the first figure is the one that counts.
  virtual Figures Evaluate(const std::vector<TrainingScene>& scenes) = 0;

  /// Writes the model into the directory.
  virtual void Save(const std::string& directory) = 0;
};

/// Lies in a model directory as long as its training is not done.
inline constexpr const char* kCheckpointFile = "checkpoint.pt";

/// What a training run has measured so far.
struct TrainingHistory {
  Curve loss;                  ///< means over the steps between two points
  std::vector<Curve> figures;  ///< of the held-out scenes
  double best = -1;            ///< the first figure's highest value
  int64_t best_step = 0;
};

/// Trains until the steps are done or patience ends. The best model so far is in options.out all the time, with
/// training.json (options and figures) and learning-curve.png; a checkpoint lies beside them until the end. All files
/// are written whole.
/// Throws Error(kBadFile) where a checkpoint cannot be read, is not of these options, or (without `resume`) is there.
TrainingHistory Train(TrainingTask& task, const TrainingOptions& options, const ImageOptions& image, std::ostream& err);

/// Writes the figures of the finished model into training.json, and removes the checkpoint.
void FinishTraining(const TrainingOptions& options, const TrainingHistory& history, const Figures& figures);

/// Held-out scenes number `first` and following: no training run has their seeds. They have no more things that look
/// alike than chance brings, whatever `world` says: that helps to learn counting, and is no part of what is measured.
std::vector<TrainingScene> HeldOutScenes(int64_t first, int64_t count, const SceneOptions& world,
                                         const ImageOptions& image);

}  // namespace wherefore
