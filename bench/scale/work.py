"""The commands that the bench of scale runs against the replay server, and how one of them becomes a sample."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import generate
from contestants import Run, input_csv
from peers import file_formats
from replay import ReplayServer
from samples import take_sample
from scale.results import Taken
from server import FILES

INPUT = FILES / f"scale-{os.getpid()}"
# What is exported goes to memory where there is room: a disk that is busy would count.
IN_MEMORY = Path("/dev/shm")
MOST_OUTPUT = 4 << 30
_has_room = IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > MOST_OUTPUT
OUTPUT = (IN_MEMORY / f"cqlbulk-bench-scale-{os.getpid()}") if _has_room else INPUT
NOWHERE = "-"  # of exports: standard output, thrown away


@dataclass(frozen=True)
class Tools:
    """The programs."""

    build: Path
    rust_driver: Path | None = None  # where there is a cargo to build it

    @property
    def cqlbulk(self) -> Path:
        return self.build / "bin" / "cqlbulk"

    def server(self, *options: object, cores: list[int] | None = None) -> ReplayServer:
        return ReplayServer(self.build / "bin" / "replay_server", *map(str, options), cores=cores)

    def pages(self, server: ReplayServer) -> Run:
        """The client library alone: pages are read and dropped."""
        command = [str(self.build / "bin" / "cql_bench"), server.host, server.table, "pages"]
        return Run("pages dropped", command, lambda measured: json.loads(measured.stdout)["rows"])

    def rust_scan(self, server: ReplayServer) -> Run:
        command = [str(self.rust_driver), server.host, server.table, "scan"]
        return Run("scan", command, lambda measured: json.loads(measured.stdout)["rows"])

    def count(self, server: ReplayServer, *options: str) -> Run:
        return Run("count", self._cqlbulk(server, "count", *options), lambda measured: int(measured.stdout))

    def export(self, server: ReplayServer, to: str, *options: str, cores: list[int] | None = None) -> Run:
        """To a file of this name in OUTPUT, to a path, or NOWHERE."""
        output = None if to == NOWHERE else OUTPUT / to
        command = self._cqlbulk(server, "export", "--to", str(output or NOWHERE), *options, cores=cores)
        if not output:
            command = ["sh", "-c", 'exec "$@" > /dev/null', "sh", *command]
        return Run("export", command, lambda _: server.done_since_quiet().rows_read, output=output)

    def load(self, server: ReplayServer, sources: list[Path], *options: str, cores: list[int] | None = None) -> Run:
        files = [argument for source in sources for argument in ("--from", str(source))]
        command = self._cqlbulk(server, "load", *files, *options, cores=cores)
        return Run("load", command, lambda _: server.done_since_quiet().rows_written)

    def _cqlbulk(self, server: ReplayServer, action: str, *options: str, cores: list[int] | None = None) -> list[str]:
        pinned = ["taskset", "-c", ",".join(map(str, cores))] if cores else []
        place = ["--operation-dir", str(INPUT / "operations")]
        return [*pinned, str(self.cqlbulk), action, server.table, *options, "--hosts", server.host, "--quiet", *place]


def peer(*arguments: str | Path) -> Run:
    """Another's writer on one core; its own clock, without what it prepares."""
    command = [sys.executable, file_formats.__file__, *map(str, arguments)]
    return Run("peer", command, lambda measured: json.loads(measured.stdout)["rows"], own_clock=True)


def take(run: Run, server: ReplayServer, rows: int, *, keep_output: bool = False) -> Taken:
    """Raises RunFailed where not all rows came through, by what the server says of a run that reads or writes."""
    sample = take_sample(run, server, rows)
    taken = Taken(sample, server.done_since_quiet().connections)
    if run.output and not keep_output:
        run.output.unlink()
    return taken


def inputs(order: str, rows: int, copies: int) -> list[Path]:
    """The bench's own CSV file, so many times over as files of their own."""
    source = input_csv(rows, order)
    if not source.exists():
        FILES.mkdir(parents=True, exist_ok=True)
        generate.write_csv(source, order, rows)
    return several(source, copies)


def several(source: Path, copies: int) -> list[Path]:
    """Names in INPUT for one file: it takes its room once."""
    made = []
    for number in range(copies):
        name = INPUT / f"{source.stem}-{number}{source.suffix}"
        name.unlink(missing_ok=True)
        os.link(source, name)
        made.append(name)
    return made
