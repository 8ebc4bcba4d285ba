"""Kills exports and loads and resumes them until they are done; what comes out must be what an undisturbed run makes.

    python testbed/chaos.py --tool build/release/bin/cqlbulk --hosts 127.0.0.11 --runs 20 --seed 1

A run is one operation: begun, killed (SIGKILL) at a random instant or at the next step of the way on which data becomes
durable and visible (CQLBULK_KILL_AT_STEP), resumed, perhaps killed again, until it ends by itself. Then every row is
compared, the journal's totals are checked, and nothing hidden may be left. `./dev chaos` runs it on a ring.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow
import pyarrow.ipc
import pyarrow.parquet

KEYSPACE = "chaos"
TABLES = {
    "plain": "(k int, c int, v text, d double, PRIMARY KEY (k, c))",
    "lists": "(k int PRIMARY KEY, items list<int>, v text)",
    "twins": "(k int PRIMARY KEY, a text, b text)",
    "counters": "(k int PRIMARY KEY, n counter)",
    "stamped": "(id uuid PRIMARY KEY, at timestamp, k int)",
}
OTHER_INPUTS = ["plain.parquet", "plain.arrow", "plain.jsonl", "plain.json", "plain.csv.gz", "plain.jsonl.zst"]
MOST_RESUMES = 40


class Broken(Exception):
    """An operation did not end as promised."""


@dataclass
class Scenario:
    name: str
    arguments: list[str]
    table: str
    target: str = ""  # of an export, below the run's folder
    before: Callable[[Path], None] = lambda folder: None
    at_most_once: bool = False  # a record may be missing if it is listed as uncertain


@dataclass
class Tally:
    runs: int = 0
    kills: int = 0
    resumes: int = 0
    by_scenario: dict[str, int] = field(default_factory=dict)


def records_of(path: Path) -> list[dict]:
    """What a file holds, read by others than the tool."""
    if path.suffix == ".parquet":
        return pyarrow.parquet.read_table(path).to_pylist()
    if path.suffix == ".arrow":
        return pyarrow.ipc.open_file(path).read_all().to_pylist()
    with pyarrow.input_stream(path) as stream:  # decompresses by the name
        text = stream.read().decode()
    suffix = next(s for s in reversed(path.suffixes) if s not in (".gz", ".zst"))
    if suffix == ".csv":
        return list(csv.DictReader(io.StringIO(text, newline="")))
    if suffix == ".json":
        return json.loads(text)
    return [json.loads(line) for line in text.splitlines()]


class Chaos:
    def __init__(self, options: argparse.Namespace, work: Path):
        from cassandra.cluster import Cluster

        self.tool = str(Path(options.tool).resolve())
        self.hosts = options.hosts
        self.random = random.Random(options.seed)
        self.rows = options.rows
        self.work = work
        self.cluster = Cluster(self.hosts.split(","), protocol_version=5)
        self.session = self.cluster.connect()
        self.session.default_timeout = 60
        self.tally = Tally()
        self.next_step: dict[str, int] = {}
        self.longest: dict[str, float] = {}

    # -- what is worked on ------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        self.session.execute(
            f"CREATE KEYSPACE IF NOT EXISTS {KEYSPACE} WITH replication = "
            "{'class': 'SimpleStrategy', 'replication_factor': 1}"
        )
        for table, columns in TABLES.items():
            for name in (table, f"{table}_in"):
                self.session.execute(f"DROP TABLE IF EXISTS {KEYSPACE}.{name}")
                self.session.execute(f"CREATE TABLE {KEYSPACE}.{name} {columns}")
        self._write_inputs()
        for table in TABLES:
            self._undisturbed("load", f"{KEYSPACE}.{table}", *self._load_arguments(table))
        self.expected = {table: self._rows_in(f"{KEYSPACE}.{table}") for table in TABLES}
        # Inputs in the other formats too, made by the tool itself.
        for name in OTHER_INPUTS:
            small = ["--row-group-rows", "1000"] if name.endswith("parquet") else []
            self._undisturbed("export", f"{KEYSPACE}.plain", "--to", str(self.work / name), *small)

    def _write_inputs(self) -> None:
        count = self.rows
        self._write_csv("plain", ["k", "c", "v", "d"], ((i % 97, i, f"value {i}", i / 7) for i in range(count)))
        lists = ((i, json.dumps(list(range(i % 5))), f"v{i}") for i in range(count // 4))
        self._write_csv("lists", ["k", "items", "v"], lists)
        # Every key several times, with different columns set: the last record wins as a whole.
        twins = ((i % (count // 8), f"a{i}", f"b{(i * 7919) % count}") for i in range(count))
        self._write_csv("twins", ["k", "a", "b"], twins)
        self._write_csv("counters", ["k", "n"], ((i, 1) for i in range(count // 4)))
        self._write_csv("stamped", ["k"], ((i,) for i in range(count)))

    def _load_arguments(self, table: str) -> list[str]:
        arguments = ["--from", str(self.work / f"{table}.csv")]
        if table == "stamped":
            arguments += ["--set", "id=uuid()", "--set", "at=current_timestamp()"]
        return arguments

    def _write_csv(self, name: str, header: list[str], rows) -> None:
        with (self.work / f"{name}.csv").open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)

    def scenarios(self) -> list[Scenario]:
        small = ["--page-size", "200", "--splits", "40"]
        plain = f"{KEYSPACE}.plain"

        def earlier_export(folder: Path) -> None:
            (folder / "over").mkdir()
            for number in range(3):
                (folder / "over" / f"part-{number:05}.csv").write_text("old\n")
            (folder / "over" / "mine.txt").write_text("keep\n")

        exports = [
            Scenario("export csv file", ["export", plain, "--to", "out.csv", *small], "plain", "out.csv"),
            Scenario("export csv parts", ["export", plain, "--to", "out/", "--format", "csv", "--max-file-rows", "400", *small], "plain", "out"),
            Scenario("export small parts", ["export", plain, "--to", "out/", "--format", "csv", "--max-file-bytes", "4000", *small], "plain", "out"),
            Scenario("export parquet file", ["export", plain, "--to", "out.parquet", *small], "plain", "out.parquet"),
            Scenario("export parquet parts", ["export", plain, "--to", "out/", "--format", "parquet", "--max-file-rows", "500", *small], "plain", "out"),
            Scenario("export json lines parts", ["export", plain, "--to", "out/", "--format", "json", "--max-file-rows", "400", *small], "plain", "out"),
            Scenario("export json array", ["export", plain, "--to", "out.json", *small], "plain", "out.json"),
            Scenario("export arrow file", ["export", plain, "--to", "out.arrow", *small], "plain", "out.arrow"),
            Scenario("export arrow parts", ["export", plain, "--to", "out/", "--format", "arrow", "--max-file-rows", "500", *small], "plain", "out"),
            Scenario("export csv gzip file", ["export", plain, "--to", "out.csv.gz", *small], "plain", "out.csv.gz"),
            Scenario("export json lines zstd parts", ["export", plain, "--to", "out/", "--format", "json", "--file-compression", "zstd", "--max-file-rows", "400", *small], "plain", "out"),
            Scenario("export over parts", ["export", plain, "--to", "over/", "--format", "csv", "--overwrite", "--max-file-rows", "400", *small], "plain", "over", earlier_export),
        ]
        loads = [
            Scenario(f"load {table}", ["load", f"{KEYSPACE}.{table}_in", *self._load_arguments(table)], table)
            for table in TABLES
        ]
        for load in loads:
            if load.table == "counters":
                load.at_most_once = True
                load.arguments += ["--max-errors", "100%"]
        own = f"UPDATE {KEYSPACE}.plain_in SET v = :v, d = :d WHERE k = :k AND c = :c"
        loads.append(Scenario("load by an update", ["load", "--query", own, "--from", str(self.work / "plain.csv")], "plain"))
        loads += [
            Scenario(f"load {name}", ["load", f"{KEYSPACE}.plain_in", "--from", str(self.work / name)], "plain")
            for name in OTHER_INPUTS
        ]
        return exports + loads

    # -- a run ------------------------------------------------------------------------------------------------------

    def run(self, scenario: Scenario) -> None:
        folder = self.work / f"run-{self.tally.runs}"
        folder.mkdir()
        if not scenario.target:
            self.session.execute(f"TRUNCATE {KEYSPACE}.{scenario.table}_in")
        scenario.before(folder)
        at_step = self.random.random() < 0.6
        code = self._disturbed(scenario, scenario.arguments, folder, at_step)
        operations = sorted((folder / "cqlbulk-operations").glob("*/operation.json")) if (folder / "cqlbulk-operations").exists() else []
        if code == -signal.SIGKILL and not operations:
            code = self._disturbed(scenario, scenario.arguments, folder, False, kill=False)
            operations = sorted((folder / "cqlbulk-operations").glob("*/operation.json"))
        for _ in range(MOST_RESUMES):
            if code == 0 or (code == 1 and scenario.at_most_once):
                break
            if code != -signal.SIGKILL:
                raise Broken(f"{scenario.name} ended with status {code}: see {folder}")
            self.tally.resumes += 1
            again = self.random.random() < 0.5
            resume = ["resume", operations[-1].parent.name]
            code = self._disturbed(scenario, resume, folder, again and self.random.random() < 0.5, kill=again)
            if code == 2:  # killed after its last record, so that nothing was left to do
                status = self._status(folder, operations[-1].parent.name)
                code = 0 if status["state"] in ("SUCCESS", "PARTIAL SUCCESS") else 2
        self._check(scenario, folder, operations)
        self.tally.runs += 1
        self.tally.by_scenario[scenario.name] = self.tally.by_scenario.get(scenario.name, 0) + 1
        shutil.rmtree(folder)

    def _disturbed(self, scenario: Scenario, arguments: list[str], folder: Path, at_step: bool, kill: bool = True) -> int:
        """Runs the tool and perhaps kills it; its exit status, negative for a signal."""
        command = [self.tool, *arguments, "--quiet"]
        if arguments[0] != "resume":
            command += ["--hosts", self.hosts]
        environment = dict(os.environ)
        begun = arguments[0] + scenario.name
        if kill and at_step:
            step = self.next_step.get(begun) or self.random.randint(1, 30)
            environment["CQLBULK_KILL_AT_STEP"] = str(step)
        with (folder / "output.txt").open("a") as output:
            started = time.monotonic()
            process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
            if kill and not at_step:
                try:
                    process.wait(self.random.uniform(0, self.longest.get(begun, 1.0)))
                except subprocess.TimeoutExpired:
                    process.kill()
            code = process.wait(120)
        if code == -signal.SIGKILL:
            self.tally.kills += 1
        elif kill and not at_step:
            self.longest[begun] = time.monotonic() - started
        if kill and at_step:
            # Beyond the last step the run ends by itself: then from the first one again.
            self.next_step[begun] = step + 1 if code == -signal.SIGKILL else 1
        return code

    # -- what must be -----------------------------------------------------------------------------------------------

    def _check(self, scenario: Scenario, folder: Path, operations: list[Path]) -> None:
        status = self._status(folder, operations[-1].parent.name)
        if scenario.at_most_once:
            self._check_uncertain(scenario, folder, operations[-1].parent, status)
            return
        if status["state"] != "SUCCESS":
            raise Broken(f"{scenario.name}: {status}: see {folder}")
        if scenario.target:
            rows = self._rows_of_files(folder / scenario.target)
            # A directory without operation.json is no operation yet: killed before anything was promised.
            begun = {path.parent for path in folder.glob("cqlbulk-operations/*/operation.json")}
            hidden = [str(path) for path in folder.rglob(".*") if "cqlbulk-operations" not in path.parts or path.parent in begun]
            if hidden:
                raise Broken(f"{scenario.name}: left behind: {hidden}")
            if scenario.name == "export over parts" and (folder / "over" / "mine.txt").read_text() != "keep\n":
                raise Broken(f"{scenario.name}: somebody else's file is gone")
        else:
            rows = self._rows_in(f"{KEYSPACE}.{scenario.table}_in")
        expected = self.expected[scenario.table]
        if rows != expected:
            lost = len(set(expected) - set(rows))
            strange = len(set(rows) - set(expected))
            raise Broken(f"{scenario.name}: {len(rows)} rows for {len(expected)}, {lost} lost, {strange} strange: see {folder}")
        # Rows of a load count every record written: units under way at a kill are written again.
        if scenario.target and status["rows"] != len(expected):
            raise Broken(f"{scenario.name}: the journal has {status['rows']} rows for {len(expected)}: see {folder}")
        if not scenario.target and status["rows"] != self._records(scenario):
            raise Broken(f"{scenario.name}: the journal has {status['rows']} rows: see {folder}")

    def _check_uncertain(self, scenario: Scenario, folder: Path, operation: Path, status: dict) -> None:
        """Every counter was added to once, or perhaps once where the record is listed; never twice, never lost."""
        listed = operation / "uncertain.csv"
        uncertain = set()
        if listed.exists():
            with listed.open(newline="") as file:
                uncertain = {int(row["k"]) for row in csv.DictReader(file)}
        counted = {k: n for k, n in self.session.execute(f"SELECT k, n FROM {KEYSPACE}.{scenario.table}_in")}
        for k in range(self._records(scenario)):
            if counted.get(k, 0) != 1 and not (counted.get(k, 0) == 0 and k in uncertain):
                raise Broken(f"{scenario.name}: counter {k} has {counted.get(k)}, listed: {k in uncertain}: see {folder}")
        if status["rows"] + len(uncertain) != self._records(scenario):
            raise Broken(f"{scenario.name}: {status['rows']} rows and {len(uncertain)} uncertain ones: see {folder}")

    def _records(self, scenario: Scenario) -> int:
        quarter = scenario.table in ("lists", "counters")
        return self.rows // 4 if quarter else self.rows

    def _status(self, folder: Path, operation: str) -> dict:
        command = [self.tool, "status", operation, "--report", "json"]
        return json.loads(subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout)

    def _rows_in(self, table: str) -> list[tuple]:
        # Ids and the time differ from one operation to the next: how many there are of each record, and one time for all.
        stamped = "stamped" in table
        rows = list(self.session.execute(f"SELECT {'k' if stamped else '*'} FROM {table}"))
        if stamped and len({row.at for row in self.session.execute(f"SELECT at FROM {table}")}) > 1:
            raise Broken(f"{table}: records of one operation have different times")
        return sorted(tuple(map(str, row)) for row in rows)

    def _rows_of_files(self, target: Path) -> list[tuple]:
        files = sorted(target.glob("part-*")) if target.is_dir() else [target]
        rows: list[tuple] = []
        for path in files:
            rows += [(int(r["k"]), int(r["c"]), r["d"], r["v"]) for r in records_of(path)]
        return sorted((str(k), str(c), str(float(d)), v) for k, c, d, v in rows)

    def _undisturbed(self, *arguments: str) -> None:
        command = [self.tool, *arguments, "--hosts", self.hosts, "--quiet", "--operation-dir", str(self.work / "operations")]
        subprocess.run(command, check=True, timeout=120)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev chaos", description=__doc__.split("\n\n")[0])
    parser.add_argument("--tool", required=True, help="the cqlbulk to disturb")
    parser.add_argument("--hosts", required=True, help="addresses of a running ring")
    parser.add_argument("--runs", type=int, default=500, help="operations to disturb (default 500)")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is left to chance (default 1)")
    parser.add_argument("--rows", type=int, default=8_000, help="in the largest table (default 8000)")
    parser.add_argument("--only", default="", help="scenarios whose name contains this")
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="cqlbulk-chaos-"))
    chaos = Chaos(options, work)
    started = time.monotonic()
    try:
        chaos.prepare()
        scenarios = [scenario for scenario in chaos.scenarios() if options.only in scenario.name]
        for number in range(options.runs):
            chaos.run(scenarios[number % len(scenarios)])
            if (number + 1) % 50 == 0:
                print(f"{number + 1} runs, {chaos.tally.kills} kills, {time.monotonic() - started:.0f} s", flush=True)
    except (Broken, subprocess.SubprocessError) as problem:
        print(f"seed {options.seed}, run {chaos.tally.runs}: {problem}", file=sys.stderr)
        return 1
    finally:
        chaos.cluster.shutdown()
    shutil.rmtree(work)
    tally = chaos.tally
    print(f"seed {options.seed}: {tally.runs} runs, {tally.kills} kills, {tally.resumes} resumes: nothing lost, nothing doubled")
    for name, count in tally.by_scenario.items():
        print(f"  {name}: {count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
