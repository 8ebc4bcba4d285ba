"""The tool against the replay server: many nodes, real token ranges, and every row accounted for."""

from __future__ import annotations

import os
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

ROWS = 120_050  # the last partition is whole, most splits are not


@contextmanager
def serving(*options: str):
    """The first node's address, and a function that ends the server and gives its last line."""
    program = Path(os.environ["CQLBULK_TOOL"]).with_name("replay_server")
    server = subprocess.Popen(
        [program, "--rows", str(ROWS), "--port", "0", "--end-with-stdin", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def end() -> str:
        server.stdin.close()
        return server.stdout.read().splitlines()[-1]

    try:
        node = re.fullmatch(r"node (\S+)\n", server.stdout.readline())
        assert node, "the replay server did not start"
        while not server.stdout.readline().startswith("serving "):
            assert server.poll() is None
        yield node[1], end
    finally:
        if not server.stdin.closed:
            server.stdin.close()
        server.wait(30)


@pytest.mark.parametrize("options", [(), ("--nodes", "7", "--rf", "3", "--threads", "2"), ("--versions", "4")], ids=["one", "seven", "v4"])
def test_counts_every_row_once(cqlbulk, options):
    with serving(*options) as (host, _):
        done = cqlbulk("count", "bench.readings", "--hosts", host)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().replace(",", "") == str(ROWS)


def test_what_was_exported_is_loaded_again(cqlbulk, tmp_path: Path):
    with serving("--nodes", "3") as (host, end):
        done = cqlbulk("export", "bench.readings", "--to", "readings.csv", "--hosts", host)
        assert done.returncode == 0, done.stderr
        lines = (tmp_path / "readings.csv").read_text().splitlines()
        assert len(lines) == ROWS + 1 and len(set(lines)) == ROWS + 1
        done = cqlbulk("load", "bench.readings", "--from", "readings.csv", "--hosts", host)
        assert done.returncode == 0, done.stderr
        assert end().endswith(f", rows written {ROWS}")
