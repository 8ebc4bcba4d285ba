"""What one measurement of the foreground says, and the middle of several. Pure."""

from __future__ import annotations

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Figures:
    reads: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    rows_per_second: float  # of the bulk work, from its first start to its last end
    other_cpu_share: float  # of one core, taken by others on the machine: noise, when it is large

    def __str__(self) -> str:
        return (
            f"p50 {self.p50_ms:6.2f}  p99 {self.p99_ms:7.2f}  max {self.max_ms:7.1f} ms of {self.reads} reads;"
            f" {self.rows_per_second:9,.0f} rows/s; others {self.other_cpu_share:.0%} of a core"
        )


def percentile(ascending: list[float], share: float) -> float:
    """The least value that at least `share` of all do not exceed."""
    return ascending[max(0, -(-len(ascending) * round(share * 1000) // 1000) - 1)]


def figures_of(latencies: list[float], rows: int, seconds: float, other_cpu_seconds: float) -> Figures:
    """Raises ValueError where there was no read."""
    if not latencies:
        raise ValueError("no read was due during the measurement")
    ascending = sorted(latency * 1000 for latency in latencies)
    return Figures(
        len(ascending), percentile(ascending, 0.5), percentile(ascending, 0.99), ascending[-1], rows / seconds, other_cpu_seconds / seconds
    )


def middle_of(several: list[Figures]) -> Figures:
    """The median of each figure, the worst maximum."""

    def median(quantity: str) -> float:
        return statistics.median(getattr(figures, quantity) for figures in several)

    return Figures(
        sum(figures.reads for figures in several),
        median("p50_ms"),
        median("p99_ms"),
        max(figures.max_ms for figures in several),
        median("rows_per_second"),
        median("other_cpu_share"),
    )
