"""The figures of the bench of scale as the page people read: targets, a section for each thing that was varied, a plot. Pure."""

from __future__ import annotations

import os
from datetime import date

import report
from samples import Sample, disturbance
from scale import sections, targets
from scale.plot import Panel, figure
from scale.results import Point, Results, Target
from scale.start import Start

VERDICTS = {True: "met", False: "**missed**", None: "not to be told here"}


def tables(results: Results, starts: list[Start]) -> str:
    parts = ["## Targets", targets_table(targets.targets(results, starts))]
    for section, told in SECTIONS.items():
        if results.has(section):
            parts += told(results)
    if starts:
        parts += ["## Start", _starts(starts)]
    disturbed = [sample.disturbed for sample in results.all_samples()]
    return "\n\n".join([*parts, *disturbance(disturbed, "CPU seconds suffer less from that than wall times do.")]) + "\n"


def targets_table(found: list[Target]) -> str:
    lines = [["what", "wanted", "found", ""]]
    lines += [[target.what, target.wanted, target.found, VERDICTS[target.met]] for target in found]
    return report.markdown(lines, text_columns=4)


def _paths(results: Results) -> list[str]:
    lines = [["path", "rows/s", "MB/s", "CPU s a million", "whole run: rows/s", "MB peak"]]
    for path in results.paths("paths"):
        sizes = results.sizes("paths", path, "")
        point = Point("paths", path, "", sizes[0])
        whole = sizes[0] / results.median(point, "client_cpu_seconds")
        peak = f"{results.median(Point('paths', path, '', sizes[-1]), 'peak_mb'):,.0f}"
        if len(sizes) == 1:
            rate = targets.alone(results, path)
            lines.append([path, f"{rate:,.0f}", _megabytes(rate), f"{1e6 / rate:.2f}", "–", peak])
        else:
            rate = targets.per_core(results, path)
            lines.append([path, f"{rate:,.0f}", _megabytes(rate), f"{1e6 / rate:.2f}", f"{whole:,.0f}", peak])
    small, large = results.sizes("paths", sections.CSV_FILE, "")
    return [
        "## Paths",
        f"Per CPU second of the client. Rows/s and MB/s are marginal: of what {large:,} rows cost more than {small:,}, so without start-up and "
        f"connecting; \"whole run\" is of {small:,} rows with everything. MB are those of the rows on the wire, {WIRE_BYTES} bytes each.",
        report.markdown(lines, text_columns=1),
    ]


WIRE_BYTES = 164


def _megabytes(rate: float) -> str:
    return f"{rate * WIRE_BYTES / 1e6:,.0f}"


def _nodes(results: Results) -> list[str]:
    paths, places = results.paths("nodes"), results.places("nodes")
    lines = [["nodes", *(f"{path}: CPU s a million" for path in paths), *(f"{path}: against {places[0]}" for path in paths)]]
    for at in places:
        costs = [f"{results.marginal_cpu('nodes', path, at):.3f}" for path in paths]
        lines.append([at, *costs, *(f"{results.marginal_ratio('nodes', path, at, places[0]):.2f}" for path in paths)])
    return [
        "## Nodes",
        "What a row costs the client, marginal, by how many nodes there are: 16 tokens each, replication factor 3, no latency. Against the "
        "fewest nodes: the median of the ratios within each round.",
        report.markdown(lines, text_columns=0),
    ]


def _latencies(results: Results) -> list[str]:
    lines = [["cluster", "path", "wall s", "client CPU s", "server CPU s", "peak MB", "connections"]]
    for at in results.places("latencies"):
        lines += [_whole_run(results, Point("latencies", path, at, results.sizes("latencies", path, at)[0])) for path in results.paths("latencies")]
    [rows] = results.sizes("latencies", sections.COUNT, results.places("latencies")[0])
    return [
        "## Nodes and latency",
        f"Whole runs of {rows:,} rows, start-up included. A count costs the replay server the same however many rows there are: what it takes is "
        "start-up, connecting, and the ranges.",
        report.markdown(lines, text_columns=2),
    ]


def _whole_run(results: Results, point: Point) -> list[str]:
    quantities = ("wall_seconds", "client_cpu_seconds", "server_cpu_seconds")
    figures = [f"{results.median(point, quantity):.2f}" for quantity in quantities]
    return [point.at, point.path, *figures, f"{results.median(point, 'peak_mb'):,.0f}", f"{results.connections(point):,}"]


def _splits(results: Results) -> list[str]:
    lines = [["splits", "path", "wall s", "client CPU s", "peak MB"]]
    places, paths = results.places("splits"), results.paths("splits")
    [rows] = results.sizes("splits", paths[0], places[0])
    lines += [[at, path, *_costs(results, Point("splits", path, at, rows))] for at in places for path in paths]
    return ["## Splits", f"Exports of {rows:,} rows to a file. One split is one query: one thread works.", report.markdown(lines, text_columns=2)]


def _costs(results: Results, point: Point) -> list[str]:
    wall, cpu = (f"{results.median(point, quantity):.2f}" for quantity in ("wall_seconds", "client_cpu_seconds"))
    return [wall, cpu, f"{results.median(point, 'peak_mb'):,.0f}"]


