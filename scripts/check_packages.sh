#!/bin/bash
# Proves that the libraries install and are found by projects outside ours: each is built alone, installed into a
# temporary prefix, and used by the small project in tests/package/<name>. The client is also used as a folder.
# Usage: scripts/check_packages.sh [NAME...]       (default: all)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
# Built beside build/release and with its flags: the compiler's cache then has most objects already.
work=$root/build/package
rm -rf "$work"-*
trap 'rm -rf "$work"-*' EXIT
log=$work-log
prefix=$work-prefix
export CMAKE_GENERATOR=Ninja CXX=${CXX:-clang++-19} CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-2}
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1

settings=(-DCMAKE_BUILD_TYPE=RelWithDebInfo "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O2 -g1 -DNDEBUG")

# Builds the library in $1 alone (further arguments go to CMake) and installs it.
install_library() {
  local source=$1
  shift
  cmake -S "$source" -B "$work-$(basename "$source")" "${settings[@]}" -DCMAKE_PREFIX_PATH="$prefix" \
    -DCMAKE_INSTALL_PREFIX="$prefix" -DCQLBULK_TESTS=OFF "$@" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
  cmake --build "$work-$(basename "$source")" --target install >"$log" 2>&1 || { cat "$log" >&2; return 1; }
}

# Builds the outside project tests/package/$1 against what is installed, and runs it.
use_package() {
  local name=$1
  shift
  cmake -S "$root/tests/package/$name" -B "$work-user-$name" "${settings[@]}" \
    -DCMAKE_PREFIX_PATH="$prefix" "$@" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
  cmake --build "$work-user-$name" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
  "$work-user-$name/${name}_user"
}

check_cql() {
  install_library "$root/libs/client"
  use_package cql
  rm -rf "$prefix"
}

check_cql_subdirectory() {
  use_package cql_subdirectory -DCQL_SOURCE="$root/libs/client"
}

# Needs cql, as its users do. Arrow is the wheel of the project's own environment.
check_cqlbulk() {
  local arrow=(-DPython3_EXECUTABLE="$root/.venv/bin/python")
  install_library "$root/libs/client" -DCQL_HIDDEN_OPENSSL=ON
  # What it is compiled against is the installed client, which no cache has seen: quickly, then.
  install_library "$root/libs/bulk" "${arrow[@]}" -DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O0
  use_package cqlbulk "${arrow[@]}"
}

[ $# -gt 0 ] || set -- cql cql_subdirectory cqlbulk
for name in "$@"; do
  "check_$name"
  echo "package $name: a project outside uses it"
done
