"""What the bench of scale runs, section by section: each varies one thing and leaves the rest."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from contestants import Run
from replay import ReplayServer
from scale.results import Point
from scale.work import INPUT, NOWHERE, Tools, inputs, peer, several, take

TINY = 10_000  # rows of a --quick run's million
ARROW, CSV, PARQUET = "→ Arrow", "→ CSV", "→ Parquet"  # thrown away
ARROW_FILE, CSV_FILE, JSON_FILE, PARQUET_FILE = "→ Arrow file", "→ CSV file", "→ JSON file", "→ Parquet file"
PAGES, COUNT = "→ nothing (pages dropped)", "count"
CLUSTERED, SCATTERED, FROM_PARQUET = "CSV →, clustered", "CSV →, scattered", "Parquet →"
ARROW_CSV, ARROW_PARQUET = "Arrow's CSV writer alone", "Arrow's Parquet writer alone"
RUST = "Rust driver, into structs"
FORMAT_OF = {ARROW: "arrow", CSV: "csv", PARQUET: "parquet"}
FILE_OF = {ARROW_FILE: "scale.arrow", CSV_FILE: "scale.csv", JSON_FILE: "scale.jsonl", PARQUET_FILE: "scale.parquet"}
SOME_FILES = (ARROW_FILE, CSV_FILE, PARQUET_FILE)


@dataclass(frozen=True)
class Scale:
    """How much is run."""

    million: int = 1_000_000
    most_millions: int = 100  # of the section on rows

    def rows(self, millions: float) -> int:
        return round(self.million * millions)


@dataclass(frozen=True)
class Step:
    point: Point
    run: Run
    server: ReplayServer


Section = Callable[[Tools, Scale], Iterator[list[Step]]]


def served(stack: ExitStack, tools: Tools, rows: int, *options: object, cores: list[int] | None = None) -> ReplayServer:
    """So many rows of the baseline table, a quarter of a million of them in memory."""
    kept = min(rows, 250_000)
    return stack.enter_context(tools.server("--rows", kept, "--copies", rows // kept, *options, cores=cores))


def nowhere(tools: Tools, server: ReplayServer, path: str) -> Run:
    return tools.export(server, NOWHERE, "--format", FORMAT_OF[path])


@contextmanager
def paths(tools: Tools, scale: Scale) -> Iterator[list[Step]]:
    """Every path at two sizes, and Arrow's writers alone on the same rows."""
    with ExitStack() as stack:
        steps = []
        small, large = scale.rows(1), scale.rows(5)
        for rows in (small, large):
            server = served(stack, tools, rows)
            runs = {PAGES: tools.pages(server)}
            runs |= {path: nowhere(tools, server, path) for path in (ARROW, PARQUET)}
            if tools.rust_driver:
                runs[RUST] = tools.rust_scan(server)
            runs |= {path: tools.export(server, file) for path, file in FILE_OF.items()}
            if rows == small:
                for kept in ("rows.arrow", "rows.parquet"):
                    take(tools.export(server, str(INPUT / kept)), server, rows, keep_output=True)
            for path, order in ((CLUSTERED, "clustered"), (SCATTERED, "scattered")):
                runs[path] = tools.load(server, inputs(order, small, rows // small))
            runs[FROM_PARQUET] = tools.load(server, several(INPUT / "rows.parquet", rows // small))
            steps += [Step(Point("paths", path, "", rows), run, server) for path, run in runs.items()]
        csv = inputs("clustered", small, 1)[0]
        alone = {ARROW_CSV: peer("pyarrow", "write", "csv", csv), ARROW_PARQUET: peer("pyarrow", "write", "parquet", INPUT / "rows.arrow")}
        yield steps + [Step(Point("paths", path, "", small), run, steps[0].server) for path, run in alone.items()]


NODES = (3, 10, 30, 100, 300)
LATENCIES = ("0", "1ms", "exp:5ms")


def cluster_of(nodes: int, latency: str) -> tuple[object, ...]:
    return ("--nodes", nodes, "--rf", min(3, nodes), "--vnodes", 16, "--latency", latency)


@contextmanager
def nodes(tools: Tools, scale: Scale) -> Iterator[list[Step]]:
    """The cost of a row by how many nodes there are: sizes at which every page is full."""
    with ExitStack() as stack:
        steps = []
        for number in NODES:
            for millions, loads in ((5, 1), (20, 3)):
                server = served(stack, tools, scale.rows(millions), *cluster_of(number, "0"))
                export = nowhere(tools, server, CSV)
                steps.append(Step(Point("nodes", CSV, str(number), scale.rows(millions)), export, server))
                load = tools.load(server, inputs("clustered", scale.rows(1), loads))
                steps.append(Step(Point("nodes", CLUSTERED, str(number), scale.rows(loads)), load, server))
        yield steps


@contextmanager
def latencies(tools: Tools, scale: Scale) -> Iterator[list[Step]]:
    """Whole runs of a million rows, by nodes and by how long each takes to answer."""
    with ExitStack() as stack:
        steps = []
        rows = scale.rows(1)
        for latency in LATENCIES:
            for number in NODES:
                server = served(stack, tools, rows, *cluster_of(number, latency))
                loads = tools.load(server, inputs("clustered", rows, 1))
                runs = {COUNT: tools.count(server), CSV_FILE: tools.export(server, FILE_OF[CSV_FILE]), CLUSTERED: loads}
                steps += [Step(Point("latencies", path, f"{number} nodes, {latency}", rows), run, server) for path, run in runs.items()]
        yield steps


SPLITS = (1, 16, 256, 1024)


@contextmanager
def splits(tools: Tools, scale: Scale) -> Iterator[list[Step]]:
    with ExitStack() as stack:
        rows = scale.rows(5)
        server = served(stack, tools, rows)
        yield [
            Step(Point("splits", path, str(number), rows), tools.export(server, FILE_OF[path], "--splits", str(number)), server)
            for number in SPLITS
            for path in SOME_FILES
        ]


@contextmanager
def rows(tools: Tools, scale: Scale) -> Iterator[list[Step]]:
    """Ten times as many, again and again; loads of a tenth, since each row of theirs is in a file."""
    with ExitStack() as stack:
        steps = []
        millions = 1
        while millions <= scale.most_millions:
            number = scale.rows(millions)
            server = served(stack, tools, number)
            runs = {COUNT: tools.count(server)}
            runs |= {path: nowhere(tools, server, path) for path in (CSV, ARROW)}
            if millions == 1 or millions * 10 <= scale.most_millions:
                runs[CLUSTERED] = tools.load(server, inputs("clustered", scale.rows(1), millions))
            steps += [Step(Point("rows", path, f"{number:,}", number), run, server) for path, run in runs.items()]
            millions *= 10
        yield steps


COLUMNS = (2, 10, 40, 200)


@contextmanager
def columns(tools: Tools, scale: Scale) -> Iterator[list[Step]]:
    """As many cells each time, at two sizes."""
    with ExitStack() as stack:
        steps = []
        for number in COLUMNS:
            for copies in (1, 5):
                kept = scale.rows(4) // number
                server = stack.enter_context(tools.server("--columns", number, "--rows", kept, "--copies", copies))
                for path in SOME_FILES:
                    steps.append(Step(Point("columns", path, str(number), copies * kept), tools.export(server, FILE_OF[path]), server))
        yield steps


def core_sets() -> tuple[list[int], list[int], list[int]]:
    """For one thread, for two, and for the server: apart from both where there are three cores, else beside the second."""
    all_cores = sorted(os.sched_getaffinity(0))
    server = all_cores[2:] or all_cores[-1:]
    return all_cores[:1], all_cores[:2], server


@contextmanager
def threads(tools: Tools, scale: Scale) -> Iterator[list[Step]]:
    one, two, of_server = core_sets()
    with ExitStack() as stack:
        steps = []
        rows = scale.rows(5)
        server = served(stack, tools, rows, cores=of_server)
        source = inputs("clustered", scale.rows(1), 3)
        for number, cores in ((1, one), (2, two)):
            options = ["--threads", str(number)]
            exports = {path: tools.export(server, FILE_OF[path], *options, cores=cores) for path in SOME_FILES}
            steps += [Step(Point("threads", path, str(number), rows), run, server) for path, run in exports.items()]
            load = tools.load(server, source, *options, cores=cores)
            steps.append(Step(Point("threads", CLUSTERED, str(number), scale.rows(3)), load, server))
        yield steps


SECTIONS = {
    "paths": paths,
    "nodes": nodes,
    "latencies": latencies,
    "splits": splits,
    "rows": rows,
    "columns": columns,
    "threads": threads,
}
