#!/usr/bin/env bash
# ./dev lint: formatting and layers of everything, clang-tidy over the files changed since main.
#   --all          clang-tidy over every file (many minutes)
#   --fix-format   only format, in place: ./dev fmt
set -euo pipefail
cd "$(dirname "$0")/.."

all=false
case "${1:-}" in
  "") ;;
  --all) all=true ;;
  --fix-format)
    scripts/setup.sh
    git ls-files -z --cached --others --exclude-standard '*.cpp' '*.hpp' | xargs -0r clang-format-19 -i
    exit
    ;;
  *)
    echo "usage: ./dev lint [--all]" >&2
    exit 2
    ;;
esac

scripts/setup.sh
failed=0

echo "-- format" >&2
git ls-files -z --cached --others --exclude-standard '*.cpp' '*.hpp' | xargs -0r clang-format-19 --dry-run --Werror || {
  echo "lint: './dev fmt' mends the formatting" >&2
  failed=1
}

echo "-- layers" >&2
.venv/bin/python scripts/check_layers.py || failed=1

# clang-tidy needs each file's compiler flags. The release preset builds no tests, so they are looked at by no one here.
cmake --preset release >/dev/null
compiled() { .venv/bin/python -c 'import json; print(*sorted({e["file"] for e in json.load(open("build/release/compile_commands.json"))}), sep="\n")'; }
changed() {
  local base
  base=$(git merge-base HEAD main 2>/dev/null || git rev-parse HEAD)
  { git diff --name-only "$base"; git ls-files --others --exclude-standard; } | sort -u
}
# A changed header is seen through the source file of the same name.
wanted() {
  if $all; then compiled; else
    comm -12 <(compiled) <(changed | sed -nE "s|(.*)\.[ch]pp$|$PWD/\1.cpp|p" | sort -u)
  fi
}
mapfile -t files < <(wanted)
if [ ${#files[@]} -eq 0 ]; then
  echo "-- clang-tidy: no compiled file changed since main; --all looks at every one" >&2
else
  echo "-- clang-tidy: ${#files[@]} files" >&2
  printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" clang-tidy-19 --quiet -p build/release --warnings-as-errors='*' || failed=1
fi
exit $failed
