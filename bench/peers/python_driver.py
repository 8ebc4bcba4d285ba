"""The DataStax Python driver as a peer, used the way someone who knows it would: one process, ranges at once.

    python3 bench/peers/python_driver.py HOST KEYSPACE.TABLE count
    python3 bench/peers/python_driver.py HOST KEYSPACE.TABLE scan [RANGES] rows are decoded and dropped
    python3 bench/peers/python_driver.py HOST KEYSPACE.TABLE csv FILE

Prints the number of rows. Rows come as tuples, its cheapest form, in pages of 5,000, its default.
"""

from __future__ import annotations

import csv
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile, Session
from cassandra.policies import WhiteListRoundRobinPolicy
from cassandra.query import tuple_factory

COUNT_RANGES, COUNTED_AT_ONCE = 32, 4
SCAN_RANGES = 8  # all at once
TIMEOUT_SECONDS = 120


def connect(host: str) -> Session:
    """`session.cluster.shutdown()` ends it."""
    profile = ExecutionProfile(
        load_balancing_policy=WhiteListRoundRobinPolicy([host]), row_factory=tuple_factory, request_timeout=TIMEOUT_SECONDS
    )
    return Cluster([host], execution_profiles={EXEC_PROFILE_DEFAULT: profile}).connect()


def count(session: Session, table: str) -> int:
    """COUNT(*) in the server, range by range."""
    statement = session.prepare(f"SELECT COUNT(*) FROM {table} WHERE {_restriction(session, table)}")

    def count_range(bounds: tuple[int, int]) -> int:
        return session.execute(statement, bounds).one()[0]

    with ThreadPoolExecutor(COUNTED_AT_ONCE) as threads:
        return sum(threads.map(count_range, _token_ranges(COUNT_RANGES)))


def scan(session: Session, table: str, take: Callable[[list[tuple]], None] = lambda rows: None, ranges: int = SCAN_RANGES) -> int:
    """All columns of all rows, all ranges at once; `take` gets each page, from several threads."""
    statement = session.prepare(f"SELECT * FROM {table} WHERE {_restriction(session, table)}")

    def scan_range(bounds: tuple[int, int]) -> int:
        rows, page = 0, session.execute(statement, bounds)
        while True:
            rows += len(page.current_rows)
            take(page.current_rows)
            if not page.has_more_pages:
                return rows
            page.fetch_next_page()

    with ThreadPoolExecutor(ranges) as threads:
        return sum(threads.map(scan_range, _token_ranges(ranges)))


def scan_to_csv(session: Session, table: str, path: str) -> int:
    keyspace, name = table.split(".")
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer, one_at_a_time = csv.writer(file), threading.Lock()
        writer.writerow(session.cluster.metadata.keyspaces[keyspace].tables[name].columns)

        def write(rows: list[tuple]) -> None:
            with one_at_a_time:
                writer.writerows(rows)

        return scan(session, table, write)


def _restriction(session: Session, table: str) -> str:
    keyspace, name = table.split(".")
    key = session.cluster.metadata.keyspaces[keyspace].tables[name].partition_key
    token = f"token({', '.join(column.name for column in key)})"
    return f"{token} > ? AND {token} <= ?"


def _token_ranges(number: int) -> list[tuple[int, int]]:
    """The whole ring in equal pieces; the least token itself holds no data."""
    bounds = [-(2**63) + index * 2**64 // number for index in range(number)] + [2**63 - 1]
    return list(zip(bounds, bounds[1:]))


def main(arguments: list[str]) -> int:
    host, table, action, *rest = arguments
    session = connect(host)
    try:
        if action == "scan":
            print(scan(session, table, ranges=int(rest[0]) if rest else SCAN_RANGES))
        else:
            print({"count": count, "csv": scan_to_csv}[action](session, table, *rest))
    finally:
        session.cluster.shutdown()
    return 0


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5) or sys.argv[3] not in ("count", "scan", "csv"):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
