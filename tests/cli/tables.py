"""Keyspaces and tables for tests of the command line."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def keyspace(database, name: str) -> Iterator:
    """A keyspace of one replica for a while; gives the session that made it."""
    database.execute(
        f"CREATE KEYSPACE IF NOT EXISTS {name} WITH replication = "
        "{'class': 'SimpleStrategy', 'replication_factor': 1}"
    )
    yield database
    database.execute(f"DROP KEYSPACE {name}")


def hundred_partitions(database, table: str, rows: int) -> str:
    """The table, made anew with (k, c, v) = (row % 100, row, "value row")."""
    database.execute(f"DROP TABLE IF EXISTS {table}")
    database.execute(f"CREATE TABLE {table} (k int, c int, v text, PRIMARY KEY (k, c))")
    insert = database.prepare(f"INSERT INTO {table} (k, c, v) VALUES (?, ?, ?)")
    values = [(row % 100, row, f"value {row}") for row in range(rows)]
    insert_all(database, insert, values)
    return table


def insert_all(database, insert, values: list[tuple]) -> None:
    """Again and again what nodes that others keep busy had no time for: an insert may be repeated."""
    from cassandra.concurrent import execute_concurrent_with_args

    deadline = time.monotonic() + 300
    while values:
        assert time.monotonic() < deadline, f"{len(values)} rows could not be inserted"
        results = execute_concurrent_with_args(database, insert, values, concurrency=64, raise_on_first_error=False)
        values = [value for value, (ok, _) in zip(values, results) if not ok]
