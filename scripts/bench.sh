#!/usr/bin/env bash
# ./dev bench: runs a bench (bench/run.py, bench/client/run.py) against a node of its own that is made for measuring.
# A node that already ran goes on running; one started here ends with the run. Its data stays for the next one.
set -euo pipefail
cd "$(dirname "$0")/.."
bench=$1
shift
python=.venv/bin/python
node() { "$python" testbed/cassandra "$@" --name bench; }

if ! node status >/dev/null 2>&1; then
  trap 'node down' EXIT
  trap 'exit 130' INT TERM HUP
fi
node up --heap 2g
"$python" "$bench" --host 127.0.0.31 "$@"
