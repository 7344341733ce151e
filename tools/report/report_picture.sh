#!/usr/bin/env bash
# Makes tools/report/report.png, the picture at the top of README: a report about a generated scene, as a browser shows it.
#
#   tools/report/report_picture.sh
#
# Needs the programs (tools/setup.sh) and a Chromium.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  { echo "error: no Chromium was found" >&2; exit 1; }

"$root/build/tools/make-scenes" --count 1 --seed 78 --out "$work/scenes"
"$root/build/tools/explain-vqa" "$work/scenes/images/000000.png" "what color is the ring?" --out "$work/out"
"$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=1 \
  --window-size=1000,760 --screenshot="$work/report.png" "file://$work/out/report.html" >/dev/null 2>&1
mv "$work/report.png" "$root/tools/report/report.png"
echo "made $root/tools/report/report.png"
