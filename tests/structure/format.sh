#!/usr/bin/env bash
# Refuses sources that clang-format 14 would write otherwise. Skipped, with the reason, where that version is not there.
#   format.sh SOURCE
set -euo pipefail
cd "$1"
format=$(command -v clang-format-14 || command -v clang-format || true)
if [ -z "$format" ] || ! "$format" --version | grep -q 'version 14\.'; then
  echo "skipped: sources are formatted by clang-format 14; ${format:-none is here}${format:+ is $("$format" --version)}"
  exit 77
fi
find explain models neurons tasks tools tests \( -name '*.cpp' -o -name '*.h' \) -print0 |
  xargs -0 "$format" --dry-run --Werror --ferror-limit=1
