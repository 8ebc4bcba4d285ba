"""`./dev bench`: cqlbulk beside its peers on one warmed node; prints ratios and figures and writes docs/benchmarks.md.

The node must run (`./dev bench` starts it). Input is generated once and kept in .testbed/bench/.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "testbed"), str(PROJECT / "testbed" / "cassandra")]

import generate  # noqa: E402
import page  # noqa: E402
import plot  # noqa: E402
import report  # noqa: E402
from contest import Contest, contests  # noqa: E402
from contestants import COPY_FROM, Contestants, Run  # noqa: E402
from on_node import command_line, run_on_node  # noqa: E402
from report import say  # noqa: E402
from peers.dsbulk import Dsbulk  # noqa: E402
from peers.rust_program import MISSING, locked_version, rust_program  # noqa: E402
from results import Results  # noqa: E402
from samples import RunFailed, take_sample  # noqa: E402
from server import FILES, Server  # noqa: E402
from datasets import READINGS, TABLES, Table  # noqa: E402

PUBLISHED = PROJECT / "docs" / "benchmarks.md"
FETCHED_DSBULK = FILES.parent / "dsbulk"
WARM_WITHIN = 1.10  # the server is warm when its CPU time in the last three runs of a path stays within this factor


def main() -> int:
    return run_on_node(_parse_arguments(), bench)


def bench(options: "Options", tool: Path, server: Server) -> int:
    rust, dsbulk = rust_program(tool.parents[1]), _dsbulk(options)
    results: list[Results] = []
    for table in options.tables:
        who = Contestants(tool, server, options.rows_of(table), table, rust, dsbulk)
        offered = contests(who)
        chosen = [contest for contest in offered if options.wants(contest)]
        if not chosen:
            say(f"{table.name}: --only {options.only} is none of its paths, which are {', '.join(contest.path for contest in offered)}")
            continue
        say(f"table {table.name}: {who.rows:,} rows on {server.host}, and its files in {FILES}")
        result = Results(table, who.rows, chosen)
        prepare(result, who, options)
        warm(chosen, server, who, options)
        measure(result, server, options)
        results.append(result)
    if not results:
        return 2

    FILES.joinpath("samples.json").write_text(json.dumps({result.table.name: result.as_json() for result in results}, indent=1))
    print(page.sections(results))
    failures = {name: failure for result in results for name, failure in result.failures.items()}
    for failure in failures.values():
        say(str(failure))
    if options.write and not any(name.startswith("cqlbulk") for name in failures):
        peers = [f"the Rust driver scylla {locked_version('scylla')}"] if rust else []
        peers += [f"DSBulk {dsbulk.version}"] if dsbulk else []
        setting = report.describe_setting(options.command, options.rows, options.repeats, server, tool, peers)
        write(options, setting, results, left_out=[] if rust else [MISSING])
    elif options.write:
        say(f"{options.write.name} is left as it was, since cqlbulk's own runs failed")
    return 1 if failures else 0


def write(options: Options, setting: report.Setting, results: list[Results], left_out: list[str]) -> None:
    """The page, and beside it a folder of plots."""
    plots = options.write.with_suffix("")
    plots.mkdir(parents=True, exist_ok=True)
    for result in results:
        plots.joinpath(f"{result.table.name}.svg").write_text(plot.walls(result))
    options.write.write_text(page.page(setting, results, left_out, plots.name))
    say(f"written: {options.write}, and plots in {plots}")


def prepare(result: Results, who: Contestants, options: Options) -> None:
    """Tables, and the files that loads and encoders read, as far as they are not there."""
    who.server.prepare_tables(who.rows, who.table)
    paths = {contest.path for contest in result.contests}

    def made_by(run: Run) -> None:
        if not run.output.exists():
            say(f"preparing {run.output.name}")
            take_sample(run, who.server, who.rows)

    if who.table is not READINGS:
        if "load" in paths:
            made_by(who.export("cqlbulk export, to be loaded", who.exported_csv))
        if "load" in paths and not options.skip_cqlsh:
            try:
                made_by(who.copy_to_be_loaded())
            except RunFailed as failure:  # it cannot load then; everybody else can
                result.failures[COPY_FROM] = failure
        return
    readers = {"clustered": {"load-clustered", "load-grouped", "load-parquet", "export-csv"}, "scattered": {"load-scattered", "load-grouped"}}
    for order in generate.ORDERS:
        if readers[order] & paths and not who.input_csv(order).exists():
            generate.write_csv(who.input_csv(order), order, who.rows)
    if {"load-parquet", "export-parquet"} & paths:
        made_by(who.export_parquet())
    if "export-parquet" in paths:
        made_by(who.export("cqlbulk export, for Arrow's own writer", who.arrow_file))


def warm(chosen: list[Contest], server: Server, who: Contestants, options: Options) -> None:
    """Until the server's compiler has seen each path; a node that ran just before is warm after the least number."""
    for run in (contest.own for contest in chosen if contest.own.expected_rows != 0):
        least, most = (2, 3) if options.quick else (3, 8 if run.fills else 15)
        if who.table is not READINGS:
            least, most = 2, 5  # the baseline has seen the same paths
        costs: list[float] = []
        while len(costs) < least or (len(costs) < most and max(costs[-3:]) > WARM_WITHIN * min(costs[-3:])):
            costs.append(take_sample(run, server, who.rows).server_cpu_seconds)
        say(f"warming with {run.name}: server CPU s {' '.join(f'{cost:.1f}' for cost in costs)}")


