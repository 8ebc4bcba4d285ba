"""What the figures are held against, and whether they are up to it. Pure."""

from __future__ import annotations

import os

from samples import Spread
from scale import sections
from scale.results import Point, Results, Target
from scale.start import EMPTY, VERSION, Start

FLAT = 1.10  # the most by which memory that is flat may differ
CONSTANT = 1.05
CORES = os.cpu_count() or 1


def targets(results: Results, starts: list[Start]) -> list[Target]:
    """Of what was measured."""
    found: list[Target] = []
    if results.has("paths"):
        found += _of_paths(results)
    if results.has("nodes"):
        found += [_of_nodes(results, path) for path in results.paths("nodes")]
    if results.has("rows"):
        found += [_flat(results, "rows", path) for path in results.paths("rows")]
    if results.has("splits"):
        # From one split on, where one thread works, and from the first number at which all do.
        all_places = results.places("splits")
        found += [_flat(results, "splits", path, places) for path in results.paths("splits") for places in (all_places, all_places[1:])]
    if results.has("threads"):
        found += [_of_threads(results, path) for path in results.paths("threads")]
    return found + [_of_start(start) for start in starts if start.what in (VERSION, EMPTY)]


def per_core(results: Results, path: str) -> float:
    """Rows a CPU second of the client, without what comes once."""
    return 1e6 / results.marginal_cpu("paths", path, "")


def alone(results: Results, path: str) -> float:
    """Of another's writer, which has no costs that come once."""
    [rows] = results.sizes("paths", path, "")
    return rows / results.median(Point("paths", path, "", rows), "client_cpu_seconds")


def _of_paths(results: Results) -> list[Target]:
    arrow, csv, parquet, load = (
        per_core(results, path) for path in (sections.ARROW, sections.CSV_FILE, sections.PARQUET, sections.CLUSTERED)
    )
    csv_ratio = csv / alone(results, sections.ARROW_CSV)
    parquet_ratio = parquet / alone(results, sections.ARROW_PARQUET)
    found = [Target("replay → Arrow, per core", "≥ 4,000,000 rows/s", f"{arrow:,.0f} rows/s", arrow >= 4e6)]
    if sections.RUST in results.paths("paths"):
        rust_ratio = arrow / per_core(results, sections.RUST)
        found.append(Target("replay → Arrow against the Rust driver into structs", "≥ 3 ×", f"{rust_ratio:.1f} ×", rust_ratio >= 3))
    return [
        *found,
        Target("replay → CSV file, per core", "≥ 1,500,000 rows/s", f"{csv:,.0f} rows/s", csv >= 1.5e6),
        Target("replay → CSV file against Arrow's CSV writer alone", "≥ 2 ×", f"{csv_ratio:.1f} ×", csv_ratio >= 2),
        Target("replay → Parquet against Arrow's writer alone", "≥ 85%", f"{parquet_ratio:.0%}", parquet_ratio >= 0.85),
        Target("CSV → acknowledged batches, per core", "≥ 900,000 rows/s", f"{load:,.0f} rows/s", load >= 9e5),
    ]


def _of_nodes(results: Results, path: str) -> Target:
    few, *others = results.places("nodes")
    ratios = {at: results.marginal_ratio("nodes", path, at, few) for at in others}
    worst = max(ratios, key=lambda at: ratios[at])
    return Target(
        f"cost of a row from {few} to {others[-1]} nodes, {path}",
        f"≤ {CONSTANT:.2f} ×",
        f"{ratios[others[-1]]:.2f} × at {others[-1]}; at most {ratios[worst]:.2f} × at {worst}",
        ratios[worst] <= CONSTANT,
    )


def _flat(results: Results, section: str, path: str, places: list[str] | None = None) -> Target:
    sizes = {at: results.sizes(section, path, at) for at in places or results.places(section)}
    peaks = {at: results.median(Point(section, path, at, rows[-1]), "peak_mb") for at, rows in sizes.items() if rows}
    first, last = list(peaks)[0], list(peaks)[-1]
    most = max(peaks.values()) / peaks[first]
    return Target(
        f"memory from {first} to {last} {section}, {path}",
        f"≤ {FLAT:.2f} ×",
        f"{peaks[first]:.0f} → {peaks[last]:.0f} MB, at most {most:.2f} ×",
        most <= FLAT,
    )


def _of_threads(results: Results, path: str) -> Target:
    ratio, possible = thread_ratio(results, path), thread_ratio_possible(results, path)
    found = f"{ratio:.2f} ×"
    if CORES < 3:
        found += f", where {CORES} cores shared with the server allow {possible:.2f} ×"
    return Target(f"2 threads against 1, {path}", "≥ 1.9 ×", found, ratio >= 1.9 or (None if CORES < 3 else False))


def thread_point(results: Results, path: str, threads: str) -> Point:
    return Point("threads", path, threads, results.sizes("threads", path, threads)[-1])


def thread_ratio(results: Results, path: str) -> float:
    one, two = (results.median(thread_point(results, path, threads), "wall_seconds") for threads in "12")
    return one / two


def thread_ratio_possible(results: Results, path: str) -> float:
    """With the one thread's work spread over all cores but for what the server takes of them; at most 2."""
    point = thread_point(results, path, "1")
    wall, client, server = (
        Spread.of(results.samples(point), quantity).median for quantity in ("wall_seconds", "client_cpu_seconds", "server_cpu_seconds")
    )
    return min(2.0, wall / ((client + server) / CORES))


def _of_start(start: Start) -> Target:
    wanted = 15 if start.what == VERSION else 300
    return Target(start.what, f"≤ {wanted} ms", f"{start.median_ms:.1f} ms", start.median_ms <= wanted)