def _rows(results: Results) -> list[str]:
    lines = [["rows", "path", "wall s", "client CPU s", "CPU s a million", "peak MB"]]
    for at in results.places("rows"):
        for path in results.paths("rows"):
            for rows in results.sizes("rows", path, at):
                point = Point("rows", path, at, rows)
                wall, cpu, peak = _costs(results, point)
                lines.append([at, path, wall, cpu, f"{results.median(point, 'client_cpu_seconds') / rows * 1e6:.3f}", peak])
    return [
        "## Rows",
        "Whole runs. Exports are to standard output, which is thrown away; there one thread works. Loads are of files of a million rows each.",
        report.markdown(lines, text_columns=2),
    ]


def _columns(results: Results) -> list[str]:
    lines = [["columns", "path", "rows/s", "million cells/s", "ns a cell"]]
    for at in results.places("columns"):
        for path in results.paths("columns"):
            cost = results.marginal_cpu("columns", path, at)
            cells = int(at) / cost
            lines.append([at, path, f"{1e6 / cost:,.0f}", f"{cells:,.1f}", f"{1e3 / cells:.1f}"])
    return [
        "## Columns",
        "Per CPU second of the client, marginal. A bigint key and columns of int, text (12 characters), double and timestamp in turn.",
        report.markdown(lines, text_columns=2),
    ]


def _threads(results: Results) -> list[str]:
    lines = [["path", "rows/s, 1 thread", "2 threads", "ratio", "possible here", "CPU of a row, 2 against 1", "idle, 2 threads"]]
    for path in results.paths("threads"):
        one, two = (targets.thread_point(results, path, threads) for threads in "12")
        rates = [f"{point.rows / results.median(point, 'wall_seconds'):,.0f}" for point in (one, two)]
        cpu = results.median(two, "client_cpu_seconds") / results.median(one, "client_cpu_seconds")
        shares = [targets.thread_ratio(results, path), targets.thread_ratio_possible(results, path), cpu]
        lines.append([path, *rates, *(f"{share:.2f}" for share in shares), f"{_idle(results, two):.0%}"])
    apart = (os.cpu_count() or 1) >= 3
    pinned = "on cores of its own" if apart else "on the second core, which the second thread shares with it"
    return [
        "## Threads",
        f"By wall time, the client pinned to one core or two, the server {pinned}. \"Possible here\" is what the ratio would be if the work of "
        "one thread were spread over all cores, less what the server takes of them. Idle: what nobody used of all cores.",
        report.markdown(lines, text_columns=1),
    ]


def _idle(results: Results, point: Point) -> float:
    wall, client, server, other = (
        results.median(point, quantity) for quantity in ("wall_seconds", "client_cpu_seconds", "server_cpu_seconds", "other_cpu_seconds")
    )
    return max(0.0, 1 - (client + server + other) / (wall * (os.cpu_count() or 1)))


SECTIONS = {
    "paths": _paths,
    "nodes": _nodes,
    "latencies": _latencies,
    "splits": _splits,
    "rows": _rows,
    "columns": _columns,
    "threads": _threads,
}


def _starts(starts: list[Start]) -> str:
    lines = [["", "wall ms", "least", "CPU ms"]]
    lines += [[start.what, f"{start.median_ms:.1f}", f"{min(start.wall_ms):.1f}", f"{start.median_cpu_ms:.1f}"] for start in starts]
    return report.markdown(lines, text_columns=1)


def plot(results: Results) -> str | None:
    """What should be level lines; nothing where none of it was measured."""
    panels = []
    if results.has("nodes"):
        costs = {path: [(float(at), results.marginal_cpu("nodes", path, at)) for at in results.places("nodes")] for path in results.paths("nodes")}
        panels.append(Panel("CPU of a million rows, by nodes", "CPU s", costs))
    for section in ("rows", "splits"):
        if results.has(section):
            panels.append(Panel(f"Peak memory, by {section}", "MB", _peaks(results, section)))
    if results.has("columns"):
        costs = {
            path: [(float(at), results.marginal_cpu("columns", path, at) * 1e3 / int(at)) for at in results.places("columns")]
            for path in results.paths("columns")
        }
        panels.append(Panel("Cost of a cell, by columns", "ns", costs))
    return figure(panels) if panels else None


def _peaks(results: Results, section: str) -> dict[str, list[tuple[float, float]]]:
    return {
        path: [
            (float(at.replace(",", "")), results.median(Point(section, path, at, rows), "peak_mb"))
            for at in results.places(section)
            for rows in results.sizes(section, path, at)
        ]
        for path in results.paths(section)
    }


def page(command: str, facts: list[str], told: str, plot_file: str) -> str:
    return f"""# How far it scales

Written by `{command}` on {date.today().isoformat()}; not by hand. cqlbulk against the [replay server](../testbed/README.md#the-replay-server),
which serves the benchmark's table from memory: what the client takes by itself, and how that grows.

{told}
![Costs by nodes, rows, splits and columns]({plot_file})

## How it was measured

{chr(10).join(f"- {fact}." for fact in facts)}
- CPU seconds are those of the whole process, user and system time. Of several samples the median is shown. "Per core" is per CPU second.
- Marginal figures are differences between two sizes of the same run, round by round, with every second round in reverse order: what comes
  once (starting, connecting, metadata, the ring) is not in them.
- Exports go to files in memory (/dev/shm; on the disk where that has less than 4 GiB), loads read files that the system has in its cache.
- Arrow's writers run on one core and write the same rows to /dev/null, Parquet with the properties that cqlbulk gives it
  ([bench/peers](../bench/peers/file_formats.py)). They do no reading and no converting.
- After each run the server says how many rows it sent or took; a run that is not whole gives no figures.
- Starts are medians of many, without anybody watching memory.
- The programs: [bench/scale](../bench/scale), [testbed/replay_server](../testbed/replay_server).
"""
