"""The replay server as what is measured against: a table from memory, so that what is measured is the client.

It answers to what samples.py asks of a server; nothing is ever left over in it from a run before.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from measured import process_cpu_seconds

START_SECONDS = 120
TABLE = "bench.readings"


@dataclass(frozen=True)
class Done:
    """What it did so far."""

    connections: int
    requests: int
    rows_read: int
    rows_written: int

    def __sub__(self, before: "Done") -> "Done":
        return Done(*(now - then for now, then in zip(vars(self).values(), vars(before).values())))


class ReplayServer:
    """Serves as long as the block runs; raises RuntimeError where it does not start."""

    def __init__(self, program: Path, *options: str, cores: list[int] | None = None):
        pinned = ["taskset", "-c", ",".join(map(str, cores))] if cores else []
        command = [*pinned, str(program), "--port", "0", "--end-with-stdin", *options]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.nodes: list[str] = []
        while not (line := self._process.stdout.readline()).startswith("serving "):
            node = re.fullmatch(r"node (\S+)\n", line)
            if not node:
                raise RuntimeError(f"{program} did not start")
            self.nodes.append(node[1])
        told = re.match(r"serving (\S+): (\d+) rows", line)
        self.table, self.rows = told[1], int(told[2])
        self.host = self.nodes[0]
        self._mark = self.done()

    def __enter__(self) -> "ReplayServer":
        return self

    def __exit__(self, *_) -> None:
        self._process.stdin.close()
        self._process.wait(START_SECONDS)
        self._process.stdout.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def cpu_seconds(self) -> float:
        return process_cpu_seconds(self.pid)

    def done(self) -> Done:
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        told = self._process.stdout.readline()
        if not told:
            raise RuntimeError("the replay server ended")
        return Done(*map(int, re.findall(r"\d+", told)))

    def wait_until_quiet(self) -> None:
        """It is; what it does from now on is the next run's."""
        self._mark = self.done()

    def done_since_quiet(self) -> Done:
        return self.done() - self._mark
