"""What the bench of scale measured: samples by what was run and how large it was, and what follows from them. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field

from samples import Sample, Spread


@dataclass(frozen=True)
class Point:
    """One command at one size."""

    section: str
    path: str  # what was run
    at: str  # what the section varies: nodes, splits, …
    rows: int


@dataclass(frozen=True)
class Taken:
    sample: Sample
    connections: int


@dataclass
class Results:
    taken: dict[Point, list[Taken]] = field(default_factory=dict)

    def add(self, point: Point, taken: Taken) -> None:
        self.taken.setdefault(point, []).append(taken)

    def has(self, section: str) -> bool:
        return any(point.section == section for point in self.taken)

    def paths(self, section: str) -> list[str]:
        return list(dict.fromkeys(point.path for point in self.taken if point.section == section))

    def places(self, section: str) -> list[str]:
        return list(dict.fromkeys(point.at for point in self.taken if point.section == section))

    def sizes(self, section: str, path: str, at: str) -> list[int]:
        return sorted(p.rows for p in self.taken if (p.section, p.path, p.at) == (section, path, at))

    def samples(self, point: Point) -> list[Sample]:
        return [taken.sample for taken in self.taken.get(point, [])]

    def spread(self, point: Point, quantity: str) -> Spread:
        return Spread.of(self.samples(point), quantity)

    def median(self, point: Point, quantity: str) -> float:
        return self.spread(point, quantity).median

    def connections(self, point: Point) -> int:
        return max(taken.connections for taken in self.taken[point])

    def marginal_cpu(self, section: str, path: str, at: str) -> float:
        """Client CPU seconds a million rows, between the least and the largest size: without what comes once."""
        return statistics.median(self._marginals(section, path, at))

    def marginal_ratio(self, section: str, path: str, at: str, base: str) -> float:
        """Of the cost of a row here to that at `base`. Each round by itself, since the machine drifts between rounds."""
        pairs = zip(self._marginals(section, path, at), self._marginals(section, path, base))
        return statistics.median(here / there for here, there in pairs)

    def _marginals(self, section: str, path: str, at: str) -> list[float]:
        sizes = self.sizes(section, path, at)
        small, large = (self.samples(Point(section, path, at, rows)) for rows in (sizes[0], sizes[-1]))
        millions = (sizes[-1] - sizes[0]) / 1e6
        return [(b.client_cpu_seconds - a.client_cpu_seconds) / millions for a, b in zip(small, large)]

    def all_samples(self) -> Iterable[Sample]:
        return (taken.sample for group in self.taken.values() for taken in group)


@dataclass(frozen=True)
class Target:
    what: str
    wanted: str
    found: str
    met: bool | None  # None: this machine cannot say
    note: str = ""
