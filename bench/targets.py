"""How cqlbulk is to compare on the baseline table, and whether it does: the project's targets, against measured medians. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import contestants as names
from report import markdown
from results import QUANTITIES, Results


@dataclass(frozen=True)
class Target:
    path: str
    run: str
    quantity: str  # of a sample
    at_most: float
    against: str = ""  # the run whose figure is the measure; empty: the figure itself


def _path(path: str, run: str, cpu: float | None, megabytes: float | None, *against: tuple[float, str]) -> list[Target]:
    targets = [Target(path, run, "wall_seconds", most, other) for most, other in against]
    if cpu is not None:
        targets.append(Target(path, run, "client_cpu_seconds", cpu))
    if megabytes is not None:
        targets.append(Target(path, run, "peak_mb", megabytes))
    return targets


_CLUSTERED, _SCATTERED = "cqlbulk load, CSV clustered", "cqlbulk load, CSV scattered"
_CLUSTERED_FLOOR, _SCATTERED_FLOOR = "floor, batches of one partition", "floor, batches of ten rows"

TARGETS = [
    *_path("count", names.COUNT, 0.05, 30, (1.1, names.FLOOR_COUNT), (0.6, names.DRIVER_COUNT)),
    *_path("export CSV", names.EXPORT_CSV, 0.9, 100, (1.4, names.FLOOR_EXPORT), (0.4, names.DRIVER_SCAN), (0.07, names.COPY_TO)),
    *_path("export Parquet zstd", names.EXPORT_PARQUET, 1.6, 200, (1.6, names.FLOOR_EXPORT), (0.45, names.DRIVER_SCAN)),
    *_path("load CSV, clustered", _CLUSTERED, 1.5, 150, (1.4, _CLUSTERED_FLOOR), (0.12, "cqlsh COPY FROM, clustered")),
    *_path("load CSV, scattered", _SCATTERED, 2, None, (1.3, _SCATTERED_FLOOR), (0.3, "cqlsh COPY FROM, scattered")),
    *_path("load CSV, scattered, window holds it", names.LOAD_GROUPED, None, None, (1.0, _CLUSTERED)),
    *_path("load Parquet", names.LOAD_PARQUET, 1.2, 150, (1.4, _CLUSTERED_FLOOR)),
    Target("start", names.VERSION, "wall_seconds", 0.015),
    Target("start", names.COUNT_OF_NOTHING, "wall_seconds", 0.3),
]


# What does the same work and nothing with the answers, or the rows that it sends.
FLOOR_OF = {
    names.COUNT: names.FLOOR_COUNT,
    names.EXPORT_CSV: names.FLOOR_EXPORT,
    names.EXPORT_PARQUET: names.FLOOR_EXPORT,
    _CLUSTERED: _CLUSTERED_FLOOR,
    _SCATTERED: _SCATTERED_FLOOR,
    names.LOAD_GROUPED: _CLUSTERED_FLOOR,
    names.LOAD_PARQUET: _CLUSTERED_FLOOR,
}


def table(results: Results) -> str:
    """Of those targets whose runs were measured; empty where there are none."""
    lines = [["path", "figure", "target", "measured", "the floor", ""]]
    met = 0
    for target in TARGETS:
        measured = _measured(target, results)
        if measured is None:
            continue
        meets = measured <= target.at_most
        met += meets
        floor = _measured(replace(target, run=FLOOR_OF[target.run]), results) if _says_something(target) else None
        verdict = "met" if meets else "**not met**" if floor is None or floor <= target.at_most else "**not met**, nor by the floor"
        shown = "" if floor is None else _figure(target, floor)
        lines.append([target.path, _told(target), f"≤ {target.at_most:g}", _figure(target, measured), shown, verdict])
    if len(lines) == 1:
        return ""
    explained = "\"The floor\" is the same figure of the program that sends the same statements and drops the answers: nobody can be below it."
    return f"{markdown(lines, text_columns=2)}\n\n{met} of {len(lines) - 1} are met. {explained}"


def _says_something(target: Target) -> bool:
    """The floor against itself does not; nor does its memory, for it holds the rows that it sends."""
    return target.run in FLOOR_OF and target.against != FLOOR_OF[target.run] and target.quantity != "peak_mb"


def _measured(target: Target, results: Results) -> float | None:
    own = results.median(target.run, target.quantity)
    if not target.against or own is None:
        return own
    other = results.median(target.against, target.quantity)
    return own / other if other else None


def _told(target: Target) -> str:
    if target.path == "start":
        return f"{target.run}, wall s"
    quantity = QUANTITIES[target.quantity]
    return f"{quantity} / {target.against}" if target.against else quantity


def _figure(target: Target, measured: float) -> str:
    """So exact that a figure which is shown as the target's own meets it."""
    digits = 0 if target.quantity == "peak_mb" else 3
    return f"{measured:.{digits}f}"
