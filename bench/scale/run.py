"""`./dev bench scale`: what the client costs by itself, against the replay server, and how that grows with nodes, splits, rows, columns
and threads. Prints figures against their targets and writes docs/benchmarks-scale.md with its plot. No Cassandra.
"""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT / folder) for folder in ("bench", "testbed", "testbed/cassandra")]

import report  # noqa: E402
from peers.rust_program import MISSING, locked_version, rust_program  # noqa: E402
from report import say  # noqa: E402
from samples import RunFailed  # noqa: E402
from scale import page  # noqa: E402
from scale.results import Results  # noqa: E402
from scale.sections import SECTIONS, Scale  # noqa: E402
from scale.start import Start, starts  # noqa: E402
from scale.work import INPUT, OUTPUT, Tools, take  # noqa: E402
from server import FILES  # noqa: E402

PUBLISHED = PROJECT / "docs" / "benchmarks-scale.md"
PLOT = PROJECT / "docs" / "benchmarks-scale.svg"
ONCE = {"latencies", "rows"}  # sections whose sense does not hang on a few percent
STARTS = 25
QUICK_MILLION = 10_000
QUICK_MOST_MILLIONS = 10


def main() -> int:
    options = parse_arguments()
    rust_driver = rust_program(options.build)
    if not rust_driver:
        say(MISSING)
    tools = Tools(options.build, rust_driver)
    results, started = Results(), []
    for folder in (INPUT, OUTPUT):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        measure(tools, options, results)
        if options.only in "start":
            started = starts(tools, 3 if options.quick else STARTS)
    except (RunFailed, RuntimeError, OSError) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        for folder in (INPUT, OUTPUT):
            shutil.rmtree(folder, ignore_errors=True)
    if not options.quick:
        keep_samples(results, started)
    told = page.tables(results, started)
    print(told)
    if options.write:
        plot = page.plot(results)
        drawn = PLOT if options.write == PUBLISHED else options.write.with_suffix(".svg")
        if plot:
            drawn.write_text(plot)
        options.write.write_text(page.page(options.command, facts(), told, drawn.name))
        say(f"written: {options.write}")
    return 0


def measure(tools: Tools, options: argparse.Namespace, results: Results) -> None:
    scale = Scale(QUICK_MILLION, QUICK_MOST_MILLIONS) if options.quick else Scale(most_millions=1_000 if options.long else 100)
    for name, section in SECTIONS.items():
        if options.only not in name:
            continue
        repeats = 1 if name in ONCE else options.repeats
        with section(tools, scale) as steps:
            for round_number in range(repeats):
                for step in reversed(steps) if round_number % 2 else steps:
                    taken = take(step.run, step.server, step.point.rows)
                    results.add(step.point, taken)
                    sample = taken.sample
                    say(
                        f"{round_number + 1}/{repeats} {name:<10} {step.point.path:<28} {step.point.at:<20} {step.point.rows:>13,} rows"
                        f" {sample.wall_seconds:7.2f} s, client {sample.client_cpu_seconds:6.2f}, server {sample.server_cpu_seconds:5.2f},"
                        f" other {sample.other_cpu_seconds:5.2f} CPU s  {sample.peak_mb:5.0f} MB"
                    )


def keep_samples(results: Results, started: list[Start]) -> None:
    kept = [
        {**asdict(point), "connections": taken.connections, **taken.sample.as_json()} for point, group in results.taken.items() for taken in group
    ]
    FILES.joinpath("scale.json").write_text(json.dumps({"samples": kept, "starts": [asdict(start) for start in started]}, indent=1))


def facts() -> list[str]:
    return [
        report.machine(),
        f"cqlbulk: commit {report.commit()}, defaults but for what is said. Arrow {version('pyarrow')}, the Rust driver scylla {locked_version('scylla')}",
        "Replay server: one thread, protocol v5, rows of 164 bytes on the wire, 50 to a partition; more than 250,000 rows are these many times",
    ]


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev bench scale",
        description="What the client costs by itself, against the replay server, and how that grows with nodes, latency, splits, rows, columns "
        "and threads. No Cassandra.",
        epilog="A whole run takes about 10 minutes on two cores, with --long about an hour more. docs/benchmarks-scale.md is written by whole runs "
        "only; --write names another place for the page of a partial one.",
    )
    parser.add_argument("--build", type=Path, default=PROJECT / "build/release", help="the build with the programs (%(default)s)")
    parser.add_argument("--only", metavar="TEXT", default="", help=f"sections whose name holds the text: {', '.join([*SECTIONS, 'start'])}")
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="samples of each run where a few percent matter (%(default)s)")
    parser.add_argument("--long", action="store_true", help="rows to a billion instead of a hundred million")
    parser.add_argument("--quick", action="store_true", help="one sample of each, of little: to see that all works")
    parser.add_argument("--write", type=Path, metavar="FILE", help="where to write the page")
    options = parser.parse_args()
    if options.repeats < 1:
        parser.error("--repeats must be at least 1")
    if options.quick:
        options.repeats = 1
    elif not options.only and not options.write and options.repeats >= 3:
        options.write = PUBLISHED
    options.build = options.build.resolve()
    options.command = shlex.join(["./dev", "bench", "scale", *sys.argv[1:]])
    return options


if __name__ == "__main__":
    sys.exit(main())
