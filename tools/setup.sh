#!/usr/bin/env bash
# Sets Wherefore up on Debian 12, Debian 13 or Ubuntu 26.04: installs what it needs, builds it in build/, and explains a picture.
#
#   tools/setup.sh                                             then explain a generated picture with the project's model
#   tools/setup.sh --model DIR PHOTO [QUESTION] [OPTION...]    then explain the photograph with that model
#
# For tests and benchmarks see tools/test.sh. Environment: CMAKE_ARGS, more arguments for CMake (such as
# -DCMAKE_PREFIX_PATH=/opt/libtorch for a LibTorch of your own).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps=$root/.deps
# The last release whose source distribution has all that it needs: later ones download at configure time.
sentencepiece_version=0.2.1
sentencepiece_sha256=8138cec27c2f2282f4a34d9a016e3374cd40e5c6e9cb335063db66a0a3b71fad
packages=(g++ cmake ninja-build dpkg-dev ca-certificates
  libopenblas0-openmp libopencv-core-dev libopencv-imgproc-dev libopencv-imgcodecs-dev libjpeg-dev libpng-dev
  libboost-program-options-dev libicu-dev nlohmann-json3-dev)
# What CMake is told of LibTorch's place.
libtorch=()

# Whether CMAKE_ARGS names a LibTorch of the user's own.
names_libtorch() {
  local folder folders
  [[ ${CMAKE_ARGS:-} == *Torch_DIR* ]] && return
  [[ ${CMAKE_ARGS:-} =~ CMAKE_PREFIX_PATH(:[A-Z]+)?=([^[:space:]]+) ]] || return 1
  IFS=';' read -ra folders <<<"${BASH_REMATCH[2]}"
  for folder in "${folders[@]}"; do [ -f "$folder/share/cmake/Torch/TorchConfig.cmake" ] && return; done
  return 1
}

say() { printf '\n== %s\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; return; fi
  command -v sudo >/dev/null || fail "packages must be installed and there is no sudo here: run this as root"
  sudo "$@"
}

update_package_lists() {
  [ -n "${package_lists_updated:-}" ] && return
  as_root apt-get update -qq
  package_lists_updated=1
}

# LibTorch is the one that the build was configured with or that CMAKE_ARGS names; else the system's package; else the one
# in Python's package torch. Ubuntu 24.04 has no package of LibTorch, 22.04 one that is too old.
choose_libtorch() {
  local version
  if names_libtorch || has_libtorch_of_build; then return; fi
  version=$(libtorch_package)
  # A fresh machine knows no package yet.
  if [ -z "$version" ]; then update_package_lists && version=$(libtorch_package); fi
  if [ -n "$version" ] && dpkg --compare-versions "$version" ge 1.13; then
    packages+=(libtorch-dev)
  else
    use_python_torch "${version:-not there}"
  fi
}

has_libtorch_of_build() {
  local folder
  folder=$(sed -n 's/^Torch_DIR:[A-Z]*=//p' "$root/build/CMakeCache.txt" 2>/dev/null) || return
  [ -f "$folder/TorchConfig.cmake" ]
}

# The version of LibTorch's package, installed or offered.
libtorch_package() {
  LC_ALL=C apt-cache policy libtorch-dev | sed -n 's/^ *Candidate: //p' | grep -vF '(none)' || true
}

