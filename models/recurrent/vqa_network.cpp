#include "models/recurrent/vqa_network.h"

#include <string>

#include <ATen/ATen.h>

#include "explain/error.h"

namespace wherefore {

VqaNetwork::VqaNetwork(const TrunkOptions& trunk) : trunk_(register_module("trunk", MakeTrunk(trunk))) {}

at::Tensor VqaNetwork::Logits(const Input& input, Tape& tape) {
  if (!input.prompt.defined()) ThrowUsage("this network answers questions, but none was asked");
  return Logits(input.images, input.prompt, tape);
}

at::Tensor VqaNetwork::Logits(const at::Tensor& images, const std::vector<int64_t>& question, Tape& tape) {
  return Logits(images, at::tensor(question, at::kLong).unsqueeze(0), tape);
}

void VqaNetwork::CheckQuestions(const at::Tensor& images, const at::Tensor& questions) {
  if (questions.dim() != 2 || questions.size(1) == 0) ThrowUsage("the question is empty; give at least one word");
  if (questions.size(0) != 1 && questions.size(0) != images.size(0)) {
    ThrowUsage(std::to_string(questions.size(0)) + " questions about " + std::to_string(images.size(0)) +
               " images; give one for all, or one an image");
  }
}

}  // namespace wherefore
