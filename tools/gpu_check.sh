#!/usr/bin/env bash
# What the CPU cannot show, on a machine with a GPU and a LibTorch with CUDA: the library's tests on it, what explanations cost as multiples
# of the model's own forward pass, photographs a second; then, where OpenCV and Boost are installed, the programs. Under ten minutes.
#
#   tools/gpu_check.sh [OUT]       tables and reports are kept in OUT (default: wherefore-out/gpu)
#
# Needs g++, CMake, Ninja, nlohmann/json, GoogleTest, google/benchmark and SentencePiece as tools/setup.sh builds it. Environment: CMAKE_ARGS,
# such as -DCMAKE_PREFIX_PATH=/opt/libtorch, which tools/setup.sh reads too; where python3 has a torch with CUDA, that one is taken.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=${1:-$root/wherefore-out/gpu}
build=$root/build-gpu
cd "$root"
mkdir -p "$out"

say() { printf '\n== %s\n' "$*"; }

configure() {
  local torch=()
  if [[ ${CMAKE_ARGS:-} != *CMAKE_PREFIX_PATH* && ${CMAKE_ARGS:-} != *Torch_DIR* ]]; then
    mapfile -t torch < <(python3 -c 'import torch; print("-DTorch_DIR=" + torch.utils.cmake_prefix_path + "/Torch")' 2>/dev/null || true)
  fi
  # shellcheck disable=SC2086
  cmake -S . -B "$build" -G Ninja -DWHEREFORE_UNITY_BUILD=ON -DWHEREFORE_BUILD_TESTS=ON -DWHEREFORE_BUILD_BENCHMARKS=ON "${torch[@]}" \
    "$@" ${CMAKE_ARGS:-} >"$out/configure.log" 2>&1
}

# Tests that have a device as a parameter, and all that can run there, on the GPU.
library() {
  say "the library without the programs"
  configure -DWHEREFORE_BUILD_TOOLS=OFF || { tail -n 20 "$out/configure.log"; return 1; }
  cmake --build "$build" >"$out/build.log" 2>&1 || { tail -n 40 "$out/build.log"; return 1; }
  say "tests on the GPU"
  (cd "$build" && ctest -R '^on_cuda$' --output-on-failure) | tee "$out/tests.txt"
  say "what explanations cost, on the GPU"
  "$build/tests/bench/wherefore_bench" --device cuda | tee "$out/ratios.txt"
}

programs() {
  say "the programs"
  if ! configure -DWHEREFORE_BUILD_TOOLS=ON; then
    echo "skipped: $(grep -m 1 -A 2 'CMake Error' "$out/configure.log" | tr '\n' ' ')"
    return
  fi
  cmake --build "$build" --target explain-image explain-caption explain-vqa make-scenes dissect-neurons >>"$out/build.log" 2>&1
  "$build/tools/make-scenes" --count 2 --seed 7 --out "$out/scenes"
  local picture
  picture=$(find "$out/scenes" -name '*.png' | sort | head -n 1)
  "$build/tools/explain-caption" "$picture" --device cuda --out "$out/caption"
  "$build/tools/explain-vqa" "$picture" "what color is the largest object" --device cuda --out "$out/vqa"
  "$build/tools/dissect-neurons" --model models/scene-caption --scenes 200 --device cuda --concepts "$out/concepts.json" --out "$out/dissection"
}

nvidia-smi --query-gpu=name,driver_version --format=csv,noheader | tee "$out/machine.txt"
library
programs
say "kept in $out"
