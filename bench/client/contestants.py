"""Who takes part in the client's bench, and in what: commands that print one line of JSON (see cql_bench.cpp)."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from measured import process_cpu_seconds, machine_busy_seconds, run_measured
from peers.rust_program import MISSING, rust_program

BENCH = Path(__file__).resolve().parents[1]
PYTHON_PEER = BENCH / "peers" / "python_requests.py"


@dataclass(frozen=True)
class Target:
    """A server to measure against."""

    name: str
    endpoint: str
    table: str
    pid: int
    rows: int


@dataclass(frozen=True)
class Contestant:
    name: str
    command: list[str]
    slowness: int = 1  # takes part with so many times fewer requests

    def run_of(self, workload: "Workload", target: Target, keys: Path) -> list[str]:
        action = workload.actions[self.name]
        arguments = [*self.command, target.endpoint, target.table, action]
        if workload.concurrency:
            arguments += [str(workload.concurrency), str(workload.requests // self.slowness)]
        return arguments + ([str(keys)] if action == "read" else [])


@dataclass(frozen=True)
class Workload:
    name: str
    actions: dict[str, str]  # by contestant's name; who is not named does not take part
    concurrency: int = 0  # 0: a stream
    requests: int = 0

    def units(self, answer: dict) -> int:
        """What costs are told per: requests, or rows of a stream."""
        return answer["requests"] if self.concurrency else answer["rows"]


@dataclass(frozen=True)
class Sample:
    contestant: str
    workload: str
    target: str
    per_second: float
    p50_us: int
    p99_us: int
    cpu_per_million: float  # seconds of the client
    server_cpu_per_million: float  # start-up and connecting included
    peak_mb: float
    other_cpu_seconds: float
    wall_seconds: float


class RunFailed(Exception):
    pass


OURS, RUST, PYTHON = "cql", "Rust scylla", "Python driver"


def contestants(build: Path) -> tuple[list[Contestant], list[str]]:
    """Those that can be run here, and a line about each that cannot."""
    found = [Contestant(OURS, [str(build / "bin" / "cql_bench")])]
    left_out = []
    rust = rust_program(build)
    if rust:
        found.append(Contestant(RUST, [str(rust)]))
    else:
        left_out.append(MISSING)
    found.append(Contestant(PYTHON, [sys.executable, str(PYTHON_PEER)], slowness=10))
    return found, left_out


def workloads(scale: float) -> list[Workload]:
    def requests(action: str, concurrency: int, number: int) -> Workload:
        everybody = {name: action for name in (OURS, RUST, PYTHON)}
        return Workload(f"{action}, {concurrency} at once", everybody, concurrency, max(int(number * scale), 10 * concurrency))

    return [
        *(requests(action, *size) for action in ("read", "insert") for size in ((1, 20_000), (64, 200_000), (1_024, 200_000))),
        Workload("whole table, rows decoded", {OURS: "rows", RUST: "rows", PYTHON: "rows"}),
        Workload("whole table, row stream", {OURS: "rows", RUST: "iter"}),
        Workload("whole table, raw pages", {OURS: "pages"}),
    ]


def take_sample(contestant: Contestant, workload: Workload, target: Target, keys: Path) -> Sample:
    command = contestant.run_of(workload, target, keys)
    server, machine = process_cpu_seconds(target.pid), machine_busy_seconds()
    measured = run_measured(command)
    server_cpu = process_cpu_seconds(target.pid) - server
    other = max(0.0, machine_busy_seconds() - machine - server_cpu - measured.cpu_seconds)
    if measured.exit_status != 0:
        raise RunFailed(f"{contestant.name}, {workload.name}: {measured.stderr.strip() or measured.exit_status}")
    answer = json.loads(measured.stdout)
    units = workload.units(answer)
    expected = target.rows if not workload.concurrency else workload.requests // contestant.slowness
    if answer["rows"] != expected:
        raise RunFailed(f"{contestant.name}, {workload.name}: {answer['rows']} rows, not {expected}")
    return Sample(
        contestant.name,
        workload.name,
        target.name,
        units / answer["seconds"],
        answer["p50_us"],
        answer["p99_us"],
        answer["cpu_seconds"] / units * 1e6,
        server_cpu / units * 1e6,
        measured.peak_mb,
        other,
        measured.wall_seconds,
    )
