#!/usr/bin/env bash
# ./dev clean: removes what was built. --all also removes what setup fetched, and all rings with their data.
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1:-}" in
  "") rm -rf build ;;
  --all)
    python3 testbed/cassandra down --all
    rm -rf build .venv .testbed
    ;;
  *)
    echo "usage: ./dev clean [--all]" >&2
    exit 2
    ;;
esac
