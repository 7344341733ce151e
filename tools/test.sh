#!/usr/bin/env bash
# Installs what the tests need besides what tools/setup.sh installs, builds everything and runs every test.
#
#   tools/test.sh [ARGUMENT for ctest...]
#
# A browser test runs where there is a Chromium; it is installed where the system has it as a package.
set -euo pipefail
# shellcheck source=setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

test_packages=(libgtest-dev libgmock-dev libbenchmark-dev)
# Ubuntu's package of this name only points to another packaging system.
grep -q '^ID=debian' /etc/os-release && test_packages+=(chromium)

install_dependencies "${test_packages[@]}"
say "building everything in build/"
configure -DWHEREFORE_BUILD_TESTS=ON -DWHEREFORE_BUILD_BENCHMARKS=ON
cmake --build "$root/build"
say "running the tests"
cd "$root/build"
status=0
ctest --output-on-failure --parallel 2 "$@" || status=$?
say "tests skipped, and why"
sed -n '/: Skipped$/,/^\[  SKIPPED \]/ { /: Skipped$/d; /^$/d; p }' Testing/Temporary/LastTest.log >&2
exit "$status"
