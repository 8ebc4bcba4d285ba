#!/bin/bash
# Proves that the libraries install and are found by projects outside ours: each is built alone, installed into a
# temporary prefix, and used by the small project in tests/package/<name>.
# Usage: scripts/check_packages.sh [NAME...]       (default: all)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CMAKE_GENERATOR=Ninja CXX=${CXX:-clang++-19} CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-2}
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1

# Builds the library in $1 alone (further arguments go to CMake) and installs it.
install_library() {
  local source=$1
  shift
  cmake -S "$source" -B "$work/build/$(basename "$source")" -DCMAKE_PREFIX_PATH="$work/prefix" \
    -DCMAKE_INSTALL_PREFIX="$work/prefix" -DCQLBULK_TESTS=OFF "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; return 1; }
  cmake --build "$work/build/$(basename "$source")" --target install >"$work/log" 2>&1 || { cat "$work/log" >&2; return 1; }
}

# Builds the outside project tests/package/$1 against what is installed, and runs it.
use_package() {
  local name=$1
  shift
  cmake -S "$root/tests/package/$name" -B "$work/user/$name" \
    -DCMAKE_PREFIX_PATH="$work/prefix" "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; return 1; }
  cmake --build "$work/user/$name" >"$work/log" 2>&1 || { cat "$work/log" >&2; return 1; }
  "$work/user/$name/${name}_user"
}

check_cql() {
  install_library "$root/libs/client"
  use_package cql
  rm -rf "$work/prefix"
}

# Needs cql, as its users do. Arrow is the wheel of the project's own environment.
check_cqlbulk() {
  local arrow=(-DPython3_EXECUTABLE="$root/.venv/bin/python")
  install_library "$root/libs/client" -DCQL_HIDDEN_OPENSSL=ON
  install_library "$root/libs/bulk" "${arrow[@]}"
  use_package cqlbulk "${arrow[@]}"
}

[ $# -gt 0 ] || set -- cql cqlbulk
for name in "$@"; do
  "check_$name"
  echo "package $name: installs, and a project outside uses it"
done
