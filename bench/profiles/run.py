"""`./dev bench profile`: where the instructions of a row go, way by way, against the replay server.

Each runs twice under callgrind, with few rows and with many; the difference is what a row takes. Beside it stand CPU
seconds of a run without callgrind, which have the kernel's part. Writes docs/profiles.md.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT / folder) for folder in ("bench", "bench/micro", "testbed", "testbed/cassandra")]

import callgrind  # noqa: E402
from client.replay import replay_server  # noqa: E402
from profiles.components import Component, components  # noqa: E402
from profiles.page import page  # noqa: E402
from report import say  # noqa: E402

PUBLISHED = PROJECT / "docs" / "profiles.md"
TABLE = "bench.readings"
FEW_ROWS, TIMED_ROWS = 50_000, 1_000_000
CHECKSUM = "CRC32 of a segment's payload"
IN_MEMORY = Path("/dev/shm")  # no disk of anybody's takes part


@dataclass(frozen=True)
class Way:
    """One way that rows take. `alone`: the piece of the micro-benchmarks that is its encoder, or decoder, by itself."""

    name: str
    program: str
    arguments: tuple[str, ...]
    alone: tuple[str, ...] = ()
    loads: bool = False

    def command(self, programs: Path, host: str, folder: Path, csv: Path) -> list[str]:
        known = {"HOST": host, "TABLE": TABLE, "CSV": str(csv), "SCATTERED": str(scattered(csv)), "OUT": str(folder / "out"), "DIR": str(folder / "operations")}
        return [str(programs / self.program), *(argument.format(**known) for argument in self.arguments)]


def _export(name: str, suffix: str, alone: str, *options: str) -> Way:
    arguments = ("export", "{TABLE}", "--to", "{OUT}" + suffix, "--overwrite", "--hosts", "{HOST}", "--operation-dir", "{DIR}", *options)
    return Way(name, "cqlbulk", arguments, (CHECKSUM, "page to its checksum", alone))


WAYS = [
    Way("page → nothing", "cql_bench", ("{HOST}", "{TABLE}", "pages"), (CHECKSUM,)),
    _export("→ Arrow", ".arrow", "page to an Arrow file"),
    _export("→ CSV", ".csv", "page to CSV"),
    _export("→ JSON", ".jsonl", "page to JSON"),
    _export("→ Parquet", ".parquet", "page to Parquet with zstd"),
    _export("→ Parquet, not compressed", ".parquet", "page to Parquet with zstd", "--codec", "none"),
    Way(
        "CSV → batches",
        "cqlbulk",
        ("load", "{TABLE}", "--from", "{CSV}", "--hosts", "{HOST}", "--operation-dir", "{DIR}"),
        ("CSV to rows", "rows to batches"),
        loads=True,
    ),
    Way(
        "CSV in random order → batches",
        "cqlbulk",
        ("load", "{TABLE}", "--from", "{SCATTERED}", "--hosts", "{HOST}", "--operation-dir", "{DIR}"),
        ("CSV to rows", "rows to batches"),
        loads=True,
    ),
    Way("count", "cqlbulk", ("count", "{TABLE}", "--hosts", "{HOST}", "--operation-dir", "{DIR}")),
]


def scattered(csv: Path) -> Path:
    return csv.with_suffix(".scattered.csv")


def shuffle(csv: Path) -> None:
    """The same rows, in an order that is random and every time the same."""
    header, *rows = csv.read_text().splitlines(keepends=True)
    random.Random(1).shuffle(rows)
    scattered(csv).write_text("".join([header, *rows]))


@dataclass(frozen=True)
class Taken:
    """What a way takes for a row."""

    way: Way
    components: dict[str, Component]
    user_ns: float  # without callgrind; everything the process took, starting aside
    system_ns: float

    @property
    def instructions(self) -> float:
        return sum(component.own for component in self.components.values())


class RunFailed(Exception):
    pass


class Profiler:
    def __init__(self, options: argparse.Namespace, folder: Path):
        self.options = options
        self.folder = folder
        self.programs = options.build / "bin"
        self.stripped = folder / "programs"
        self.stripped.mkdir()

    def prepare(self, ways: list[Way], hosts: dict[int, str]) -> None:
        """Valgrind 3.19 does not read the debug information of clang 19; names are enough."""
        for program in sorted({way.program for way in ways}):
            subprocess.run(["llvm-objcopy-19", "--strip-debug", self.programs / program, self.stripped / program], check=True)
        if any(way.loads for way in ways):
            arguments = ("export", "{TABLE}", "--to", "{CSV}", "--hosts", "{HOST}", "--operation-dir", "{DIR}")
            made = Way("the input", "cqlbulk", arguments)
            for rows, host in hosts.items():
                self._run(made.command(self.programs, host, self.folder, self._csv(rows)), made, dict(os.environ))
                shuffle(self._csv(rows))

    def _csv(self, rows: int) -> Path:
        return self.folder / f"readings-{rows}.csv"

    def take(self, way: Way, hosts: dict[int, str]) -> Taken:
        few, many = FEW_ROWS, self.options.rows
        counted = {rows: self._count(way, hosts[rows], rows) for rows in (few, many)}
        timed = {rows: self._time(way, hosts[rows], rows) for rows in (few, TIMED_ROWS)}
        user_ns, system_ns = (1e9 * (timed[TIMED_ROWS][i] - timed[few][i]) / (TIMED_ROWS - few) for i in range(2))
        return Taken(way, components(counted[many], counted[few], many - few), user_ns, system_ns)

    def _count(self, way: Way, host: str, rows: int) -> callgrind.Profile:
        counts = self.folder / "counts"
        valgrind = ["valgrind", "--quiet", "--tool=callgrind", "--dump-line=no", f"--callgrind-out-file={counts}"]
        command = way.command(self.stripped, host, self.folder, self._csv(rows))
        self._run([*valgrind, *command], way, callgrind.QUIET_ENVIRONMENT)
        return callgrind.read(counts)

    def _time(self, way: Way, host: str, rows: int) -> tuple[float, float]:
        """User and system seconds, of several runs the least."""
        command = way.command(self.programs, host, self.folder, self._csv(rows))
        taken = [self._run(command, way, dict(os.environ)) for _ in range(self.options.repeats)]
        return min(user for user, _ in taken), min(system for _, system in taken)

    def _run(self, command: list[str], way: Way, environment: dict[str, str]) -> tuple[float, float]:
        with (self.folder / "said").open("w+") as said:
            child = subprocess.Popen(
                command, env=environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode != 0:
                said.seek(0)
                raise RunFailed(f"{way.name}: {said.read().strip() or child.returncode}")
        return usage.ru_utime, usage.ru_stime


def main() -> int:
    options = parse_arguments()
    chosen = [way for way in WAYS if not options.only or any(part in way.name for part in options.only)]
    for needed in ("valgrind", "llvm-objcopy-19"):
        if not shutil.which(needed):
            say(f"there is no {needed}: ./dev setup installs it")
            return 2
    taken = []
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="profiles-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder, ExitStack() as servers:
        profiler = Profiler(options, Path(folder))
        try:
            serve = options.build / "bin" / "replay_server"
            sizes = dict.fromkeys((FEW_ROWS, options.rows, TIMED_ROWS))
            hosts = {rows: servers.enter_context(replay_server(serve, rows)).endpoint for rows in sizes}
            profiler.prepare(chosen, hosts)
            for way in chosen:
                one = profiler.take(way, hosts)
                taken.append(one)
                say(f"{way.name:<26} {one.instructions:8,.0f} instructions a row, {one.user_ns:5.0f} ns user, {one.system_ns:5.0f} ns system")
        except (RunFailed, callgrind.NotCallgrind) as failure:
            say(str(failure))
            return 1
        except KeyboardInterrupt:
            return 130
    pieces = json.loads((PROJECT / "bench" / "micro" / "instructions.json").read_text())
    text = page(taken, pieces, options.rows - FEW_ROWS, options.command, Path(folder).parent, load)
    if options.write:
        options.write.write_text(text)
        say(f"written: {options.write}")
    else:
        print(text)
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev bench profile",
        description="Where the instructions of a row go on each way, counted by callgrind against the replay server.",
        epilog="docs/profiles.md is written by whole runs only; others print the page, or write it where --write says.",
    )
    parser.add_argument("only", nargs="*", metavar="WAY", help=f"only those with this in their name: {', '.join(way.name for way in WAYS)}")
    parser.add_argument("--build", type=Path, default=PROJECT / "build/release", help="the build to profile (%(default)s)")
    parser.add_argument("--rows", type=int, default=450_000, help=f"rows of the larger run; the smaller has {FEW_ROWS:,} (%(default)s)")
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="runs that are timed, of which the least counts (%(default)s)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="where to write the page")
    options = parser.parse_args()
    if options.rows <= FEW_ROWS or options.repeats < 1:
        parser.error(f"--rows must be above {FEW_ROWS}, --repeats at least 1")
    if not options.only and not options.write and options.rows >= parser.get_default("rows"):
        options.write = PUBLISHED
    options.build = options.build.resolve()
    options.command = shlex.join(["./dev", "bench", "profile", *sys.argv[1:]])
    return options


if __name__ == "__main__":
    sys.exit(main())
