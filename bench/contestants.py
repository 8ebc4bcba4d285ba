"""Those who take part: each method is one way to do a piece of work, as a command and a check of what it did."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.ipc
import pyarrow.parquet

from measured import Measured
from peers import cqlsh_copy, dsbulk, file_formats, python_driver
from server import FILES, Server
from datasets import READINGS, Table

VERSION, COUNT_OF_NOTHING = "cqlbulk --version", "cqlbulk count of an empty table"
COUNT, EXPORT_CSV, EXPORT_PARQUET = "cqlbulk count", "cqlbulk export, CSV", "cqlbulk export, Parquet zstd"
LOAD_CSV, LOAD_PARQUET = "cqlbulk load, CSV", "cqlbulk load, Parquet"
LOAD_GROUPED = "cqlbulk load, CSV scattered, window holds it"
FLOOR_COUNT, FLOOR_EXPORT = "floor, COUNT(*) over 64 ranges", "floor, pages dropped"
DRIVER_COUNT = f"Python driver, COUNT(*) over {python_driver.COUNT_RANGES} ranges"
DRIVER_SCAN = "Python driver, scan, rows dropped"
COPY_TO, COPY_FROM = "cqlsh COPY TO", "cqlsh COPY FROM"
SCANNED_AT_ONCE = 32


@dataclass(frozen=True)
class Run:
    name: str
    command: list[str]
    rows_found: Callable[[Measured], int]  # afterwards and outside the measurement: how many rows really came through
    fills: str = ""  # a table, emptied before
    output: Path | None = None  # a file or folder, deleted before
    own_clock: bool = False  # prints its "seconds" and "cpu_seconds" as JSON: what it prepares before is left out
    expected_rows: int | None = None  # nothing: those of the table
    most_samples: int | None = None

    def prepare(self, server: Server) -> None:
        if self.output and self.output.is_dir():
            shutil.rmtree(self.output)
        elif self.output:
            self.output.unlink(missing_ok=True)
        if self.fills:
            server.empty(self.fills)
        server.wait_until_quiet()


def input_csv(rows: int, order: str) -> Path:
    """Generated, of the baseline table."""
    return FILES / f"readings-{rows}-{order}.csv"


@dataclass(frozen=True)
class Contestants:
    """On one table of so many rows; peers that are not here give no runs."""

    tool: Path
    server: Server
    rows: int
    table: Table = READINGS
    rust_program: Path | None = None
    dsbulk: dsbulk.Dsbulk | None = None

    # Files

    def file(self, name: str) -> Path:
        return FILES / (name if self.table is READINGS else f"{self.table.name}-{name}")

    def input_csv(self, order: str) -> Path:
        return input_csv(self.rows, order)

    @property
    def parquet_file(self) -> Path:
        """What the Parquet export writes and the Parquet load reads: cqlbulk's own file, in the order of the ring."""
        return self.file(f"cqlbulk-{self.rows}.parquet")

    @property
    def arrow_file(self) -> Path:
        """Of cqlbulk, for Arrow's own writers."""
        return self.file(f"cqlbulk-{self.rows}.arrow")

    @property
    def exported_csv(self) -> Path:
        return self.file(f"cqlbulk-{self.rows}.csv")

    @property
    def exported_by_cqlsh(self) -> Path:
        return self.file(f"cqlsh-{self.rows}.csv")

    # cqlbulk

    def version(self) -> Run:
        return Run(VERSION, [str(self.tool), "--version"], lambda measured: 0, expected_rows=0)

    def count(self) -> Run:
        return Run(COUNT, self._cqlbulk("count", self.table.read_from), _printed_number)

    def count_of_nothing(self) -> Run:
        empty = self.table.load_into
        return Run(COUNT_OF_NOTHING, self._cqlbulk("count", empty), _printed_number, fills=empty, expected_rows=0)

    def export(self, name: str, target: Path, *options: str) -> Run:
        command = self._cqlbulk("export", self.table.read_from, "--to", str(target), *options)
        return Run(name, command, lambda _: _rows_in(target), output=target)

    def export_csv(self) -> Run:
        return self.export(EXPORT_CSV, self.file("cqlbulk.csv"))

    def export_parquet(self) -> Run:
        return self.export(EXPORT_PARQUET, self.parquet_file, "--codec", "zstd")

    def load(self, name: str, source: Path, *options: str) -> Run:
        command = self._cqlbulk("load", self.table.load_into, "--from", str(source), *options)
        return self._filling(name, command)

    # Bounds

    def floor(self, name: str, action: str, *arguments: str) -> Run:
        """The same statements, their answers dropped: what the server alone takes."""
        loads = action == "load"
        table = self.table.load_into if loads else self.table.read_from
        command = [str(self.tool.parent / "bulk_floor"), self.server.host, table, action, *arguments]
        return Run(name, command, _rows_told, fills=table if loads else "", own_clock=True)

    def arrow_alone(self, kind: str) -> Run:
        """The encoder on rows that lie in memory: no server, nothing written."""
        source = self.input_csv("clustered") if kind == "csv" else self.arrow_file
        command = [sys.executable, file_formats.__file__, "pyarrow", "write", kind, str(source)]
        name = {"csv": "Arrow alone, memory to CSV", "parquet": "Arrow alone, memory to Parquet zstd"}[kind]
        return Run(name, command, _rows_told, own_clock=True)

    # Peers

    def driver_count(self) -> Run:
        return Run(DRIVER_COUNT, self._driver("count"), _printed_number)

    def driver_scan(self, name: str = DRIVER_SCAN, *ranges: str) -> Run:
        return Run(name, self._driver("scan", *ranges), _printed_number)

    def driver_csv(self) -> Run:
        target = self.file("python-driver.csv")
        return Run("Python driver, scan to CSV", self._driver("csv", str(target)), lambda _: _rows_in(target), output=target)

    def rust(self, action: str) -> list[Run]:
        names = {"count": "Rust driver, COUNT(*) over 64 ranges", "scan": "Rust driver, scan into structs"}
        return self._rust(names[action], self.table.read_from, action) if self.rust_program else []

    def rust_load(self, order: str) -> list[Run]:
        if not self.rust_program:
            return []
        name = {"clustered": "Rust driver, load in batches of one partition", "scattered": "Rust driver, load by single inserts"}
        return self._rust(name[order], self.table.load_into, "load", str(self.input_csv(order)))

    def copy_to(self, most_samples: int | None = None) -> Run:
        return self._copy_to(self.file("cqlsh.csv"), most_samples)

    def copy_to_be_loaded(self) -> Run:
        return self._copy_to(self.exported_by_cqlsh)

    def copy_from(self, name: str, source: Path, most_samples: int | None = None) -> Run:
        table, columns = self.table.load_into, list(self.table.columns)
        rejected, batch = FILES / "cqlsh-rejected.csv", self.table.rows_of_cqlsh_batch
        return self._filling(name, cqlsh_copy.copy_from(self.server.host, table, columns, source, rejected, batch), most_samples)

    def dsbulk_count(self) -> list[Run]:
        if not (self.dsbulk and self.dsbulk.counts):
            return []
        command = self.dsbulk.count(self.server.host, self.table.read_from)
        return [Run("DSBulk count", command, lambda measured: dsbulk.printed_count(measured.stdout))]

    def dsbulk_unload(self, most_samples: int | None = None) -> list[Run]:
        if not self.dsbulk:
            return []
        target = self.file("dsbulk")
        command = self.dsbulk.unload(self.server.host, self.table.read_from, target)

        def found(_: Measured) -> int:
            return sum(map(_rows_in, dsbulk.unloaded_files(target)))

        return [Run("DSBulk unload", command, found, output=target, most_samples=most_samples)]

    def dsbulk_load(self, order: str) -> list[Run]:
        if not self.dsbulk:
            return []
        command = self.dsbulk.load(self.server.host, self.table.load_into, self.input_csv(order))
        return [self._filling(f"DSBulk load, {order}", command)]

    # Within

    def _filling(self, name: str, command: list[str], most_samples: int | None = None) -> Run:
        table = self.table.load_into
        return Run(name, command, lambda _: self.server.count(table), fills=table, most_samples=most_samples)

    def _cqlbulk(self, *arguments: str) -> list[str]:
        command = [str(self.tool), *arguments, "--hosts", self.server.host, "--quiet"]
        leaves_an_operation = arguments[0] in ("export", "load")
        return command + (["--operation-dir", str(FILES / "operations")] if leaves_an_operation else [])

    def _driver(self, *action: str) -> list[str]:
        return [sys.executable, python_driver.__file__, self.server.host, self.table.read_from, *action]

    def _rust(self, name: str, table: str, action: str, *arguments: str) -> list[Run]:
        command = [str(self.rust_program), f"{self.server.host}:9042", table, action, *arguments]
        if action == "load":
            return [self._filling(name, command)]
        return [Run(name, command, _rows_told)]

    def _copy_to(self, target: Path, most_samples: int | None = None) -> Run:
        command = cqlsh_copy.copy_to(self.server.host, self.table.read_from, list(self.table.columns), target)
        return Run(COPY_TO, command, lambda _: _rows_in(target), output=target, most_samples=most_samples)


def _printed_number(measured: Measured) -> int:
    return int(measured.stdout)


def _rows_told(measured: Measured) -> int:
    return json.loads(measured.stdout)["rows"]


def _rows_in(file: Path) -> int:
    """Of CSV the lines but for the header: no value of the tables has a line end."""
    if file.suffix == ".arrow":
        with pyarrow.ipc.open_file(file) as rows:
            return rows.count_rows()
    if file.suffix == ".parquet":
        return pyarrow.parquet.read_metadata(file).num_rows
    with file.open("rb") as lines:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: lines.read(1 << 20), b"")) - 1
