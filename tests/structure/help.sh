#!/usr/bin/env bash
# What documents name must be there: each program, each of its options, and each method and measure that they are given.
# README.md, RESULTS.md, ADVICE.md and CONTRIBUTING.md of every folder are compared with what the programs print.
#   help.sh SOURCE PROGRAMS WORK
set -euo pipefail
source_folder=$1 programs=$2 work=$3
rm -rf "$work" && mkdir -p "$work"

# All at once: most of the time of each is spent on loading LibTorch.
for program in "$programs"/*; do
  name=$(basename "$program")
  if [[ -f $program && -x $program && $name =~ ^[a-z]+-[a-z]+$ ]]; then "$program" --help >"$work/$name.help" & fi
done
"$programs/explain-image" --list-methods >"$work/method.names" &
"$programs/evaluate-explanations" --list-measures >"$work/measure.names" &
wait

mapfile -t documents < <(cd "$source_folder" && find . -name 'README.md' -o -name 'RESULTS.md' -o -name 'ADVICE.md' \
  -o -name 'CONTRIBUTING.md' | grep -vE '/(build[^/]*|\.[a-z]+)/' | sort)

# Code of the documents, a line each: FILE:LINE, a tab, the code. An indented line is code, with those that its backslash
# goes on to; so is what stands between backquotes in a paragraph. Fenced blocks are other languages.
code_of_documents() {
  cd "$source_folder" && awk '
    function flush(  parts, n, i) {
      gsub(/``([^`]|`[^`])*``/, "", text)
      n = split(text, parts, "`")
      for (i = 2; i <= n; i += 2) print place "\t" parts[i]
      text = ""
    }
    FNR == 1 { flush(); fenced = 0; goes_on = 0 }
    /^```/ { flush(); fenced = !fenced; next }
    fenced { next }
    /^    / || goes_on {
      flush()
      if (!goes_on) code = FILENAME ":" FNR "\t"
      goes_on = sub(/\\$/, "")
      code = code $0
      if (!goes_on) print code
      next
    }
    /^ *$/ || /^[-|#]/ { flush() }
    { if (text == "") place = FILENAME ":" FNR; text = text " " $0 }
    END { flush() }' "${documents[@]}"
}

failures=0
fail() {
  printf '%s\n' "$*" >&2
  failures=$((failures + 1))
}

# has OPTION FILE...: whether one of the help texts has the option.
has() {
  local option=$1
  shift
  grep -qE -e "(^|[ ,])$option([ =]|\$)" "$@"
}

check_code() {
  local place=$1 code=$2 word program="" given=""
  local words
  read -ra words <<<"$code"
  for word in "${words[@]}"; do
    word=${word#build/tools/}
    if [[ $word =~ ^(explain|evaluate|train|dissect|make|expose)-[a-z]+$ ]]; then
      program=$word given=""
      [ -f "$work/$program.help" ] || fail "$place: there is no program $program"
    elif [[ $word =~ ^(--[a-z][a-z_-]*) ]]; then
      given=${BASH_REMATCH[1]#--}
      check_option "$place" "$program" "--$given" "$code"
    elif [[ $given =~ ^(method|measure)$ && $word =~ ^[a-z][a-z-]*$ ]]; then
      grep -qE "^ *$word( |\$)" "$work/$given.names" || fail "$place: there is no $given $word"
      given=""
    fi
  done
}

# An option without a program before it counts where nothing stands before it: it may be any program's.
check_option() {
  local place=$1 program=$2 option=$3 code=$4
  if [ -n "$program" ]; then
    [ -f "$work/$program.help" ] || return 0
    has "$option" "$work/$program.help" || fail "$place: $program has no option $option"
  elif [[ $code =~ ^\ *-- ]]; then
    has "$option" "$work"/*.help || fail "$place: no program has the option $option"
  fi
}

lines=0
while IFS=$'\t' read -r place code; do
  check_code "$place" "$code"
  lines=$((lines + 1))
done < <(code_of_documents)

[ "$lines" -gt 100 ] || fail "only $lines pieces of code were found in ${documents[*]}"
[ "$failures" -eq 0 ] || exit 1
printf '%d pieces of code in %d documents\n' "$lines" "${#documents[@]}"
