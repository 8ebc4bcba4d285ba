"""The replay server as a target of the client's bench."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from pathlib import Path

from client.contestants import Target
from replay import ReplayServer


@contextmanager
def replay_server(program: Path, rows: int):
    """A Target as long as the block runs."""
    with ReplayServer(program, "--rows", str(rows)) as server:
        yield Target("replay server", server.host, server.table, server.pid, rows)


def write_keys(program: Path, target: Target, file: Path) -> None:
    """Keys that the replay server has: the first columns of its rows, read by the client itself."""
    done = subprocess.run([str(program), target.endpoint, target.table, "keys", str(file)], check=True, capture_output=True)
    if not file.exists():
        raise RuntimeError(done.stderr.decode())
