"""Who runs against whom: the paths of cqlbulk, and for each the peers that do the same work."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet

import generate
from measured import Measured
from server import FILES, LOAD_TABLE, READ_TABLE, Server
from peers import cqlsh_copy, python_driver


@dataclass(frozen=True)
class Run:
    name: str
    command: list[str]
    rows_found: Callable[[Measured], int]  # afterwards and outside the measurement: how many rows really came through
    loads: bool = False
    output: Path | None = None
    own_clock: bool = False  # prints its "seconds" and "cpu_seconds" as JSON: what it prepares before is left out

    def prepare(self, server: Server) -> None:
        if self.output:
            self.output.unlink(missing_ok=True)
        if self.loads:
            server.empty_load_table()
        server.wait_until_quiet()


@dataclass(frozen=True)
class Contest:
    path: str  # as --only names it
    own: Run
    peers: list[Run] = field(default_factory=list)


def contests(tool: Path, server: Server, rows: int) -> list[Contest]:
    count = Run("cqlbulk count", _cqlbulk(tool, server, "count", READ_TABLE), _printed_number)
    floor = tool.parent / "bulk_floor"
    driver_scan = Run("Python driver, scan, rows dropped", _driver(server, "scan"), _printed_number)
    return [
        Contest(
            "count",
            count,
            [_floor(floor, server, "floor, COUNT(*) over 64 ranges", READ_TABLE, "count"),
             Run(f"Python driver, COUNT(*) over {python_driver.COUNT_RANGES} ranges", _driver(server, "count"), _printed_number)],
        ),
        Contest(
            "export-csv",
            _export(tool, server, "cqlbulk export, CSV", FILES / "cqlbulk.csv"),
            [_floor(floor, server, "floor, pages dropped", READ_TABLE, "export"), _driver_csv(server), driver_scan, _copy_to(server)],
        ),
        Contest(
            "export-parquet",
            _export(tool, server, "cqlbulk export, Parquet zstd", parquet_file(rows), "--codec", "zstd"),
            [_floor(floor, server, "floor, pages dropped", READ_TABLE, "export"), driver_scan],
        ),
        *(
            Contest(
                f"load-{order}",
                _load(tool, server, f"cqlbulk load, CSV {order}", input_csv(rows, order)),
                [
                    _floor(floor, server, f"floor, batches {by}", LOAD_TABLE, "load", str(input_csv(rows, order)), size),
                    _copy_from(server, order, input_csv(rows, order)),
                ],
            )
            for order, by, size in (("clustered", "of one partition", "partition"), ("scattered", "of ten rows", "10"))
        ),
        Contest(
            "load-grouped",
            _load(tool, server, "cqlbulk load, CSV scattered, window holds it", input_csv(rows, "scattered"), "--group-window", "500MiB"),
        ),
        Contest("load-parquet", _load(tool, server, "cqlbulk load, Parquet", parquet_file(rows))),
    ]


SCANNED_AT_ONCE = 32


def beside_others(tool: Path, server: Server, rows: int, order: str) -> list[Run]:
    """Bulk work to run beside a foreground: cqlbulk by preset, and what people do without it, at the settings they find."""
    source = input_csv(rows, order)
    presets = ("conservative", "balanced")
    return [
        *(_export(tool, server, f"cqlbulk export, {preset}", FILES / "beside.csv", "--preset", preset) for preset in presets),
        _copy_to(server),
        Run(f"Python driver, {SCANNED_AT_ONCE}-way scan", _driver(server, "scan", str(SCANNED_AT_ONCE)), _printed_number),
        *(_load(tool, server, f"cqlbulk load, {preset}", source, "--preset", preset) for preset in presets),
        _copy_from(server, order, source),
    ]


def input_csv(rows: int, order: str) -> Path:
    return FILES / f"readings-{rows}-{order}.csv"


def parquet_file(rows: int) -> Path:
    """What the Parquet export writes and the Parquet load reads: cqlbulk's own file, in the order of the ring."""
    return FILES / f"cqlbulk-{rows}.parquet"


def _cqlbulk(tool: Path, server: Server, *arguments: str) -> list[str]:
    command = [str(tool), *arguments, "--hosts", server.host, "--quiet"]
    leaves_an_operation = arguments[0] in ("export", "load")
    return command + (["--operation-dir", str(FILES / "operations")] if leaves_an_operation else [])


def _export(tool: Path, server: Server, name: str, target: Path, *options: str) -> Run:
    command = _cqlbulk(tool, server, "export", READ_TABLE, "--to", str(target), *options)
    return Run(name, command, lambda _: _rows_in(target), output=target)


def _load(tool: Path, server: Server, name: str, source: Path, *options: str) -> Run:
    command = _cqlbulk(tool, server, "load", LOAD_TABLE, "--from", str(source), *options)
    return Run(name, command, lambda _: server.count(LOAD_TABLE), loads=True)


def _floor(program: Path, server: Server, name: str, table: str, action: str, *arguments: str) -> Run:
    """The same statements, their answers dropped: what the server alone takes."""
    command = [str(program), server.host, table, action, *arguments]
    return Run(name, command, lambda measured: json.loads(measured.stdout)["rows"], loads=action == "load", own_clock=True)


def _driver(server: Server, *action: str) -> list[str]:
    return [sys.executable, python_driver.__file__, server.host, READ_TABLE, *action]


def _driver_csv(server: Server) -> Run:
    target = FILES / "python-driver.csv"
    return Run("Python driver, scan to CSV", _driver(server, "csv", str(target)), lambda _: _rows_in(target), output=target)


def _copy_to(server: Server) -> Run:
    target = FILES / "cqlsh.csv"
    command = cqlsh_copy.copy_to(server.host, READ_TABLE, list(generate.COLUMNS), target)
    return Run("cqlsh COPY TO", command, lambda _: _rows_in(target), output=target)


def _copy_from(server: Server, order: str, source: Path) -> Run:
    command = cqlsh_copy.copy_from(server.host, LOAD_TABLE, list(generate.COLUMNS), source)
    return Run(f"cqlsh COPY FROM, {order}", command, lambda _: server.count(LOAD_TABLE), loads=True)


def _printed_number(measured: Measured) -> int:
    return int(measured.stdout)


def _rows_in(file: Path) -> int:
    if file.suffix == ".parquet":
        return pyarrow.parquet.read_metadata(file).num_rows
    with file.open("rb") as lines:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: lines.read(1 << 20), b"")) - 1  # the header
