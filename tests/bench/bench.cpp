// What an explanation costs, as a multiple of the model's own forward pass: time and peak memory, measured side by
// side in this one process. Prints google/benchmark's table, then the ratios beside their bounds.
//
//   wherefore_bench [--device cuda] [--threads N] [--dry] [--benchmark_filter=REGEX]

#include <cstdio>
#include <string>
#include <vector>

#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>

#include "tests/bench/ratios.h"

namespace wherefore {
namespace {

struct Row {
  std::string name;
  double bound = 0;
  double ratio = 0;
  double plain_seconds = 0;  ///< of a comparison by time
  int64_t photographs = 0;   ///< of a batch
};

/// In turn, so that a machine whose speed drifts slows both, each as often first as second: the median of the pairs'
/// ratios.
void CompareTime(benchmark::State& state, const Comparison& comparison, const BenchmarkOptions& options,
                 std::vector<Row>* rows) {
  const auto device = options.device;
  const Sides sides = comparison.make();
  for (int warm_up = options.dry ? 3 : 0; warm_up < 3; ++warm_up) {
    Seconds(sides.plain, device);
    Seconds(sides.explained, device);
  }
  std::vector<double> ratios;
  std::vector<double> plain_seconds;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    double plain = 0;
    if (ratios.size() % 2 == 0) plain = Seconds(sides.plain, device);
    const double explained = Seconds(sides.explained, device);
    if (ratios.size() % 2 == 1) plain = Seconds(sides.plain, device);
    state.SetIterationTime(explained);
    ratios.push_back(explained / plain);
    plain_seconds.push_back(plain);
  }
  state.counters["plain_ms"] = 1e3 * Median(plain_seconds);
  state.counters["ratio"] = Median(ratios);
  rows->push_back({comparison.name, comparison.bound, Median(ratios), Median(plain_seconds), comparison.photographs});
}

void CompareMemory(benchmark::State& state, const Comparison& comparison, std::vector<Row>* rows) {
  const Sides sides = comparison.make();
  double ratio = 0;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    const double plain = PeakBytes(sides.plain);
    ratio = PeakBytes(sides.explained) / plain;
    state.counters["plain_MB"] = plain / 1e6;
  }
  state.counters["ratio"] = ratio;
  rows->push_back({comparison.name, comparison.bound, ratio});
}

void Print(const char* title, const std::vector<Row>& rows) {
  if (rows.empty()) return;
  const bool bounded = rows.front().bound > 0;
  std::printf("\n%-52s %8s %8s\n", title, "ratio", bounded ? "at most" : "");
  for (const auto& row : rows) {
    std::printf("%-52s %8.3f", row.name.c_str(), row.ratio);
    if (bounded) std::printf(" %8.2f%s", row.bound, row.ratio <= row.bound ? "" : "   above");
    std::printf("\n");
  }
}

void PrintRates(const std::vector<Row>& rows) {
  std::printf("\n%-52s %8s %10s\n", "photographs a second", "plain", "explained");
  for (const auto& row : rows) {
    if (row.photographs == 0) continue;
    const double plain = static_cast<double>(row.photographs) / row.plain_seconds;
    std::printf("%-52s %8.1f %10.1f\n", row.name.c_str(), plain, plain / row.ratio);
  }
}

int Main(int argc, char** argv) {
  const auto options = SetUp(&argc, argv);
  const auto device = options.device;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  std::vector<Row> times;
  std::vector<Row> limits;
  std::vector<Row> pulled_back;
  std::vector<Row> memory;
  const auto register_times = [&](const std::string& group, const std::vector<Comparison>& all,
                                  std::vector<Row>* rows) {
    for (const auto& comparison : all) {
      benchmark::RegisterBenchmark(
          (group + "/" + comparison.name).c_str(),
          [comparison, options, rows](auto& state) { CompareTime(state, comparison, options, rows); })
          ->UseManualTime()
          ->Unit(benchmark::kMillisecond)
          ->Iterations(options.dry ? 1 : comparison.iterations);
    }
  };
  register_times("time", TimeComparisons(device), &times);
  register_times("hub", HubComparisons(device), &times);
  register_times("limit", LimitComparisons(device), &limits);
  register_times("pull-back", PullBackComparisons(device), &pulled_back);
  auto memory_comparisons = MemoryComparisons(device);
  for (const auto& comparison : HubMemoryComparisons(device)) memory_comparisons.push_back(comparison);
  for (const auto& comparison : memory_comparisons) {
    benchmark::RegisterBenchmark(("memory/" + comparison.name).c_str(),
                                 [&memory, comparison](auto& state) { CompareMemory(state, comparison, &memory); })
        ->Iterations(options.dry ? 1 : 2)
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::RunSpecifiedBenchmarks();
  std::printf("\n%d threads, %s%s\n", at::get_num_threads(), device.str().c_str(),
              options.dry ? ", each run once" : "");
  Print("time: explained / plain", times);
  PrintRates(times);
  Print("limits: plain and these products alone / plain", limits);
  Print("PullBack() / otherwise", pulled_back);
  Print("peak memory: explained / plain", memory);
  return 0;
}

}  // namespace
}  // namespace wherefore

int main(int argc, char** argv) { return wherefore::Main(argc, argv); }