use_python_torch() {
  local torch install="apt-get install -y python3-venv && python3 -m venv ~/torch && . ~/torch/bin/activate && pip install torch && $0"
  mapfile -t torch < <(python3 -W ignore -c 'import torch
print(torch.__version__, torch.compiled_with_cxx11_abi(), torch.__path__[0], sep="\n")' 2>/dev/null)
  [ ${#torch[@]} -eq 3 ] ||
    fail "LibTorch 1.13 or later is needed; this system's package libtorch-dev is $1, and python3 has no package torch. Run
       $install"
  [ "${torch[1]}" = True ] ||
    fail "python3's package torch ${torch[0]} has another C++ ABI than this system's libraries (2.7 and later have the same). Run
       $install"
  say "LibTorch is that of python3's package torch ${torch[0]}, in ${torch[2]}"
  libtorch=("-DTorch_DIR=${torch[2]}/share/cmake/Torch")
}

# Installs what is missing of the packages named.
install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  say "installing ${missing[*]}"
  update_package_lists
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    fail "apt-get could not install ${missing[*]}; on a system without one of them, install it yourself and pass its place in CMAKE_ARGS"
}

# The machine's own Debian or Ubuntu package sources, asked for source packages. Nothing outside .deps is changed.
write_source_lists() {
  local file
  rm -rf "$deps/apt" && mkdir -p "$deps/apt/sources" "$deps/apt/lists/partial" "$deps/apt/cache/archives/partial"
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -f "$file" ] && sed -nE '/(debian|ubuntu)/ s/^deb(-src)? /deb-src /p' "$file" >>"$deps/apt/sources/system.list"
  done
  for file in /etc/apt/sources.list.d/*.sources; do
    [ -f "$file" ] && grep -qE '^URIs:.*(debian|ubuntu)' "$file" || continue
    sed -E 's/^Types:.*/Types: deb-src/' "$file" >"$deps/apt/sources/$(basename "$file")"
  done
}

# The system's own source package, as released: the distribution's patches take the static library out.
sentencepiece_from_system() {
  local archive options=(-o "Dir::Etc::SourceList=/dev/null" -o "Dir::Etc::SourceParts=$deps/apt/sources"
    -o "Dir::State::Lists=$deps/apt/lists" -o "Dir::Cache=$deps/apt/cache" -o "APT::Sandbox::User=")
  write_source_lists
  apt-get "${options[@]}" update -qq || true
  (cd "$deps/apt" && apt-get "${options[@]}" source -qq --download-only sentencepiece) || return
  archive=$(find "$deps/apt" -maxdepth 1 -name 'sentencepiece_*.orig.tar.*' ! -name '*.asc' | head -n 1)
  [ -n "$archive" ] && unpack "$archive" 1
}

# The source distribution of its Python package holds the C++ project whole; it is asked of the index that pip is set up
# for. pip runs a script of it for its name and version, so it is told the checksum and compares that first.
sentencepiece_from_python_index() {
  local folder=$deps/python python=python3 isolation=()
  rm -rf "$folder" && mkdir -p "$folder"
  if ! python3 -m pip --version >/dev/null 2>&1; then
    (install_packages python3 python3-pip python3-setuptools python3-wheel) || return
    python=/usr/bin/python3
  fi
  # Without setuptools pip fetches it for that script; with it, one download is enough.
  if "$python" -c 'import setuptools, wheel' 2>/dev/null; then isolation=(--no-build-isolation); fi
  echo "sentencepiece==$sentencepiece_version --hash=sha256:$sentencepiece_sha256" >"$folder/requirements.txt"
  TMPDIR=$folder "$python" -m pip download -q --disable-pip-version-check --no-cache-dir --no-deps --no-binary sentencepiece \
    "${isolation[@]}" --dest "$folder" -r "$folder/requirements.txt" || return
  unpack "$folder/sentencepiece-$sentencepiece_version.tar.gz" 2 "sentencepiece-$sentencepiece_version/sentencepiece"
}

# unpack ARCHIVE DEPTH [FOLDER]: what lies DEPTH folders down in the archive becomes .deps/sentencepiece-source.
unpack() {
  local folder=$deps/sentencepiece-source
  rm -rf "$folder" "$folder.part" && mkdir -p "$folder.part" &&
    tar -xf "$1" -C "$folder.part" --strip-components="$2" ${3:+"$3"} && mv "$folder.part" "$folder"
}

fetch_sentencepiece() {
  sentencepiece_from_system && return
  say "the system offers no source package of SentencePiece: asking the Python index for it"
  sentencepiece_from_python_index && return
  fail "the source of SentencePiece came neither from the system's package sources nor from the Python index of pip.
       Unpack a release of https://github.com/google/sentencepiece in .deps/sentencepiece-source and run this again"
}

# Static: the distribution's shared library exports a copy of protobuf that crashes LibTorch (see tools/README.md).
build_sentencepiece() {
  [ -f "$deps/sentencepiece/done" ] && return
  mkdir -p "$deps"
  [ -f "$deps/sentencepiece-source/CMakeLists.txt" ] || { say "fetching SentencePiece"; fetch_sentencepiece; }
  say "building SentencePiece"
  cmake -S "$deps/sentencepiece-source" -B "$deps/sentencepiece-build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DSPM_ENABLE_SHARED=OFF -DSPM_ENABLE_TCMALLOC=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON \
    -DCMAKE_POLICY_VERSION_MINIMUM=3.5 >"$deps/sentencepiece.log" 2>&1 &&
    cmake --build "$deps/sentencepiece-build" --target sentencepiece-static >>"$deps/sentencepiece.log" 2>&1 ||
    fail "SentencePiece could not be built; see .deps/sentencepiece.log"
  mkdir -p "$deps/sentencepiece/include" "$deps/sentencepiece/lib"
  cp "$deps/sentencepiece-source/src/sentencepiece_processor.h" "$deps/sentencepiece/include/"
  cp "$deps/sentencepiece-build/src/libsentencepiece.a" "$deps/sentencepiece/lib/"
  touch "$deps/sentencepiece/done"
}

# With the packages named besides.
install_dependencies() {
  choose_libtorch
  install_packages "${packages[@]}" "$@"
  build_sentencepiece
}

configure() {
  # shellcheck disable=SC2086
  cmake -S "$root" -B "$root/build" -G Ninja -DWHEREFORE_UNITY_BUILD=ON "${libtorch[@]}" "$@" ${CMAKE_ARGS:-} >/dev/null
}

build_programs() {
  local tests=(-DWHEREFORE_BUILD_TESTS=OFF)
  # Where tools/test.sh built the tests they stay.
  if [ -x "$root/build/tests/wherefore_tests" ]; then tests=(); fi
  say "building the programs in build/"
  configure "${tests[@]}"
  cmake --build "$root/build" --target explain-caption explain-vqa explain-image make-scenes
}

# Which program explains a model is written in its config.json.
program_for() {
  case $(sed -nE 's/^ *"task" *: *"([^"]*)".*/\1/p' "$1/config.json" 2>/dev/null | head -n 1) in
    caption) echo explain-caption ;;
    vqa) echo explain-vqa ;;
    classification) echo explain-image ;;
    *) fail "'$1' is no model directory: its config.json names no task" ;;
  esac
}

