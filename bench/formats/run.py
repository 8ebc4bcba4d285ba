"""`./dev bench formats`: CSV and JSON written and read on one core, beside Arrow, DuckDB and Python.

Prints figures and writes docs/benchmarks-formats.md. No cluster: ours goes from pages in wire layout to a file, and from a
file to rows that are ready to be bound. Input is generated once and kept in .testbed/bench/.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import statistics
import sys
import time
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT / folder) for folder in ("bench", "testbed", "testbed/cassandra")]

import generate  # noqa: E402
import report  # noqa: E402
from contestants import input_csv  # noqa: E402
from measured import machine_busy_seconds, run_measured  # noqa: E402
from report import say  # noqa: E402
from samples import DISTURBING_SHARE, disturbance  # noqa: E402
from server import FILES  # noqa: E402

PUBLISHED = PROJECT / "docs" / "benchmarks-formats.md"
PEERS = PROJECT / "bench" / "peers" / "file_formats.py"
OURS = "cqlbulk"
CONTESTANTS = {OURS: OURS, "pyarrow": "Arrow (pyarrow)", "duckdb": "DuckDB", "python": "Python's own"}
DISTURBED = "CPU seconds suffer less from that than wall times would; shared caches do."
PYTHON_SHARE = 10  # it takes part with so many times fewer rows
WORKLOADS = [(action, kind) for kind in ("csv", "json") for action in ("write", "read")]


@dataclass(frozen=True)
class Sample:
    contestant: str
    workload: tuple[str, str]
    rows: int
    cpu_seconds: float
    peak_mb: float
    disturbed: bool


@dataclass(frozen=True)
class LargeRead:
    """One file larger than caches, read by all cores at once."""

    rows: int
    bytes: int
    threads: int
    seconds: float
    cpu_seconds: float


class RunFailed(Exception):
    pass


class Bench:
    def __init__(self, options: argparse.Namespace):
        self.options = options
        self.program = options.build / "bin" / "formats_bench"
        self.files = {"csv": input_csv(options.rows, "clustered"), "json": FILES / f"readings-{options.rows}.jsonl"}

    def prepare(self) -> None:
        FILES.mkdir(parents=True, exist_ok=True)
        if not self.files["csv"].exists():
            say(f"generating {self.options.rows:,} rows")
            generate.write_csv(self.files["csv"], "clustered", self.options.rows)
        self._run([str(self.program), "write", "json", str(self.files["csv"]), str(self.files["json"])])

    def samples(self) -> list[Sample]:
        taken = []
        for number in range(self.options.repeats):
            for workload in WORKLOADS:
                names = [name for name in CONTESTANTS if (name, workload) != ("pyarrow", ("write", "json"))]  # it has no such writer
                taken += [self._sample(name, workload) for name in (reversed(names) if number % 2 else names)]
        return taken

    def _sample(self, name: str, workload: tuple[str, str]) -> Sample:
        action, kind = workload
        file = self.files["csv" if action == "write" else kind]
        rows = self.options.rows
        if name == OURS:
            command = [str(self.program), action, kind, str(file)] + (["/dev/null"] if action == "write" else [])
        else:
            command = [sys.executable, str(PEERS), name, action, kind, str(file)]
            if name == "python":
                rows = max(1, rows // PYTHON_SHARE)
                command.append(str(rows))
        answer, peak_mb, disturbed = self._run(command)
        if answer["rows"] != rows:
            raise RunFailed(f"{name}, {action} {kind}: {answer['rows']} rows, not {rows}")
        sample = Sample(name, workload, rows, answer["cpu_seconds"], peak_mb, disturbed)
        say(f"{action:<5} {kind:<4} {CONTESTANTS[name]:<16} {rows / sample.cpu_seconds:12,.0f} rows a CPU second  {peak_mb:6.0f} MB")
        return sample

    def large_read(self, gigabytes: float) -> LargeRead:
        """The table's rows again and again in one file."""
        large = FILES / "readings-large.csv"
        header, _, body = self.files["csv"].read_bytes().partition(b"\n")
        copies = max(1, round(gigabytes * 1e9 / len(body)))
        try:
            with large.open("wb") as out:
                out.write(header + b"\n")
                for _ in range(copies):
                    out.write(body)
            threads = os.cpu_count() or 1
            answer, _, _ = self._run([str(self.program), "read", "csv", str(large), str(threads)])
            return LargeRead(answer["rows"], answer["bytes"], threads, answer["seconds"], answer["cpu_seconds"])
        finally:
            large.unlink(missing_ok=True)

    @staticmethod
    def _run(command: list[str]) -> tuple[dict, float, bool]:
        before = machine_busy_seconds() - time.process_time()  # sampling memory is this program's own
        measured = run_measured(command)
        other = machine_busy_seconds() - time.process_time() - before - measured.cpu_seconds
        if measured.exit_status != 0:
            raise RunFailed(f"{' '.join(command)}: {measured.stderr.strip() or measured.exit_status}")
        disturbed = other > DISTURBING_SHARE * (os.cpu_count() or 1) * measured.wall_seconds
        return json.loads(measured.stdout), measured.peak_mb, disturbed


