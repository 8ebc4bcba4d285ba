#!/usr/bin/env bash
# scripts/build.sh PRESET [TARGET]: sets the machine up where needed, then configures and builds one CMake preset.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
case "$preset" in -*) echo "usage: ./dev build [release|dev|asan|tsan|fuzz]" >&2; exit 2 ;; esac
scripts/setup.sh

# One compiler takes up to 1 GB here: no more at once than memory and cores allow.
memory_gb=$(awk '/^MemAvailable:/ {print int($2 / 1048576)}' /proc/meminfo)
cores=$(nproc)
jobs=${CQLBULK_JOBS:-$((memory_gb < cores ? (memory_gb > 0 ? memory_gb : 1) : cores))}

# Objects in the cache serve every checkout of this project, wherever it lies.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1

mkdir -p build
log=build/configure-$preset.log
cmake --preset "$preset" >"$log" 2>&1 || {
  cat "$log" >&2
  echo "build: configuring preset '$preset' failed (above)" >&2
  exit 1
}
cmake --build --preset "$preset" -j "$jobs" ${2:+--target "$2"}
