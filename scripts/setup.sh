#!/usr/bin/env bash
# Everything the project needs, on Debian 12: system packages, a Python environment in .venv,
# simdjson's sources in .cache, Cassandra's jars in .testbed. Does only what is missing, so it can run before every build.
set -euo pipefail
cd "$(dirname "$0")/.."

# setup.sh [--cassandra RELEASE]: with that one's jars too, for './dev cluster up --version'.
# setup.sh --dsbulk: with DSBulk's jars in .testbed/dsbulk, for './dev bench --dsbulk'.
cassandra_version=$(sed -n 's/^RELEASES = {"5.0": "\([^"]*\)".*/\1/p' testbed/cassandra/shape.py)
venv=.venv
testbed=.testbed

# "why: packages", one line a group.
package_groups=(
  "compiler, linker, sanitizers, formatter: clang-19 lld-19 llvm-19 libclang-rt-19-dev clang-format-19 clang-tidy-19"
  "build tools: cmake ninja-build ccache git"
  "coroutines, networking, TLS: libboost1.81-dev libssl-dev"
  "compression and checksums: liblz4-dev liblzma-dev libzstd-dev zlib1g-dev libisal-dev libxxhash-dev"
  "text, logging, command line, JSON: libfmt-dev libspdlog-dev libcli11-dev libtomlplusplus-dev nlohmann-json3-dev"
  "names of months, separators of numbers, time zones: libicu-dev"
  "tests and micro-benchmarks: libgtest-dev libgmock-dev libbenchmark-dev"
  "counting instructions: valgrind"
  "certificates for tests of TLS: openssl"
  "Python environment (Arrow, test driver): python3 python3-venv"
  "clocks that jump, and another reader of JSON, in tests: libfaketime jq"
  "a real Cassandra to test against: maven openjdk-17-jre-headless"
)

say() { echo "setup: $*" >&2; }
stop() { say "$*"; exit 2; }

java_is_17() { java -version 2>&1 | grep -q 'version "17\.'; }

# Those of the named packages that are not installed.
missing_of() {
  local installed
  installed=$(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^ii *//p' || true)
  for package in "$@"; do
    grep -qx -- "$package" <<<"$installed" && continue
    [ "$package" = openjdk-17-jre-headless ] && java_is_17 && continue
    echo "$package"
  done
}

install_packages() {
  command -v dpkg-query >/dev/null || stop "this system has no dpkg. Debian 12 is supported; elsewhere see CONTRIBUTING.md."
  local all=() missing=() group
  for group in "${package_groups[@]}"; do all+=(${group#*: }); done
  mapfile -t missing < <(missing_of "${all[@]}")
  [ ${#missing[@]} -gt 0 ] || return 0

  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
      say "these packages are missing, and neither root nor sudo is here to install them:"
      printf '  %s\n' "${missing[@]}" >&2
      stop "have them installed (apt-get install --no-install-recommends …), then run this again."
    }
    as_root=(sudo)
  fi

  say "installing with apt-get what is missing:"
  for group in "${package_groups[@]}"; do
    local wanted
    wanted=$(for package in ${group#*: }; do printf '%s\n' "${missing[@]}" | grep -x -- "$package" || true; done)
    [ -z "$wanted" ] || echo "  ${group%%: *}: ${wanted//$'\n'/ }" >&2
  done
  # Another installation on this machine may hold dpkg's lock for a while.
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0)
  "${apt[@]}" update </dev/null >&2
  "${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null >&2
}

install_python_packages() {
  local requirements=testbed/requirements.txt stamp=$venv/installed.sha256 wanted
  wanted=$(sha256sum <"$requirements")
  [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return 0

  # Debian's own Python first: another one in PATH may be of a version the wheels are not made for.
  local python=/usr/bin/python3
  "$python" -c 'import ensurepip' 2>/dev/null || python=python3
  say "installing Python packages into $venv (Arrow, the Python driver and cqlsh, pytest, the demo's data)"
  [ -x "$venv/bin/pip" ] || "$python" -m venv "$venv"
  local pip=("$venv/bin/pip" -q --disable-pip-version-check install --no-deps)
  mapfile -t builders < <(grep -E '^(setuptools|wheel)==' "$requirements")
  "${pip[@]}" "${builders[@]}" </dev/null >&2
  "${pip[@]}" --no-build-isolation -r "$requirements" </dev/null >&2
  echo "$wanted" >"$stamp"
}

# The wheel's libparquet exports a simdjson of its own, so Debian's shared one would be mixed up with it at run time.
# The sources of this package are compiled into the library with hidden symbols (libs/bulk/cmake/FindSimdjsonSource.cmake).
fetch_simdjson() {
  local version=7.0.2 sha256=44cf276e48912a3b9c7ca362c14da8420a7ac15a9f1a16ec95becff86db3904a sources=.cache/simdjson
  [ "$(cat "$sources/fetched-version" 2>/dev/null)" = "$version" ] && return 0
  say "fetching simdjson's sources into $sources"
  local archive=.cache/pysimdjson-$version.tar.gz
  mkdir -p .cache
  "$venv/bin/pip" -q --disable-pip-version-check download --no-deps --no-build-isolation --no-binary :all: -d .cache "pysimdjson==$version" </dev/null >&2
  echo "$sha256  $archive" | sha256sum --check --quiet >&2 || stop "$archive is not what it was: see scripts/setup.sh"
  rm -rf "$sources" && mkdir -p "$sources"
  tar -xzf "$archive" -C "$sources" --strip-components=2 "pysimdjson-$version/simdjson/simdjson.h" "pysimdjson-$version/simdjson/simdjson.cpp"
  rm "$archive"
  echo "$version" >"$sources/fetched-version"
}

# fetch_jars WHAT POM PROPERTY VERSION TARGET SIZE: the dependencies of a pom that builds nothing.
fetch_jars() {
  local what=$1 pom=$2 property=$3 version=$4 jars=$5 size=$6
  [ "$(cat "$jars/complete" 2>/dev/null || echo none)" = "$version" ] && return 0
  say "fetching $what $version with Maven into $jars (about $size MB)"
  # Maven's own repository is of no further use; the copied jars are.
  rm -rf "$testbed/m2" "$jars"
  mvn -B -q -Dstyle.color=never -f "$pom" -D"$property=$version" -Dmaven.repo.local="$PWD/$testbed/m2" \
    dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$PWD/$jars" </dev/null >&2
  rm -rf "$testbed/m2"
  echo "$version" >"$jars/complete"
}

fetch_cassandra() {
  [ -e "$testbed/lib-$1/complete" ] || fetch_jars Cassandra testbed/cassandra/pom.xml cassandra.version "$1" "$testbed/lib-$1" 70
}

fetch_dsbulk() { fetch_jars DSBulk bench/peers/dsbulk.pom.xml dsbulk.version 1.10.0 "$testbed/dsbulk" 60; }

case "$# ${1:-}" in
  "0 ") other_release="" dsbulk="" ;;
  "2 --cassandra") other_release=$2 dsbulk="" ;;
  "1 --dsbulk") other_release="" dsbulk=1 ;;
  *) stop "takes no arguments but --cassandra RELEASE, or --dsbulk" ;;
esac
install_packages
mkdir -p "$testbed"
# Two setups at once (a build beside a test run) take turns.
exec 9>"$testbed/setup.lock"
flock 9
install_python_packages
fetch_simdjson
fetch_cassandra "$cassandra_version"
[ -z "$other_release" ] || fetch_cassandra "$other_release"
[ -z "$dsbulk" ] || fetch_dsbulk
