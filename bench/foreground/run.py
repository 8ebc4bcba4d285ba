"""`./dev bench foreground`: what bulk work does to others. Point reads at a fixed rate run alone, then beside cqlbulk and its
peers; prints percentiles of the reads and rows a second of the bulk work, and writes docs/benchmarks-foreground.md.

The node must run (`./dev bench foreground` starts it).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT / folder) for folder in ("bench", "testbed", "testbed/cassandra")]

import generate  # noqa: E402
import report  # noqa: E402
from contest import beside_others  # noqa: E402
from contestants import Contestants, Run  # noqa: E402
from foreground import page  # noqa: E402
from foreground.figures import Figures, figures_of  # noqa: E402
from measured import machine_busy_seconds, run_measured  # noqa: E402
from on_node import command_line, run_on_node  # noqa: E402
from report import say  # noqa: E402
from samples import RunFailed  # noqa: E402
from server import FILES, READ_TABLE, Server  # noqa: E402

PUBLISHED = PROJECT / "docs" / "benchmarks-foreground.md"
SETTLE_SECONDS = 2  # of reads alone before each measurement: connections, and the server's compiler
ORDER = "scattered"  # of the loaded file: as data often comes


class Foreground:
    """The point reads, running since construction; figures() ends them."""

    def __init__(self, server: Server, keys: Path, rate: float):
        command = [sys.executable, str(PROJECT / "bench/foreground/reads.py"), server.host, READ_TABLE, str(keys), str(rate)]
        # A session of its own: where the kernel groups processes by session, the bulk work's many processes take nothing from it.
        self._output = (FILES / "foreground-reads").open("w+")
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=self._output, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    def latencies(self, began: float, ended: float) -> tuple[list[float], float]:
        """Of the reads that were due between these moments; and the CPU seconds of all."""
        self._process.stdin.close()
        errors = self._process.stderr.read()
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        if self._process.returncode != 0:
            raise RunFailed(f"the foreground's reads failed:\n  {errors.strip()[-2000:]}")
        self._output.seek(0)
        reads = [tuple(map(float, line.split())) for line in self._output]
        return [latency for due, latency in reads if began <= due < ended], usage.ru_utime + usage.ru_stime

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._output.close()


def measure(run: Run | None, server: Server, keys: Path, options: argparse.Namespace) -> Figures:
    """The bulk work, again and again until the time is over, beside the reads; or the reads alone."""
    if run:
        run.prepare(server)
    else:
        server.wait_until_quiet()
    foreground = Foreground(server, keys, options.rate)
    try:
        time.sleep(SETTLE_SECONDS)
        cpu_before = (machine_busy_seconds(), server.cpu_seconds(), time.process_time())
        began, rows, bulk_cpu = time.time(), 0, 0.0
        if not run:
            time.sleep(options.seconds)
        while run and time.time() - began < options.seconds:
            if run.output:
                run.output.unlink(missing_ok=True)
            done = run_measured(run.command)
            if done.exit_status != 0:
                raise RunFailed(f"{run.name} ended with {done.exit_status}:\n  {(done.stderr or done.stdout).strip()[-2000:]}")
            bulk_cpu += done.cpu_seconds
            rows += options.rows
        ended = time.time()
        machine, of_server, own = (
            now - then for now, then in zip((machine_busy_seconds(), server.cpu_seconds(), time.process_time()), cpu_before)
        )
        latencies, foreground_cpu = foreground.latencies(began, ended)
    finally:
        foreground.end()
    if run and (found := run.rows_found(done)) != options.rows:
        raise RunFailed(f"{run.name} brought {found} of {options.rows} rows through")
    other = max(0.0, machine - of_server - own - bulk_cpu - foreground_cpu)
    return figures_of(latencies, rows, ended - began, other)


def bench(options: argparse.Namespace, tool: Path, server: Server) -> int:
    say(f"table of {options.rows:,} rows on {server.host}")
    server.prepare_tables(options.rows)
    who = Contestants(tool, server, options.rows)
    if not who.input_csv(ORDER).exists():
        generate.write_csv(who.input_csv(ORDER), ORDER, options.rows)
    keys = write_keys(options.rows)
    runs: dict[str, Run | None] = {page.ALONE: None}
    runs |= {run.name: run for run in beside_others(who, ORDER) if options.only in run.name}
    say("warming: once each, not counted")
    taken: dict[str, list[Figures]] = {name: [] for name in runs}
    for round_number in range(options.repeats + 1):
        for name, run in list(runs.items())[:: -1 if round_number % 2 else 1]:
            figures = measure(run, server, keys, options)
            say(f"  {round_number}/{options.repeats}  {name:<40} {figures}")
            if round_number > 0 or options.quick:
                taken[name].append(figures)
        if options.quick:
            break
    FILES.joinpath("foreground.json").write_text(
        json.dumps({name: [asdict(figures) for figures in of_run] for name, of_run in taken.items()}, indent=1)
    )
    print(page.table(taken))
    if options.write:
        setting = report.describe_setting(options.command, options.rows, options.repeats, server, tool)
        options.write.write_text(page.page(setting, taken, options.rate, options.seconds, options.write.with_suffix(".svg").name))
        options.write.with_suffix(".svg").write_text(page.plot(taken))
        say(f"written: {options.write}")
    return 0


def write_keys(rows: int) -> Path:
    """One row of every partition."""
    file = FILES / f"foreground-keys-{rows}"
    with file.open("wb") as keys:
        for partition in generate.partitions(rows):
            keys.write(partition[0].device_id.bytes + partition[0].ts_ms.to_bytes(8, "big"))
    return file


def main() -> int:
    return run_on_node(_parse_arguments(), bench)


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev bench foreground",
        description="Measures point reads at a fixed rate beside bulk work: cqlbulk's, cqlsh COPY's, the Python driver's.",
        epilog="A whole run takes about 15 minutes on two cores.",
    )
    parser.add_argument("--tool", type=Path, default=PROJECT / "build/release/bin/cqlbulk", help="cqlbulk's program (%(default)s)")
    parser.add_argument("--host", default="127.0.0.31", help="address of the node to measure on (%(default)s)")
    parser.add_argument("--only", metavar="TEXT", default="", help="bulk work with this in its name")
    parser.add_argument("--rows", type=int, default=300_000, help="size of the table (%(default)s)")
    parser.add_argument("--rate", type=float, default=200, help="point reads a second (%(default)s)")
    parser.add_argument("--seconds", type=float, default=12, help="of each measurement at least; the last piece of work is finished (%(default)s)")
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="measurements of each (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="one of each, not warmed: to see that all works")
    parser.add_argument("--write", type=Path, metavar="FILE", help="where to write the page")
    options = parser.parse_args()
    if options.rows < 1 or options.repeats < 1 or options.rate <= 0:
        parser.error("--rows, --repeats and --rate must be positive")
    if options.quick:
        options.repeats = 1
    elif not options.only and not options.write:
        options.write = PUBLISHED
    options.command = command_line("bench foreground")
    return options


if __name__ == "__main__":
    sys.exit(main())
