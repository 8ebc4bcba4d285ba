"""Samples as the page people read: ratios of CPU first, then the figures, then how they came about."""

from __future__ import annotations

import os
import platform
import statistics
from datetime import date
from importlib.metadata import version

import report
from client.contestants import OURS, Sample
from peers.rust_program import locked_version
from samples import DISTURBING_SHARE, disturbance


def machine_facts() -> list[str]:
    return [
        report.machine(),
        f"cql: commit {report.commit()}, one thread, one connection",
        f"Rust driver: scylla {locked_version('scylla')}, tokio's current-thread runtime, one connection",
        f"Python driver: cassandra-driver {version('cassandra-driver')}, Python {platform.python_version()}",
    ]


def tables(samples: list[Sample]) -> str:
    parts = ["## CPU ratios", _ratios(samples)]
    for target in dict.fromkeys(sample.target for sample in samples):
        parts += [f"## Figures: {target}", _figures([sample for sample in samples if sample.target == target])]
    disturbed = [sample.other_cpu_seconds > DISTURBING_SHARE * os.cpu_count() * sample.wall_seconds for sample in samples]
    advice = "Trust the CPU seconds more than the rates and latencies, or run it again on a quiet machine."
    return "\n\n".join([*parts, *disturbance(disturbed, advice)]) + "\n"


def page(command: str, repeats: int, facts: list[str], left_out: list[str], samples: list[Sample]) -> str:
    told = "\n".join(f"- {fact}." for fact in [*facts, *left_out])
    return f"""# Benchmarks of the client

Written by `{command}` on {date.today().isoformat()}; not by hand.

{tables(samples)}
Figures are medians of {repeats}. CPU seconds are of the client's process per million requests, or per million rows of a stream, without
connecting and preparing; "per CPU s" is how many requests or rows one CPU second of the client is enough for. Server CPU includes
connecting and preparing. Peak memory is the whole process's. Requests of the Python driver were a tenth
of the others', since it takes so long.

## How it was measured

{told}
- Contestants of one workload follow each other, every second round in reverse order, each on a quiet server.
- Everybody decodes all six columns of every row, except for raw pages. The Rust driver streams in two ways: page by page with borrowed
  texts (its cheapest), and by its stream of rows.
- The programs: [bench/client](../bench/client), [bench/peers](../bench/peers).
"""


def _median(samples: list[Sample], quantity: str) -> float:
    return statistics.median(getattr(sample, quantity) for sample in samples)


def _grouped(samples: list[Sample]) -> dict[tuple[str, str, str], list[Sample]]:
    groups: dict[tuple[str, str, str], list[Sample]] = {}
    for sample in samples:
        groups.setdefault((sample.target, sample.workload, sample.contestant), []).append(sample)
    return groups


def _ratios(samples: list[Sample]) -> str:
    lines = [["workload", "cql against", "on", "CPU", "p99", "per second"]]
    groups = _grouped(samples)
    for (target, workload, contestant), theirs in groups.items():
        ours = groups.get((target, workload, OURS))
        if contestant == OURS or not ours:
            continue

        def ratio(quantity: str) -> str:
            divisor = _median(theirs, quantity)
            return f"{_median(ours, quantity) / divisor:.2f}" if divisor else "–"

        lines.append([workload, contestant, target, ratio("cpu_per_million"), ratio("p99_us"), ratio("per_second")])
    return report.markdown(lines, text_columns=3)


def _figures(samples: list[Sample]) -> str:
    lines = [["workload", "client", "per second", "p50 µs", "p99 µs", "CPU s a million", "per CPU s", "server CPU s a million", "peak MB"]]
    for (_, workload, contestant), group in _grouped(samples).items():
        cells = [f"{_median(group, 'per_second'):,.0f}"]
        cells += [f"{_median(group, quantity):,.0f}" if _median(group, quantity) else "–" for quantity in ("p50_us", "p99_us")]
        cpu = _median(group, "cpu_per_million")
        cells += [f"{cpu:.2f}" if cpu > 1 else f"{cpu:.3f}", f"{1e6 / cpu:,.0f}", f"{_median(group, 'server_cpu_per_million'):.2f}"]
        lines.append([workload, contestant, *cells, f"{_median(group, 'peak_mb'):.0f}"])
    return report.markdown(lines, text_columns=2)
