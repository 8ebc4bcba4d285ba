"""The Cassandra node under measurement: its tables, what it costs, and when it is quiet.

The ring of that address must have been started by testbed/cassandra (`./dev bench` does), since the node's own
process is measured and nodetool is asked.
"""

from __future__ import annotations

import time

from cassandra.concurrent import execute_concurrent
from cassandra.query import UNSET_VALUE, BatchStatement, BatchType

import generate
from measured import process_cpu_seconds
from peers import python_driver
from ring import TESTBED, Ring, RingError, ring_names
from datasets import KEYSPACE, READINGS, Table

READ_TABLE, LOAD_TABLE = READINGS.read_from, READINGS.load_into
FILES = TESTBED / "bench"  # generated input, and what the contestants write

QUIET_WINDOW_SECONDS = 0.5
QUIET_SHARE = 0.08  # of one core: an idle node's own housekeeping is below it
QUIET_LIMIT_SECONDS = 180


class Server:
    def __init__(self, host: str):
        self.host = host
        self.ring = _ring_of(host)
        self.session = python_driver.connect(host)
        self.release = self.session.execute("SELECT release_version FROM system.local").one()[0]

    def close(self) -> None:
        self.session.cluster.shutdown()

    def cpu_seconds(self) -> float:
        return process_cpu_seconds(self.ring.process(1).pid)

    def wait_until_quiet(self) -> None:
        """Until flushes and compactions of the run before are over, so that they do not count for the next one."""
        deadline = time.monotonic() + QUIET_LIMIT_SECONDS
        quiet_windows = 0
        while quiet_windows < 2:
            before = self.cpu_seconds()
            time.sleep(QUIET_WINDOW_SECONDS)
            quiet = self.cpu_seconds() - before < QUIET_SHARE * QUIET_WINDOW_SECONDS
            quiet_windows = quiet_windows + 1 if quiet else 0
            if time.monotonic() > deadline:
                raise TimeoutError(f"the node on {self.host} was not quiet within {QUIET_LIMIT_SECONDS} s")

    def prepare_tables(self, rows: int, table: Table = READINGS) -> None:
        """The table to read, filled and in one SSTable, and an empty one of the same shape to load into."""
        self.session.execute(
            f"CREATE KEYSPACE IF NOT EXISTS {KEYSPACE} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}"
        )
        for name, fields in table.types.items():
            self.session.execute(f"CREATE TYPE IF NOT EXISTS {KEYSPACE}.{name} ({fields})")
        columns = ", ".join(f"{name} {cql_type}" for name, cql_type in table.columns.items())
        for name in (table.read_from, table.load_into):
            self.session.execute(
                f"CREATE TABLE IF NOT EXISTS {name} ({columns}, PRIMARY KEY {table.primary_key}) WITH allow_auto_snapshot = false"
            )
        # The comment is set last, so a fill that was interrupted is done again.
        filled = f"{rows} rows, seed {generate.SEED}"
        if self._comment_of(table.read_from) != filled:
            self.session.execute(f"ALTER TABLE {table.read_from} WITH comment = 'being filled'")
            self._fill(table, rows)
            self.session.execute(f"ALTER TABLE {table.read_from} WITH comment = '{filled}'")
        found = self.count(table.read_from)
        if found != rows:
            raise RuntimeError(f"{table.read_from} holds {found} rows, not {rows}: drop the keyspace {KEYSPACE} and run this again")

    def empty(self, table: str) -> None:
        self.session.execute(f"TRUNCATE {table}")

    def count(self, table: str) -> int:
        return python_driver.count(self.session, table)

    def _comment_of(self, table: str) -> str:
        keyspace, name = table.split(".")
        query = "SELECT comment FROM system_schema.tables WHERE keyspace_name = %s AND table_name = %s"
        return self.session.execute(query, (keyspace, name)).one()[0]

    def _fill(self, table: Table, rows: int) -> None:
        """By the Python driver, so that the table does not depend on the tool under test."""
        self.session.execute(f"TRUNCATE {table.read_from}")
        places = ", ".join("?" for _ in table.columns)
        insert = self.session.prepare(f"INSERT INTO {table.read_from} ({', '.join(table.columns)}) VALUES ({places})")

        def batches():
            for partition in table.partitions(rows):
                batch = BatchStatement(BatchType.UNLOGGED)
                for row in partition:
                    batch.add(insert, [UNSET_VALUE if value is None else value for value in row])
                yield batch, ()

        execute_concurrent(self.session, batches(), concurrency=16)
        self.ring.nodetool(1, "flush", *table.read_from.split("."))
        self.ring.nodetool(1, "compact", *table.read_from.split("."))


def _ring_of(host: str) -> Ring:
    for name in ring_names():
        ring = Ring.existing(name, say=lambda line: None)
        if ring.addresses() == [host] and ring.running(1):
            return ring
    raise RingError(f"no ring of one node runs on {host}: './dev cluster up --name bench --heap 2g' starts the one for measuring")
