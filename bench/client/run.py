"""`./dev bench client`: the client beside the Python and the Rust driver on one warmed node, and on the replay server.

Prints ratios and figures and writes docs/benchmarks-client.md. The node must run (`./dev bench client` starts it).
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from dataclasses import asdict
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT / folder) for folder in ("bench", "testbed", "testbed/cassandra")]

from cassandra import DriverException  # noqa: E402

import generate  # noqa: E402
from client import page  # noqa: E402
from client.contestants import RunFailed, Sample, Target, Workload, contestants, take_sample, workloads  # noqa: E402
from client.replay import replay_server, write_keys  # noqa: E402
from report import say  # noqa: E402
from ring import RingError  # noqa: E402
from server import FILES, LOAD_TABLE, READ_TABLE, Server  # noqa: E402

PUBLISHED = PROJECT / "docs" / "benchmarks-client.md"


def main() -> int:
    options = _parse_arguments()
    FILES.mkdir(parents=True, exist_ok=True)
    bench = Bench(options)
    try:
        if "cassandra" in options.targets:
            bench.on_cassandra()
        if "replay" in options.targets:
            bench.on_replay_server()
    except (RunFailed, RingError, DriverException, RuntimeError) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    FILES.joinpath("client-samples.json").write_text(json.dumps([asdict(sample) for sample in bench.samples], indent=1))
    print(page.tables(bench.samples))
    for line in bench.left_out:
        say(line)
    if options.write:
        options.write.write_text(page.page(options.command, options.repeats, bench.facts, bench.left_out, bench.samples))
        say(f"written: {options.write}")
    return 0


class Bench:
    def __init__(self, options: argparse.Namespace):
        self.options = options
        self.contestants, self.left_out = contestants(options.build)
        self.samples: list[Sample] = []
        self.facts: list[str] = page.machine_facts()

    def on_cassandra(self) -> None:
        server = Server(self.options.host)
        try:
            say(f"table of {self.options.rows:,} rows on {server.host}")
            server.prepare_tables(self.options.rows)
            self.facts.append(f"Cassandra {server.release}, one node, {server.ring.shape.heap_mb} MB heap, on the same machine")
            pid = server.ring.process(1).pid
            read = Target("Cassandra", f"{server.host}:9042", READ_TABLE, pid, self.options.rows)
            load = Target("Cassandra", f"{server.host}:9042", LOAD_TABLE, pid, self.options.rows)
            keys = self._keys(read, "cassandra")
            chosen = self._chosen()
            for workload in chosen:  # the server's compiler sees each path before anything counts
                for _ in range(1 if self.options.quick else 2):
                    self._round(workload, load if workload.name.startswith("insert") else read, keys, server, counts=False)
            for number in range(self.options.repeats):
                for workload in chosen:
                    target = load if workload.name.startswith("insert") else read
                    self._round(workload, target, keys, server, backwards=number % 2 == 1)
        finally:
            server.close()

    def on_replay_server(self) -> None:
        program = self.options.build / "bin" / "replay_server"
        self.facts.append("Replay server: one thread, protocol v5, the same table from memory; requests are answered at once")
        with replay_server(program, self.options.rows) as target:
            keys = self._keys(target, "replay")
            for number in range(self.options.repeats):
                for workload in self._chosen():
                    self._round(workload, target, keys, None, backwards=number % 2 == 1)

    def _chosen(self) -> list[Workload]:
        scale = 0.05 if self.options.quick else 1.0
        return [workload for workload in workloads(scale) if self.options.only in workload.name]

    def _keys(self, target: Target, name: str) -> Path:
        file = FILES / f"client-keys-{name}-{self.options.rows}"
        write_keys(self.options.build / "bin" / "cql_bench", target, file)
        return file

    def _round(self, workload: Workload, target: Target, keys: Path, server: Server | None, *, backwards=False, counts=True) -> None:
        taking_part = [one for one in self.contestants if one.name in workload.actions]
        for contestant in reversed(taking_part) if backwards else taking_part:
            if not counts and contestant is not taking_part[0]:
                continue
            if server:
                server.wait_until_quiet()
            sample = take_sample(contestant, workload, target, keys)
            if counts:
                self.samples.append(sample)
            say(
                f"{target.name:<14} {workload.name:<28} {contestant.name:<14} {sample.per_second:12,.0f}/s  p99 {sample.p99_us:8} µs"
                f"  {sample.cpu_per_million:8.2f} CPU s a million  {sample.peak_mb:5.0f} MB  other {sample.other_cpu_seconds:5.2f} CPU s"
            )


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev bench client",
        description="Measures the client beside the Python driver and the Rust driver scylla: small requests at several concurrencies and "
        "a whole table streamed, on one warmed Cassandra node and on the replay server.",
        epilog="docs/benchmarks-client.md is written by whole runs only; --write names another place for the page of a partial one.",
    )
    parser.add_argument("--build", type=Path, default=PROJECT / "build/release", help="the build with the programs (%(default)s)")
    parser.add_argument("--host", default="127.0.0.31", help="address of the node to measure on (%(default)s)")
    parser.add_argument("--targets", default="cassandra,replay", help="cassandra, replay or both (%(default)s)")
    parser.add_argument("--only", metavar="TEXT", default="", help="workloads whose name holds the text: read, insert, 64, whole, …")
    parser.add_argument("--rows", type=int, default=generate.DEFAULT_ROWS, help="size of the table (%(default)s)")
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="samples of each run (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="one sample of each, few requests: to see that all works")
    parser.add_argument("--write", type=Path, metavar="FILE", help="where to write the page")
    options = parser.parse_args()
    options.targets = options.targets.split(",")
    if not set(options.targets) <= {"cassandra", "replay"}:
        parser.error("--targets: cassandra, replay")
    if options.rows < 1 or options.repeats < 1:
        parser.error("--rows and --repeats must be at least 1")
    if options.quick:
        options.repeats = 1
    partial = options.only or options.quick or options.repeats < 3 or options.rows != generate.DEFAULT_ROWS or len(options.targets) < 2
    if not partial and not options.write:
        options.write = PUBLISHED
    options.build = options.build.resolve()
    given = sys.argv[3:] if sys.argv[1:2] == ["--host"] else sys.argv[1:]  # scripts/bench.sh adds it
    options.command = shlex.join(["./dev", "bench", "client", *given])
    return options


if __name__ == "__main__":
    sys.exit(main())
