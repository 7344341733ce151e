#!/usr/bin/env bash
# The checks that are too slow, or need too much, for tools/test.sh. Run it before a release, and the steps that concern a change.
#
#   tools/check.sh [STEP...]      all steps, or some of: format warnings tidy sanitize fuzz bench python
#
#   format     clang-format 14 would change no source
#   warnings   everything, benchmarks too, compiles without a warning
#   tidy       clang-tidy over the sources changed since SINCE (default: where this branch left origin/main, else the commit before)
#   sanitize   every test under the address and undefined-behaviour sanitizers
#   fuzz       every parser's fuzzer for FUZZ_SECONDS (default 60)
#   bench      every comparison of the benchmarks once
#   python     reference numbers and files are made again with Python, and results are read with it; in a virtual environment
#              that is made in .cache/python, or with the interpreter WHEREFORE_PYTHON
#
# Builds in build-dev, build-tidy, build-sanitize and build-fuzz, after tools/test.sh has installed what the tests need. Every step is
# run; the end lists them, and the exit status is 0 where none failed. A step whose program is not installed is skipped and says so.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
steps=(format warnings tidy sanitize fuzz bench python)
skipped=77

say() { printf '\n== %s\n' "$*" >&2; }

# need PROGRAM...: whether they are there.
need() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || { echo "skipped: $program is not installed" >&2; return $skipped; }
  done
}

# A user's LibTorch and packages, as for tools/setup.sh.
configure_preset() {
  local preset=$1
  shift
  # shellcheck disable=SC2086
  cmake --preset "$preset" -DCMAKE_PREFIX_PATH="$PWD/.deps/sentencepiece" ${CMAKE_ARGS:-} "$@" >/dev/null
}

check_format() { bash tests/structure/format.sh .; }

check_warnings() { configure_preset dev -DWHEREFORE_UNITY_BUILD=ON && cmake --build build-dev; }

# Sources that differ from the commit, in the work tree too, and still exist.
changed_sources() {
  local since=${SINCE:-$(git merge-base HEAD origin/main 2>/dev/null)}
  [ -n "$since" ] && [ "$since" != "$(git rev-parse HEAD)" ] || since=HEAD~1
  git diff --name-only --diff-filter=d "$since" -- 'explain/*.cpp' 'models/*.cpp' 'neurons/*.cpp' 'tasks/*.cpp' 'tools/*.cpp'
}

check_tidy() {
  local sources
  need clang++ clang-tidy || return
  mapfile -t sources < <(changed_sources)
  [ ${#sources[@]} -gt 0 ] || { echo "no source has changed"; return; }
  # Headers that are generated, such as pages of reports.
  configure_preset tidy -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DWHEREFORE_BUILD_TESTS=OFF -DCMAKE_CXX_CLANG_TIDY= || return
  printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -n 4 clang-tidy -p build-tidy --quiet --warnings-as-errors='*'
}

check_sanitize() {
  configure_preset sanitize -DWHEREFORE_UNITY_BUILD=ON -DWHEREFORE_BUILD_BENCHMARKS=OFF && cmake --build build-sanitize &&
    (cd build-sanitize && ASAN_OPTIONS=detect_leaks=0:new_delete_type_mismatch=0 ctest --output-on-failure --parallel 2 \
      --exclude-regex '^(consumer|structure\.)')
}

check_fuzz() {
  need clang++ || return
  configure_preset fuzz -DWHEREFORE_FUZZ_SECONDS="${FUZZ_SECONDS:-60}" -DWHEREFORE_BUILD_TOOLS=OFF && cmake --build build-fuzz --target fuzz
}

check_bench() {
  check_warnings && build-dev/tests/bench/wherefore_bench --dry && build-dev/tests/bench/wherefore_method_bench --dry &&
    build-dev/tests/bench/wherefore_dissection_bench --dry
}

python() {
  local folder=.cache/python
  if [ -z "${WHEREFORE_PYTHON:-}" ]; then
    need python3 || return
    [ -f $folder/made ] || { python3 -m venv $folder && $folder/bin/pip install --quiet --disable-pip-version-check -r tests/golden/requirements.txt &&
      touch $folder/made; } || return
  fi
  "${WHEREFORE_PYTHON:-$folder/bin/python}" "$@"
}

check_python() {
  local made status
  made=$(mktemp -d)
  python tests/golden/make_trunks.py check && python tests/golden/images/make_images.py "$made" &&
    cmp "$made/resized.safetensors" tests/golden/images/resized.safetensors && check_warnings &&
    WHEREFORE_PYTHON=$(python -c 'import sys; print(sys.executable)') \
      bash tests/tools/read_result_test.sh "$PWD" build-dev/tools "$made/read" &&
    python tests/golden/hub/compare_hub.py tests/golden/hub build-dev/tools --sizes 4
  status=$?
  rm -rf "$made"
  return $status
}

for step in "$@"; do
  [[ " ${steps[*]} " == *" $step "* ]] || { echo "there is no step '$step'; there are: ${steps[*]}" >&2; exit 2; }
done
[ $# -eq 0 ] || steps=("$@")
results=() status=0
for step in "${steps[@]}"; do
  say "$step"
  start=$SECONDS
  "check_$step"
  case $? in
    0) result=passed ;;
    "$skipped") result=skipped ;;
    *) result=FAILED status=1 ;;
  esac
  results+=("$(printf '%-10s %s, %d s' "$step" "$result" $((SECONDS - start)))")
done
say "checks"
printf '%s\n' "${results[@]}"
exit $status
