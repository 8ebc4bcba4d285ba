"""One measured run as a sample, and what several samples of the same run say."""

from __future__ import annotations

import json
import mmap
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from contestants import Run
from measured import machine_busy_seconds, run_measured
from server import Server

DISTURBING_SHARE = 0.15  # of all cores
TOUCHED_BYTES = 512 << 20  # more than any run's output and memory


@dataclass(frozen=True)
class Sample:
    run: str
    wall_seconds: float
    client_cpu_seconds: float
    server_cpu_seconds: float
    other_cpu_seconds: float  # everybody else on the machine: noise, when it is large
    peak_mb: float

    @property
    def disturbed(self) -> bool:
        """Whether others took so much of the machine that the wall time says little about this run."""
        return self.other_cpu_seconds > DISTURBING_SHARE * os.cpu_count() * self.wall_seconds

    def as_json(self) -> dict:
        return asdict(self)


def disturbance(disturbed: Sequence[bool], advice: str) -> list[str]:
    """A paragraph about the runs that others disturbed, with what follows from it; none where there are none."""
    if not any(disturbed):
        return []
    return [
        f"**Disturbed:** in {sum(disturbed)} of {len(disturbed)} runs others used more than {DISTURBING_SHARE:.0%} of the machine. {advice}"
    ]


class RunFailed(Exception):
    """The first line says what happened, the others help to find out why."""

    @property
    def summary(self) -> str:
        return str(self).partition("\n")[0].rstrip(":")


def touch_free_memory() -> None:
    """Memory that a virtual machine has not used lately its host must find first, which costs more than copying a file there:
    no run pays for it, and none gains by the one before."""
    with mmap.mmap(-1, TOUCHED_BYTES) as memory:
        for page in range(0, TOUCHED_BYTES, mmap.PAGESIZE):
            memory[page] = 1


def take_sample(run: Run, server: Server, rows: int) -> Sample:
    """Runs it once on a quiet server; raises RunFailed where it did not do the whole work. `rows`: of the table."""
    expected = rows if run.expected_rows is None else run.expected_rows
    run.prepare(server)
    touch_free_memory()
    before = _cpu_clocks(server)
    measured = run_measured(run.command)
    server_cpu, machine_cpu, own_cpu = (now - then for now, then in zip(_cpu_clocks(server), before))
    if measured.exit_status != 0:
        raise RunFailed(_told(run, f"ended with {measured.exit_status}", measured.stderr or measured.stdout))
    try:
        found = run.rows_found(measured)
    except (OSError, ValueError) as error:
        raise RunFailed(_told(run, str(error), measured.stderr or measured.stdout)) from error
    if found != expected:
        raise RunFailed(_told(run, f"brought {found} of {expected} rows through", measured.stderr or measured.stdout))
    wall, cpu = measured.wall_seconds, measured.cpu_seconds
    if run.own_clock:
        printed = json.loads(measured.stdout)
        wall, cpu = printed["seconds"], printed["cpu_seconds"]
    # Clock ticks are coarse, so a machine that does nothing else can come out just below zero.
    other = max(0.0, machine_cpu - server_cpu - own_cpu - measured.cpu_seconds)
    return Sample(run.name, wall, cpu, server_cpu, other, measured.peak_mb)


@dataclass(frozen=True)
class Spread:
    median: float
    least: float
    most: float

    @staticmethod
    def of(samples: list[Sample], quantity: str) -> "Spread":
        values = [getattr(sample, quantity) for sample in samples]
        return Spread(statistics.median(values), min(values), max(values))


def _cpu_clocks(server: Server) -> tuple[float, float, float]:
    """CPU seconds so far: the server's, the machine's, this program's own (it samples memory during a run)."""
    return server.cpu_seconds(), machine_busy_seconds(), time.process_time()


def _told(run: Run, what: str, output: str) -> str:
    lines = output.strip().splitlines()[-10:]
    return "\n  ".join([f"{run.name} {what}:", " ".join(run.command), *lines])