def measure(result: Results, server: Server, options: Options) -> None:
    by_name: dict[str, Run] = {}  # a peer may stand in several contests, and runs once a round
    for contest in result.contests:
        by_name |= {run.name: run for run in (contest.own, *contest.peers) if options.allows(run)}
    for round_number in range(options.repeats):
        runs = list(by_name.values())
        for run in reversed(runs) if round_number % 2 else runs:
            if run.name in result.failures or (run.most_samples or options.repeats) <= round_number:
                continue
            try:
                sample = take_sample(run, server, result.rows)
            except RunFailed as failure:
                result.failures[run.name] = failure
                result.samples.pop(run.name, None)
                say(f"  {failure.summary}")
                continue
            result.samples.setdefault(run.name, []).append(sample)
            say(
                f"  {round_number + 1}/{options.repeats}  {run.name:<46} {sample.wall_seconds:7.2f} s"
                f"  client {sample.client_cpu_seconds:6.2f}  server {sample.server_cpu_seconds:6.2f}"
                f"  other {sample.other_cpu_seconds:5.2f} CPU s  {sample.peak_mb:5.0f} MB"
            )


class Options(argparse.Namespace):
    def wants(self, contest: Contest) -> bool:
        """--only export means every path that begins so."""
        return not self.only or any(f"{contest.path}-".startswith(f"{name}-") for name in self.only.split(","))

    def allows(self, run: Run) -> bool:
        return not (self.skip_cqlsh and run.name.startswith("cqlsh"))

    def rows_of(self, table: Table) -> int:
        """--rows is the baseline's; the others keep their proportion to it."""
        return max(1, table.rows * self.rows // READINGS.rows)


def _dsbulk(options: Options) -> Dsbulk | None:
    if not options.dsbulk:
        return None
    if options.dsbulk == FETCHED_DSBULK:
        subprocess.run([PROJECT / "scripts" / "setup.sh", "--dsbulk"], check=True)
    return Dsbulk(options.dsbulk, FILES / "dsbulk-logs")


def _parse_arguments() -> Options:
    parser = argparse.ArgumentParser(
        prog="./dev bench",
        description="Measures cqlbulk beside the Python driver, the Rust driver, cqlsh COPY and DSBulk on one warmed Cassandra node.",
        epilog="A whole run takes about 25 minutes on two cores, with DSBulk longer. docs/benchmarks.md is written by whole runs only; "
        "--write names another place for the page of a partial one.",
    )
    names = ", ".join(table.name for table in TABLES)
    parser.add_argument("--tool", type=Path, default=PROJECT / "build/release/bin/cqlbulk", help="cqlbulk's program (%(default)s)")
    parser.add_argument("--host", default="127.0.0.31", help="address of the node to measure on (%(default)s)")
    parser.add_argument("--only", metavar="PATH,…", default="", help="count, export, export-csv, export-parquet, load, load-clustered, …")
    parser.add_argument("--tables", metavar="NAME,…", default="all", help=f"of {names} (%(default)s)")
    parser.add_argument("--rows", type=int, default=generate.DEFAULT_ROWS, help="size of the first table, the others in proportion (%(default)s)")
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="samples of each run (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="one sample of each and little warming: to see that all works")
    parser.add_argument("--skip-cqlsh", action="store_true", help="without cqlsh COPY, which takes most of the time")
    parser.add_argument(
        "--dsbulk",
        type=Path,
        nargs="?",
        const=FETCHED_DSBULK,
        metavar="PATH",
        help="DSBulk takes part, too: its folder; without PATH it is fetched with Maven",
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="where to write the page")
    options = parser.parse_args(namespace=Options())
    if options.rows < 1 or options.repeats < 1:
        parser.error("--rows and --repeats must be at least 1")
    if options.quick:
        options.repeats = 1
    wanted = [table.name for table in TABLES] if options.tables == "all" else options.tables.split(",")
    if not set(wanted) <= {table.name for table in TABLES}:
        parser.error(f"--tables: {names}, or all")
    options.tables = [table for table in TABLES if table.name in wanted]
    whole = len(options.tables) == len(TABLES) and not (options.only or options.quick or options.skip_cqlsh)
    if whole and options.rows == generate.DEFAULT_ROWS and options.repeats >= 3 and not options.write:
        options.write = PUBLISHED
    options.command = command_line("bench")
    return options


if __name__ == "__main__":
    sys.exit(main())
