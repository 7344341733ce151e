#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/families.h"
#include "models/recurrent/film.h"
#include "tools/scenes/questions.h"
#include "tools/training/cell_heads.h"
#include "tools/training/trainer.h"

namespace wherefore {

/// Tells, cell by cell of a map, where what a question is about lies. Like AttributeHeads it serves training only:
/// which objects decide an answer is known of every question, and teaches the blocks to find them.
class PlaceHead : public torch::nn::Module {
 public:
  explicit PlaceHead(int64_t channels);

  /// Mean cross entropy over the cells of a map (R, channels, h, w) that have a target. `targets`, float (R, h * w): 1
  /// where the objects are, 0 where they are not, below 0 without a target.
  at::Tensor Loss(const at::Tensor& map, const at::Tensor& targets);

 private:
  torch::nn::Linear linear_{nullptr};
};

/// Tells of how many objects a question is, as a sum over the cells of a map: each cell has a part of the number, as in
/// density maps (Lempitsky and Zisserman 2010, "Learning to count objects in images"). It serves training only.
class CountHead : public torch::nn::Module {
 public:
  explicit CountHead(int64_t channels);

  /// Mean smooth L1 loss of the sums over a map (R, channels, h, w) to the numbers, float (R).
  at::Tensor Loss(const at::Tensor& map, const at::Tensor& numbers);

 private:
  torch::nn::Linear linear_{nullptr};
};

/// Of the questions that are drawn, about one of each family a scene, how many are trained with: 0.5 is every other
/// one, 2 twice as many.
using QuestionShares = std::map<QuestionFamily, double>;

/// Half of those of the families that are learned soon; the others (counting, comparison, both of relations) need the
/// time more.
QuestionShares DefaultQuestionShares();

/// Learns to answer questions about scenes: FiLM on the first half of a ResNet-18, from cross entropy of the answers,
/// from where the objects are that decide them (PlaceHead) and how many (CountHead), and, cell by cell, from what the
/// scene shows there (CellHeads).
class VqaTask : public TrainingTask {
 public:
  /// As CaptionTask(). `blind`: every picture is grey, so that only the question can tell the answer.
  VqaTask(const std::string& name, const std::string& directory, std::uint64_t seed, c10::Device device, bool blind,
          QuestionShares shares);

  Trunk& trunk() { return network_->trunk(); }
  torch::nn::Module& network() { return *network_; }

  torch::nn::Module& module() override { return *module_; }
  at::Tensor Loss(const std::vector<TrainingScene>& scenes) override;
  Figures Evaluate(const std::vector<TrainingScene>& scenes) override;
  void Save(const std::string& directory) override;

 private:
  c10::Device device_;
  bool blind_;
  QuestionShares shares_;
  Model model_;
  std::shared_ptr<Film> network_;
  std::shared_ptr<CellHeads> heads_;
  std::shared_ptr<PlaceHead> referent_head_;   ///< on the second block, so that the others can look round from there
  std::shared_ptr<PlaceHead> object_head_;     ///< on the last but one: the last picks what is asked for there
  std::shared_ptr<CountHead> count_head_;      ///< on the last: of the objects that are asked about
  std::shared_ptr<CountHead> other_head_;      ///< of those that they are compared with, or found by
  std::shared_ptr<torch::nn::Module> module_;  ///< of all
};

/// How a model answers questions about scenes: the share of right answers in all ("right"), then in each family.
Figures VqaFigures(const Model& model, const std::vector<TrainingScene>& scenes, c10::Device device,
                   bool blind = false);

}  // namespace wherefore
