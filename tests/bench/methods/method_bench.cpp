// What every method, and a measure that asks the model, costs as a multiple of one forward pass of ResNet-50 at 224 x
// 224, without gradients, batch 1: time and peak memory, measured side by side in this one process, with random
// weights. Methods that ask many times ask fewer here; what one question costs is then the figure that has a goal.
//
//   wherefore_method_bench [--device cuda] [--threads N] [--dry] [NAME...]
//
// NAME: methods to measure, or insertion-deletion; else all.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "explain/error.h"
#include "explain/measures/insertion_deletion.h"
#include "explain/methods/methods.h"
#include "tests/bench/random_classifier.h"

namespace wherefore {
namespace {

constexpr const char* kNetwork = "resnet50";
constexpr const char* kLayer = "layer4";
constexpr const char* kLayerOfFewChannels = "layer1";  // of 256
constexpr double kSecondsEach = 3;                     // for all rounds of one row
constexpr std::size_t kMostRounds = 15;
constexpr double kManyPasses = 8;
constexpr std::size_t kPassesBesideMany = 7;

/// What a row's time should not pass, in forward passes a question.
const std::map<std::string, double>& Goals() {
  static const std::map<std::string, double> goals = {
      {"grad-cam", 1.1},      {"hires-cam", 1.1},         {"grad-cam-plus-plus", 1.1}, {"xgrad-cam", 1.1},
      {"layer-cam", 1.1},     {"eigen-cam", 1.2},         {"score-cam", 1.05},         {"rise", 1.05},
      {"ablation-cam", 0.02}, {"insertion-deletion", 1.1}};
  return goals;
}

/// One row of the table, still to be measured.
struct Candidate {
  std::string name;
  std::string layer;  ///< "" where it has none
  Sides sides;
  /// What the last run asked: images, rows for a layer, or 1 where it is made of one pass's gradients.
  std::shared_ptr<int64_t> questions = std::make_shared<int64_t>(1);
};

/// Seconds, or how many times those of a forward pass.
struct Spent {
  double time = 0;
  double processor = 0;  ///< of all threads: steady where other programs keep the machine busy
};

Spent Run(const std::function<void()>& run, c10::Device device) {
  const double before = ProcessorSeconds();
  const double seconds = Seconds(run, device);
  return {seconds, ProcessorSeconds() - before};
}

Spent MedianOf(const std::vector<Spent>& all) {
  std::vector<double> time;
  std::vector<double> processor;
  for (const auto& one : all) {
    time.push_back(one.time);
    processor.push_back(one.processor);
  }
  return {Median(time), Median(processor)};
}

/// In forward passes, of which some run before and some after, so that a machine whose speed drifts slows both: more
/// of them where the run takes long.
Spent Ratio(const std::function<Spent()>& explained, const std::function<Spent()>& plain) {
  std::vector<Spent> passes = {plain()};
  const auto spent = explained();
  passes.push_back(plain());
  Spent each = {(passes[0].time + passes[1].time) / 2, (passes[0].processor + passes[1].processor) / 2};
  if (spent.time > kManyPasses * each.time) {
    while (passes.size() < kPassesBesideMany) passes.push_back(plain());
    each = MedianOf(passes);
  }
  return {spent.time / each.time, spent.processor / each.processor};
}

struct Costs {
  Spent spent;        ///< in forward passes
  double memory = 0;  ///< in times what a forward pass takes
};

/// The first run warms up and tells the memory; of one that takes long it is the only one.
Costs Measure(const Candidate& candidate, const BenchmarkOptions& options) {
  const auto device = options.device;
  double seconds = 0;
  const auto plain = [&] { return Run(candidate.sides.plain, device); };
  const auto explained = [&] {
    const auto spent = Run(candidate.sides.explained, device);
    seconds += spent.time;
    return spent;
  };
  Costs costs;
  const double plain_bytes = PeakBytes(candidate.sides.plain);
  const auto first_run = [&] {
    Spent spent;
    costs.memory = PeakBytes([&] { spent = explained(); }) / plain_bytes;
    return spent;
  };
  costs.spent = Ratio(first_run, plain);
  if (options.dry || seconds >= kSecondsEach) return costs;
  std::vector<Spent> rounds;
  seconds = 0;
  while (rounds.empty() || (rounds.size() < kMostRounds && seconds < kSecondsEach)) {
    rounds.push_back(Ratio(explained, plain));
  }
  costs.spent = MedianOf(rounds);
  return costs;
}

void Print(const Candidate& candidate, const Costs& costs) {
  const auto questions = *candidate.questions;
  const double each = costs.spent.time / static_cast<double>(questions);
  std::printf("%-24s %-7s %9.3f %9.3f %9lld %9.4f", candidate.name.c_str(), candidate.layer.c_str(), costs.spent.time,
              costs.spent.processor, static_cast<long long>(questions), each);
  const auto goal = Goals().find(candidate.name);
  const bool has_goal = goal != Goals().end();
  std::printf(" %8s", has_goal ? c10::str(goal->second).c_str() : "");
  std::printf(" %8.2f%s\n", costs.memory, has_goal && each > goal->second ? "   above" : "");
  std::fflush(stdout);
}

Candidate CandidateOf(const Method& method, const std::shared_ptr<Model>& model, const at::Tensor& image) {
  Candidate candidate;
  candidate.name = method.name;
  Request request;
  request.method = method.name;
  if (method.name == "score-cam") request.layer = kLayerOfFewChannels;
  if (method.needs_layer) candidate.layer = request.layer.empty() ? kLayer : request.layer;
  request.method_options.rise_masks = 64;
  request.method_options.steps = 8;
  request.method_options.samples = 8;
  request.method_options.occlusion_patch = request.method_options.occlusion_stride = 64;
  request.method_options.progress = [questions = candidate.questions](int64_t, int64_t total) { *questions = total; };
  candidate.sides = ClassificationSides(model, image, request);
  return candidate;
}

Candidate InsertionAndDeletion(const std::shared_ptr<Model>& model, const at::Tensor& image) {
  Candidate candidate;
  candidate.name = "insertion-deletion";
  candidate.sides = ClassificationSides(model, image, {});
  const auto map = at::rand({image.size(2), image.size(3)}).to(image.device());
  candidate.sides.explained = [model, image, map, questions = candidate.questions] {
    *questions = 0;
    const auto probability = [&](const at::Tensor& images) {
      *questions += images.size(0);
      Tape tape;
      return model->label_network().Logits({images, {}, {}}, tape).softmax(1).select(1, 0);
    };
    InsertionDeletionOptions options;
    options.steps = 31;
    InsertAndDelete(image, map, probability, options);
  };
  return candidate;
}

std::vector<Candidate> AllCandidates(const std::shared_ptr<Model>& model, const at::Tensor& image) {
  std::vector<Candidate> all;
  for (const auto& method : Methods()) all.push_back(CandidateOf(method, model, image));
  all.push_back(InsertionAndDeletion(model, image));
  return all;
}

std::vector<Candidate> ChosenCandidates(const std::vector<Candidate>& all, const std::vector<std::string>& names) {
  if (names.empty()) return all;
  std::vector<Candidate> chosen;
  for (const auto& name : names) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
    if (found == all.end()) ThrowUsage("there is nothing to measure named '" + name + "'");
    chosen.push_back(*found);
  }
  return chosen;
}

int Main(int argc, char** argv) {
  const auto options = SetUp(&argc, argv);
  const auto device = options.device;
  at::manual_seed(1);
  const auto model = std::make_shared<Model>(RandomClassifier(kNetwork, kLayer, device));
  const auto image = RandomPhotos(device);
  const auto candidates = ChosenCandidates(AllCandidates(model, image), {argv + 1, argv + argc});
  const auto plain = ClassificationSides(model, image, {}).plain;
  for (int warm_up = 0; warm_up < 3; ++warm_up) plain();
  std::printf("%s, %d threads, %s; a forward pass takes %.1f ms, %.1f MB\n\n", kNetwork, at::get_num_threads(),
              device.str().c_str(), 1e3 * Seconds(plain, device), PeakBytes(plain) / 1e6);
  std::printf("%-24s %-7s %9s %9s %9s %9s %8s %8s\n", "in forward passes", "layer", "time", "processor", "questions",
              "time each", "at most", "memory");
  for (const auto& candidate : candidates) Print(candidate, Measure(candidate, options));
  return 0;
}

}  // namespace
}  // namespace wherefore

int main(int argc, char** argv) {
  try {
    return wherefore::Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wherefore_method_bench: %s\n", error.what());
    return 1;
  }
}