explain() {
  local model=$1 program
  shift
  program=$(program_for "$model")
  say "explaining with $program"
  "$root/build/tools/$program" "$@" --model "$model" --out "$root/wherefore-out"
  say "open this in a browser: $root/wherefore-out/report.html"
}

# With the project's own models, on a picture drawn for the purpose.
explain_scene() {
  local scenes=$root/wherefore-out/scenes
  "$root/build/tools/make-scenes" --count 4 --seed 7 --out "$scenes"
  say "explaining with explain-caption"
  "$root/build/tools/explain-caption" "$scenes"/images/00000{0,1,2,3}.png --out "$root/wherefore-out"
  say "open this in a browser: $root/wherefore-out/index.html"
}

main() {
  local model=""
  if [ "${1:-}" = --model ]; then
    [ $# -ge 3 ] || fail "usage: tools/setup.sh [--model DIR PHOTO [QUESTION]]"
    model=$2
    shift 2
  elif [ $# -gt 0 ]; then
    fail "usage: tools/setup.sh [--model DIR PHOTO [QUESTION]]"
  fi
  install_dependencies
  build_programs
  if [ -n "$model" ]; then
    explain "$model" "$@"
  else
    explain_scene
  fi
}

# tools/test.sh uses the functions.
if [ "${BASH_SOURCE[0]}" = "$0" ]; then main "$@"; fi
