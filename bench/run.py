"""`./dev bench`: cqlbulk beside its peers on one warmed node; prints ratios and figures and writes docs/benchmarks.md.

The node must run (`./dev bench` starts it). Input is generated once and kept in .testbed/bench/.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "testbed"), str(PROJECT / "testbed" / "cassandra")]

import generate  # noqa: E402
import report  # noqa: E402
from contest import Contest, Run, contests, input_csv, parquet_file  # noqa: E402
from on_node import command_line, run_on_node, say  # noqa: E402
from server import FILES, Server  # noqa: E402
from samples import RunFailed, Sample, take_sample  # noqa: E402

PUBLISHED = PROJECT / "docs" / "benchmarks.md"
WARM_WITHIN = 1.10  # the server is warm when its CPU time in the last three runs of a path stays within this factor


def main() -> int:
    return run_on_node(_parse_arguments(), bench)


def bench(options: argparse.Namespace, tool: Path, server: Server) -> int:
    offered = contests(tool, server, options.rows)
    chosen = [contest for contest in offered if options.wants(contest)]
    if not chosen:
        say(f"--only {options.only}: the paths are {', '.join(contest.path for contest in offered)}")
        return 2
    prepare(chosen, tool, server, options.rows)
    warm(chosen, server, options)
    samples, failures = measure(chosen, server, options)

    FILES.joinpath("samples.json").write_text(
        json.dumps({name: [sample.as_json() for sample in taken] for name, taken in samples.items()}, indent=1)
    )
    setting = report.describe_setting(options.command, options.rows, options.repeats, server, tool)
    print(report.tables(chosen, samples, options.rows))
    for failure in failures:
        say(failure)
    if failures:
        say(f"{PUBLISHED.relative_to(PROJECT)} is left as it was, since {len(failures)} runs failed")
        return 1
    if options.write:
        options.write.parent.mkdir(parents=True, exist_ok=True)
        options.write.write_text(report.page(setting, chosen, samples))
        say(f"written: {options.write}")
    return 0


def prepare(chosen: list[Contest], tool: Path, server: Server, rows: int) -> None:
    say(f"table of {rows:,} rows on {server.host}, and its CSV files in {FILES}")
    server.prepare_tables(rows)
    for order in generate.ORDERS:
        target = input_csv(rows, order)
        readers = {f"load-{order}"} | ({"load-grouped"} if order == "scattered" else set())
        if not target.exists() and any(contest.path in readers for contest in chosen):
            generate.write_csv(target, order, rows)
    if any(contest.path == "load-parquet" for contest in chosen) and not parquet_file(rows).exists():
        export = next(contest.own for contest in contests(tool, server, rows) if contest.path == "export-parquet")
        take_sample(export, server, rows)


def warm(chosen: list[Contest], server: Server, options: argparse.Namespace) -> None:
    """Until the server's compiler has seen each path; a node that ran just before is warm after the least number."""
    for run in (contest.own for contest in chosen):
        least, most = (2, 3) if options.quick else (3, 8 if run.loads else 15)
        costs: list[float] = []
        while len(costs) < least or (len(costs) < most and max(costs[-3:]) > WARM_WITHIN * min(costs[-3:])):
            costs.append(take_sample(run, server, options.rows).server_cpu_seconds)
        say(f"warming with {run.name}: server CPU s {' '.join(f'{cost:.1f}' for cost in costs)}")


def measure(chosen: list[Contest], server: Server, options: argparse.Namespace) -> tuple[dict[str, list[Sample]], list[str]]:
    by_name: dict[str, Run] = {}  # a peer may stand in several contests, and runs once a round
    for contest in chosen:
        by_name |= {run.name: run for run in (contest.own, *contest.peers) if options.allows(run)}
    samples: dict[str, list[Sample]] = {}
    failures: dict[str, str] = {}
    for round_number in range(options.repeats):
        runs = list(by_name.values())
        for run in reversed(runs) if round_number % 2 else runs:
            if run.name in failures:
                continue
            try:
                sample = take_sample(run, server, options.rows)
            except RunFailed as failure:
                failures[run.name] = str(failure)
                samples.pop(run.name, None)
                say(f"  {run.name}: failed")
                continue
            samples.setdefault(run.name, []).append(sample)
            say(
                f"  {round_number + 1}/{options.repeats}  {run.name:<40} {sample.wall_seconds:7.2f} s"
                f"  client {sample.client_cpu_seconds:6.2f}  server {sample.server_cpu_seconds:6.2f}"
                f"  other {sample.other_cpu_seconds:5.2f} CPU s  {sample.peak_mb:5.0f} MB"
            )
    return samples, list(failures.values())


class Options(argparse.Namespace):
    def wants(self, contest: Contest) -> bool:
        """--only export means every path that begins so."""
        return not self.only or any(f"{contest.path}-".startswith(f"{name}-") for name in self.only.split(","))

    def allows(self, run: Run) -> bool:
        return not (self.skip_cqlsh and run.name.startswith("cqlsh"))


def _parse_arguments() -> Options:
    parser = argparse.ArgumentParser(
        prog="./dev bench",
        description="Measures cqlbulk beside the Python driver and cqlsh COPY on one warmed Cassandra node.",
        epilog="A whole run takes about 15 minutes on two cores, most of them cqlsh's. docs/benchmarks.md is written by whole runs only; "
        "--write names another place for the page of a partial one.",
    )
    parser.add_argument("--tool", type=Path, default=PROJECT / "build/release/bin/cqlbulk", help="cqlbulk's program (%(default)s)")
    parser.add_argument("--host", default="127.0.0.31", help="address of the node to measure on (%(default)s)")
    parser.add_argument("--only", metavar="PATH,…", default="", help="count, export, export-csv, export-parquet, load, load-clustered, …")
    parser.add_argument("--rows", type=int, default=generate.DEFAULT_ROWS, help="size of the table (%(default)s)")
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="samples of each run (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="one sample of each and little warming: to see that all works")
    parser.add_argument("--skip-cqlsh", action="store_true", help="without cqlsh COPY, which takes most of the time")
    parser.add_argument("--write", type=Path, metavar="FILE", help="where to write the page")
    options = parser.parse_args(namespace=Options())
    if options.rows < 1 or options.repeats < 1:
        parser.error("--rows and --repeats must be at least 1")
    if options.quick:
        options.repeats = 1
    whole = not (options.only or options.quick or options.skip_cqlsh or options.rows != generate.DEFAULT_ROWS or options.repeats < 3)
    if whole and not options.write:
        options.write = PUBLISHED
    options.command = command_line("bench")
    return options


if __name__ == "__main__":
    sys.exit(main())
