"""Operations on a ring whose nodes die, freeze and come back: they finish, and every row is there.

    python testbed/cluster_chaos.py --tool build/release/bin/cqlbulk --ring chaos3 --rounds 3

A round takes each operation (export, load, count) through each fault: a node killed and brought back, frozen for a
while, restarted in good order, and two of three frozen, which leaves no quorum: then the operation must wait, say so,
and go on when they are back. `./dev chaos --cluster` runs it on a ring of three of its own.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "cassandra"))

from ring import Ring  # noqa: E402

KEYSPACE = "cluster_chaos"
DEADLINE = 600  # seconds: against hanging only
# A piece of work waits, or all of them where the circuit breaker of the run is open.
WAITING = ("waiting for nodes that are down", "paused: no replica can be asked")


class Broken(Exception):
    """An operation did not end as promised."""


class ClusterChaos:
    def __init__(self, tool: str, ring: Ring, rows: int, work: Path):
        self.tool = str(Path(tool).resolve())
        self.ring = ring
        self.rows = rows
        self.work = work
        self.run_number = 0

    def prepare(self) -> None:
        """A table whose rows every node has, loaded by the tool itself, and the file that it came from."""
        from cassandra.cluster import Cluster

        with Cluster(self.ring.addresses(), protocol_version=5) as cluster:
            session = cluster.connect()
            session.execute(f"DROP KEYSPACE IF EXISTS {KEYSPACE}")
            session.execute(
                f"CREATE KEYSPACE {KEYSPACE} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 3}}"
            )
            for table in ("t", "t_in"):
                session.execute(f"CREATE TABLE {KEYSPACE}.{table} (k int, c int, v text, PRIMARY KEY (k, c))")
        with (self.work / "in.csv").open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["k", "c", "v"])
            writer.writerows((i % 997, i, f"value {i}") for i in range(self.rows))
        self._finish(self._start(["load", f"{KEYSPACE}.t", "--from", str(self.work / "in.csv"), "--consistency", "ALL"]))

    # -- what is done, and what must come of it ----------------------------------------------------------------------

    def operations(self) -> dict[str, tuple[list[str], Callable[[Path, str], None]]]:
        """Slow enough that a fault comes amid them; QUORUM, so that two lost nodes are one too many."""
        slow = ["--consistency", "QUORUM", "--page-size", "20", "--parallelism", "2", "--splits", "50"]
        one_by_one = ["--consistency", "QUORUM", "--batch", "off", "--parallelism", "2"]
        source = str(self.work / "in.csv")
        return {
            "export": (["export", f"{KEYSPACE}.t", "--to", "out.csv", *slow], self._check_export),
            "load": (["load", f"{KEYSPACE}.t_in", "--from", source, *one_by_one], self._check_load),
            "count": (["count", "--query", f"SELECT k, c FROM {KEYSPACE}.t", *slow], self._check_count),
        }

    def _check_export(self, folder: Path, _: str) -> None:
        with (folder / "out.csv").open(newline="") as file:
            self._compare(sorted((int(row["k"]), int(row["c"]), row["v"]) for row in csv.DictReader(file)))

    def _check_load(self, _folder: Path, _: str) -> None:
        from cassandra import ConsistencyLevel
        from cassandra.cluster import Cluster
        from cassandra.query import SimpleStatement

        with Cluster(self.ring.addresses(), protocol_version=5) as cluster:
            session = cluster.connect()
            read = SimpleStatement(f"SELECT k, c, v FROM {KEYSPACE}.t_in", consistency_level=ConsistencyLevel.QUORUM)
            self._compare(sorted(tuple(row) for row in session.execute(read, timeout=120)))
            session.execute(f"TRUNCATE {KEYSPACE}.t_in", timeout=120)

    def _check_count(self, _: Path, output: str) -> None:
        if output != f"{self.rows}\n":
            raise Broken(f"counted {output!r}, there are {self.rows}")

    def _compare(self, rows: list[tuple]) -> None:
        expected = sorted((i % 997, i, f"value {i}") for i in range(self.rows))
        if rows != expected:
            raise Broken(f"{len(rows)} rows for {self.rows}, {len(set(expected) - set(rows))} of them lost")

    # -- faults ------------------------------------------------------------------------------------------------------

    def faults(self) -> dict[str, Callable[[Path], None]]:
        return {
            "killed": self._killed,
            "frozen": self._frozen,
            "restarted": self._restarted,
            "two frozen": self._two_frozen,
        }

    def _killed(self, folder: Path) -> None:
        self.ring.kill(2)
        self._wait_for_rows(folder, more=self.rows // 20)
        self.ring.start(2)

    def _frozen(self, folder: Path) -> None:
        self.ring.pause(3)
        try:
            self._wait_for_rows(folder, more=self.rows // 20)
        finally:
            self.ring.resume(3)

    def _restarted(self, folder: Path) -> None:
        self.ring.stop(3)
        self.ring.start(3)

    def _two_frozen(self, folder: Path) -> None:
        self.ring.pause(2)
        self.ring.pause(3)
        try:
            self._wait_for(lambda: any(words in self._log(folder) for words in WAITING), "it never said that it waits")
        finally:
            self.ring.resume(2)
            self.ring.resume(3)

    # -- a run -------------------------------------------------------------------------------------------------------

    def run(self, operation: str, fault: str) -> float:
        folder = self.work / f"run-{self.run_number}"
        self.run_number += 1
        folder.mkdir()
        arguments, check = self.operations()[operation]
        started = time.monotonic()
        process = self._start(arguments, folder)
        self._wait_for_rows(folder, more=self.rows // 20)
        if process.poll() is not None:
            raise Broken("it was over before the fault came")
        self.faults()[fault](folder)
        check(folder, self._finish(process))
        shutil.rmtree(folder)
        return time.monotonic() - started

    def _start(self, arguments: list[str], folder: Path | None = None) -> subprocess.Popen:
        command = [self.tool, *arguments, "--hosts", ",".join(self.ring.addresses()), "--timeout", "3s"]
        command += ["--progress-file", "progress.json", "--log-file", "log", "--quiet"]
        return subprocess.Popen(
            command, cwd=folder or self.work, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def _finish(self, process: subprocess.Popen) -> str:
        output, errors = process.communicate(timeout=DEADLINE)
        if process.returncode != 0:
            raise Broken(f"{process.args[1]} ended with status {process.returncode}: {errors}")
        return output

    def _rows_done(self, folder: Path) -> int:
        try:
            return json.loads((folder / "progress.json").read_text())["progress"]["rows_processed"]
        except (FileNotFoundError, json.JSONDecodeError, KeyError):
            return 0

    def _log(self, folder: Path) -> str:
        path = folder / "log"
        return path.read_text() if path.exists() else ""

    def _wait_for_rows(self, folder: Path, more: int) -> None:
        wanted = min(self._rows_done(folder) + more, self.rows)
        self._wait_for(lambda: self._rows_done(folder) >= wanted, "it does not get on")

    def _wait_for(self, condition: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + DEADLINE
        while not condition():
            if time.monotonic() > deadline:
                raise Broken(otherwise)
            time.sleep(0.05)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev chaos --cluster", description=__doc__.split("\n\n")[0])
    parser.add_argument("--tool", required=True, help="the cqlbulk to try")
    parser.add_argument("--ring", required=True, help="the name of a running ring of three")
    parser.add_argument("--rounds", type=int, default=1, help="how often everything is done (default 1)")
    parser.add_argument("--rows", type=int, default=60_000, help="in the table (default 60000)")
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="cqlbulk-cluster-chaos-"))
    chaos = ClusterChaos(options.tool, Ring.existing(options.ring), options.rows, work)
    chaos.prepare()
    for number in range(options.rounds):
        for operation in chaos.operations():
            for fault in chaos.faults():
                try:
                    seconds = chaos.run(operation, fault)
                except (Broken, subprocess.SubprocessError) as problem:
                    print(f"round {number + 1}, {operation}, a node {fault}: {problem}; see {work}", file=sys.stderr)
                    return 1
                print(f"round {number + 1}: {operation} with nodes {fault}: whole, {seconds:.0f} s", flush=True)
    shutil.rmtree(work)
    print(f"{chaos.run_number} operations on an ill cluster: nothing lost")
    return 0


if __name__ == "__main__":
    sys.exit(main())