def table(samples: list[Sample], bytes_per_row: dict[str, float]) -> str:
    """Medians; the ratio is of CPU seconds for the same rows, below 1 when ours takes less."""
    lines = [["", "who", "rows/s", "MB/s", "CPU s a million", "ours / theirs", "peak MB"]]
    for workload in WORKLOADS:
        per_row = {}
        for name in CONTESTANTS:
            group = [sample for sample in samples if (sample.contestant, sample.workload) == (name, workload)]
            if not group:
                continue
            per_row[name] = statistics.median(sample.cpu_seconds / sample.rows for sample in group)
            ratio = "" if name == OURS else f"{per_row[OURS] / per_row[name]:.2f}"
            megabytes = bytes_per_row[workload[1]] / per_row[name] / 1e6
            peak = statistics.median(sample.peak_mb for sample in group)
            figures = [f"{1 / per_row[name]:,.0f}", f"{megabytes:,.0f}", f"{1e6 * per_row[name]:.2f}", ratio, f"{peak:,.0f}"]
            lines.append([f"{workload[0]} {workload[1].upper()}", CONTESTANTS[name], *figures])
    return report.markdown(lines, text_columns=2)


def large_text(large: LargeRead | None) -> list[str]:
    if large is None:
        return []
    return [
        f"One CSV file of {large.bytes / 1e9:.1f} GB, {large.rows:,} rows, cut and read by {large.threads} threads: "
        f"{large.seconds:.1f} s, {large.bytes / large.seconds / 1e6:,.0f} MB/s, {large.rows / large.seconds:,.0f} rows/s, "
        f"{large.cpu_seconds:.1f} CPU s."
    ]


def page(options: argparse.Namespace, tables: str) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("pyarrow", "duckdb"))
    return f"""# Benchmarks of the formats

Written by `{options.command}` on {date.today().isoformat()}; not by hand. The bench's table, {options.rows:,} rows:
{", ".join(f"`{name} {cql_type}`" for name, cql_type in generate.COLUMNS.items())}.

{tables}

Rows and megabytes are per CPU second on one core; megabytes are of cqlbulk's own text of the same rows, whoever wrote or read it.
Figures are medians of {options.repeats} runs. "ours / theirs" compares CPU seconds for the same rows: below 1 is less.

## How it was measured

- Machine: {os.cpu_count()} cores ({report.processor()}), {platform.system()} {platform.release().partition('-')[0]}.
- cqlbulk: commit {report.commit()}. Peers: {packages}, Python {platform.python_version()}.
- cqlbulk writes rows that lie in memory as the database sends them, and reads a file into rows that are ready to be bound: cutting
  it into units, which is a pass of its own, is part of reading. All six columns are converted.
- The peers write what they have read before into their own memory, and read into it, on one thread. Arrow keeps UUIDs as text, since
  it has no conversion, and writes no JSON. DuckDB's readings become a table. Python makes its own UUIDs, datetimes
  and numbers, of a tenth of the rows. Everybody writes to /dev/null.
- Starting up and preparing do not count, and everybody does the work twice: the second time is measured, when memory has been
  taken and files are in the system's cache. Peak memory is the whole process's, with what was prepared: tables and pages in
  memory, or what was read.
- The programs: [bench/formats](../bench/formats), [bench/peers](../bench/peers).
"""


def main() -> int:
    options = parse_arguments()
    bench = Bench(options)
    try:
        bench.prepare()
        samples = bench.samples()
        large = bench.large_read(options.large) if options.large else None
    except RunFailed as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    bytes_per_row = {kind: file.stat().st_size / options.rows for kind, file in bench.files.items()}
    tables = "\n\n".join([table(samples, bytes_per_row), *large_text(large), *disturbance([sample.disturbed for sample in samples], DISTURBED)])
    print(tables)
    if options.write:
        options.write.write_text(page(options, tables))
        say(f"written: {options.write}")
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev bench formats",
        description="CSV and JSON written and read on one core, beside Arrow, DuckDB and Python. No cluster.",
        epilog="docs/benchmarks-formats.md is written by whole runs only; --write names another place for the page of a partial one.",
    )
    parser.add_argument("--build", type=Path, default=PROJECT / "build/release", help="the build with formats_bench (%(default)s)")
    parser.add_argument("--rows", type=int, default=generate.DEFAULT_ROWS, help="size of the table (%(default)s)")
    parser.add_argument("--repeats", type=int, default=5, metavar="N", help="samples of each run (%(default)s)")
    parser.add_argument("--large", type=float, default=10, metavar="GB", help="size of the file for all cores; 0: none (%(default)s)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="where to write the page")
    options = parser.parse_args()
    if options.rows < 1 or options.repeats < 1:
        parser.error("--rows and --repeats must be at least 1")
    if not options.write and options.repeats >= 3 and options.rows == generate.DEFAULT_ROWS and options.large >= 10:
        options.write = PUBLISHED
    options.build = options.build.resolve()
    options.command = shlex.join(["./dev", "bench", "formats", *sys.argv[1:]])
    return options


if __name__ == "__main__":
    sys.exit(main())
