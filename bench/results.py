"""What a run of the bench brought for one table."""

from __future__ import annotations

from dataclasses import dataclass, field

from contest import Contest
from contestants import Run
from samples import RunFailed, Sample, Spread
from datasets import Table

QUANTITIES = {
    "wall_seconds": "wall s",
    "client_cpu_seconds": "client CPU s",
    "server_cpu_seconds": "server CPU s",
    "peak_mb": "peak MB",
}


@dataclass(frozen=True)
class Results:
    table: Table
    rows: int
    contests: list[Contest]
    samples: dict[str, list[Sample]] = field(default_factory=dict)  # by the run's name
    failures: dict[str, RunFailed] = field(default_factory=dict)  # by the run's name; such a run has no samples

    def runs(self) -> list[Run]:
        """Those that were measured, each once: a peer may stand in several contests."""
        found = {run.name: run for contest in self.contests for run in (contest.own, *contest.peers)}
        return [run for name, run in found.items() if name in self.samples]

    def as_json(self) -> dict:
        return {name: [sample.as_json() for sample in taken] for name, taken in self.samples.items()}

    def median(self, name: str, quantity: str) -> float | None:
        return Spread.of(self.samples[name], quantity).median if name in self.samples else None
