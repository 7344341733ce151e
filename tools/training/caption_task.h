#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/families.h"
#include "models/recurrent/up_down.h"
#include "tools/training/cell_heads.h"
#include "tools/training/trainer.h"

namespace wherefore {

/// Learns to caption scenes: an UpDown captioner with a non-local block on the first half of a ResNet-18, from cross
/// entropy of the words, from where the scene has what each word speaks of or leads to (attention correctness: Liu et
/// al. 2017), and, cell by cell, from what the scene shows there, which cells look the same, and what an object is to
/// the others (CellHeads).
class CaptionTask : public TrainingTask {
 public:
  /// `name` of the model; weights start from `seed`. `directory`: where the vocabulary is written, and the model later.
  CaptionTask(const std::string& name, const std::string& directory, std::uint64_t seed, c10::Device device);

  Trunk& trunk() { return network_->trunk(); }
  torch::nn::Module& network() { return *network_; }

  torch::nn::Module& module() override { return *module_; }
  at::Tensor Loss(const std::vector<TrainingScene>& scenes) override;
  Figures Evaluate(const std::vector<TrainingScene>& scenes) override;
  void Save(const std::string& directory) override;

 private:
  c10::Device device_;
  Model model_;
  std::shared_ptr<UpDown> network_;
  std::shared_ptr<CellHeads> heads_;
  std::shared_ptr<CellHeads> company_;
  std::shared_ptr<torch::nn::Module> module_;  ///< of all
};

/// How a captioner does on scenes: the shares of its captions that are right in all ("right"), in things (every
/// attribute and count) and in relations, and the mean number of objects that a caption speaks of.
Figures CaptionFigures(const Model& model, const std::vector<TrainingScene>& scenes, c10::Device device);

}  // namespace wherefore
