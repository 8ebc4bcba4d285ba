"""The replay server as a target: the baseline table from memory, so that what is measured is the client."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from pathlib import Path

from client.contestants import Target

START_SECONDS = 60


@contextmanager
def replay_server(program: Path, rows: int, *options: str):
    """A Target as long as the block runs."""
    command = [str(program), "--rows", str(rows), "--port", "0", "--end-with-stdin", *options]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        node = server.stdout.readline().split()
        if len(node) != 2 or node[0] != "node":
            raise RuntimeError(f"{program} did not start")
        while not server.stdout.readline().startswith("serving "):
            if server.poll() is not None:
                raise RuntimeError(f"{program} ended with {server.returncode}")
        yield Target("replay server", node[1], "bench.readings", server.pid, rows)
    finally:
        server.stdin.close()
        server.wait(START_SECONDS)


def write_keys(program: Path, target: Target, file: Path) -> None:
    """Keys that the replay server has: the first columns of its rows, read by the client itself."""
    done = subprocess.run([str(program), target.endpoint, target.table, "keys", str(file)], check=True, capture_output=True)
    if not file.exists():
        raise RuntimeError(done.stderr.decode())
