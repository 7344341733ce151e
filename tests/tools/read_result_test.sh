#!/usr/bin/env bash
# Runs the lines of Python in tools/README.md on a result of explain-caption, and compares explanation.json with its schema
# by Python's jsonschema where that is there. Skipped, with the reason, without python3 and numpy; WHEREFORE_PYTHON names
# another interpreter.
#   read_result_test.sh SOURCE PROGRAMS WORK
set -euo pipefail
source_folder=$1 programs=$2 work=$3
python=${WHEREFORE_PYTHON:-python3}
if ! "$python" -c 'import numpy' 2>/dev/null; then
  echo "skipped: results are read by python3 with numpy; $(command -v "$python" || echo "no $python") has none"
  exit 77
fi
rm -rf "$work" && mkdir -p "$work"
"$programs/make-scenes" --count 1 --seed 1 --out "$work/scenes" >/dev/null 2>&1
photograph=$(find "$work/scenes/images" -type f | head -n 1)
"$programs/explain-caption" "$photograph" --model "$source_folder/models/scene-caption" --out "$work/wherefore-out" >/dev/null

awk '/^```python/ { inside = 1; next } /^```/ { inside = 0 } inside' "$source_folder/tools/README.md" >"$work/read.py"
(cd "$work" && "$python" read.py) | tee "$work/read.txt"
targets=$("$python" -c 'import json, sys; print(len(json.load(open(sys.argv[1]))["targets"]))' \
  "$work/wherefore-out/explanation.json")
lines=$(grep -c 'highest in row [0-9]*, column [0-9]* of ' "$work/read.txt" || true)
if [ "$targets" -lt 2 ] || [ "$lines" -ne "$targets" ]; then
  echo "the lines printed $lines targets, but explanation.json has $targets"
  exit 1
fi

if ! "$python" -c 'from jsonschema import Draft202012Validator' 2>/dev/null; then
  echo "not compared with explanation.schema.json: $python has no jsonschema"
  exit 0
fi
"$python" - "$source_folder/tools/report/explanation.schema.json" "$work/wherefore-out/explanation.json" <<'END'
import json, sys
from jsonschema import Draft202012Validator

schema, explanation = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
Draft202012Validator.check_schema(schema)
Draft202012Validator(schema).validate(explanation)
text = explanation["written"]["text"].encode()
for part in explanation["written"]["words"] + explanation["targets"]:
    assert text[part["begin"]:part["end"]].decode() == part["text"], part
END
