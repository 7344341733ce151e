#!/usr/bin/env bash
# What tools/setup.sh decides where a package is missing, too old or not to be had: apt and python3 are pretended.
#   setup_test.sh SOURCE WORK
set -euo pipefail
source_folder=$1 work=$2
rm -rf "$work" && mkdir -p "$work/bin"
cd "$work"
failures=0

# pretend PROGRAM: what it does is read from standard input.
pretend() {
  { echo '#!/bin/bash'; cat; } >"bin/$1"
  chmod +x "bin/$1"
}

# offer VERSION: that of the package libtorch-dev.
offer() { pretend apt-cache <<<"echo '  Candidate: $1'"; }

# python_has VERSION ABI: of the package torch.
python_has() { pretend python3 <<<"printf '%s\\n' $1 $2 /opt/torch"; }

# with_setup COMMAND: runs it in a shell with setup.sh's functions and a fresh project folder.
with_setup() {
  rm -rf project && mkdir project
  PATH=$work/bin:$PATH bash -c "source '$source_folder/tools/setup.sh'; root=$work/project deps=$work/project/.deps; $1" 2>&1
}

# check NAME TEXT COMMAND: the command's output holds the text.
check() {
  local output
  output=$(with_setup "$3") || true
  if [[ $output != *"$2"* ]]; then
    printf 'FAILED: %s\nwanted: %s\n   got: %s\n' "$1" "$2" "$output"
    failures=$((failures + 1))
  fi
}

pretend sudo <<<'exec "$@"'
pretend dpkg-query <<<'exit 1'
pretend apt-get <<<'exit 100'
offered='choose_libtorch; echo "${packages[-1]}, ${libtorch[*]-}"'

python_has 2.15.0 True
offer 2.6.0+dfsg-8
check 'the package is taken' 'libtorch-dev, ' "$offered"
pretend apt-get <<<'exit 0'
for version in '(none)' 1.8.1-5; do
  offer "$version"
  check "package $version: Python's torch is taken" \
    '-DTorch_DIR=/opt/torch/share/cmake/Torch' "$offered"
done
check 'a LibTorch that is named comes first' 'nlohmann-json3-dev, ' "CMAKE_ARGS=-DTorch_DIR=/mine; $offered"
check 'so does the one of the build' 'nlohmann-json3-dev, ' "mkdir -p project/build project/own
  touch project/own/TorchConfig.cmake; echo 'Torch_DIR:UNINITIALIZED=$work/project/own' >project/build/CMakeCache.txt; $offered"
python_has 2.6.0+cu124 False
check 'the old ABI is refused' "torch 2.6.0+cu124 has another C++ ABI" "$offered"
pretend python3 <<<'exit 1'
check 'there is neither' "libtorch-dev is 1.8.1-5, and python3 has no package torch. Run" "$offered"
check 'what to run is said' "pip install torch" "$offered"

# The Python index gives the archive only to who names its checksum.
mkdir -p sentencepiece-0.2.1/sentencepiece && touch sentencepiece-0.2.1/sentencepiece/CMakeLists.txt
tar -czf archive.tar.gz sentencepiece-0.2.1
fetched='fetch_sentencepiece; ls "$deps/sentencepiece-source"'
pretend apt-get <<<'exit 100'
pretend python3 <<E2
case "\$*" in
  *"pip download"*"--dest "*) while [ "\$1" != --dest ]; do shift; done
    grep -q '^sentencepiece==0.2.1 --hash=sha256:[0-9a-f]\{64\}$' "\$2/requirements.txt" &&
      cp '$work/archive.tar.gz' "\$2/sentencepiece-0.2.1.tar.gz" ;;
esac
E2
check 'no source package: the Python index is asked' CMakeLists.txt "$fetched"
pretend python3 <<<'[[ $* != *download* ]]'
check 'nor there: what to do is said' 'Unpack a release' "$fetched"
pretend python3 <<<'exit 1'
check 'nor is there a pip' 'Unpack a release' "$fetched"
pretend apt-get <<<"case \"\$*\" in *' source '*) tar -czf sentencepiece_0.1.97.orig.tar.gz -C '$work' sentencepiece-0.2.1/sentencepiece \
  --transform s,sentencepiece-0.2.1/,,; touch sentencepiece_0.1.97.orig.tar.gz.asc ;; esac"
check 'the source package comes first' CMakeLists.txt "$fetched"

[ "$failures" -eq 0 ]
