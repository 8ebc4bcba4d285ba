"""The DataStax Python driver at many small requests, and one stream of rows: the same work as bench/client/cql_bench.cpp.

    python3 bench/peers/python_requests.py HOST:PORT KEYSPACE.TABLE read   CONCURRENCY REQUESTS KEYS
    python3 bench/peers/python_requests.py HOST:PORT KEYSPACE.TABLE insert CONCURRENCY REQUESTS
    python3 bench/peers/python_requests.py HOST:PORT KEYSPACE.TABLE rows

Requests follow each other by callbacks, its cheapest way to have many under way. Rows come as tuples. Prints one line of JSON,
as cql_bench does.
"""

from __future__ import annotations

import itertools
import json
import struct
import sys
import threading
import time
import uuid
from pathlib import Path

from cassandra import ConsistencyLevel
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile, Session
from cassandra.policies import WhiteListRoundRobinPolicy
from cassandra.query import tuple_factory

COLUMNS = "device_id, ts, payload, seq, status, temperature"
PAGE_SIZE = 5_000
KEY_SIZE = 24
TIMEOUT_SECONDS = 60


def connect(host: str, port: int) -> Session:
    profile = ExecutionProfile(
        load_balancing_policy=WhiteListRoundRobinPolicy([host]),
        row_factory=tuple_factory,
        request_timeout=TIMEOUT_SECONDS,
        consistency_level=ConsistencyLevel.LOCAL_ONE,
    )
    return Cluster([host], port=port, execution_profiles={EXEC_PROFILE_DEFAULT: profile}).connect()


class Requests:
    """Keeps so many requests under way until all are answered; the first error ends it."""

    def __init__(self, session: Session, statement, values, concurrency: int, requests: int):
        self._session, self._statement = session, statement
        self._values = itertools.islice(values, requests)
        self._lock = threading.Lock()
        self._left = concurrency
        self._ended = threading.Event()
        self._failure: BaseException | None = None
        self.rows = 0
        self.latencies: list[float] = []
        for _ in range(concurrency):
            self._send()

    def wait(self) -> None:
        self._ended.wait()
        if self._failure:
            raise self._failure

    def _send(self) -> None:
        with self._lock:
            values = next(self._values, None)
            if values is None or self._failure:
                self._left -= 1
                if self._left == 0:
                    self._ended.set()
                return
        began = time.perf_counter()
        future = self._session.execute_async(self._statement, values)
        future.add_callbacks(self._answered, self._failed, callback_args=(began,))

    def _answered(self, rows, began: float) -> None:
        self.latencies.append(time.perf_counter() - began)
        self.rows += len(rows) if rows else 0
        self._send()

    def _failed(self, error: BaseException) -> None:
        self._failure = error
        self._ended.set()


def keys_of(file: str) -> list[tuple[uuid.UUID, int]]:
    data = Path(file).read_bytes()
    return [
        (uuid.UUID(bytes=data[at : at + 16]), struct.unpack_from(">q", data, at + 16)[0]) for at in range(0, len(data), KEY_SIZE)
    ]


def new_rows():
    payload = "x" * 100
    for number in itertools.count():
        yield (uuid.UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128), 1_704_067_200_000 + number, number, 21.0, "ok", payload)


def stream(session: Session, table: str) -> int:
    statement = session.prepare(f"SELECT {COLUMNS} FROM {table}")
    statement.fetch_size = PAGE_SIZE
    return sum(1 for _ in session.execute(statement))


def run(session: Session, table: str, action: str, rest: list[str]) -> dict:
    cpu, began = time.process_time(), time.perf_counter()
    if action == "rows":
        rows, requests, latencies = stream(session, table), 0, []
    else:
        if action == "read":
            statement = session.prepare(f"SELECT {COLUMNS} FROM {table} WHERE device_id = ? AND ts = ?")
            values = itertools.cycle(keys_of(rest[2]))
        else:
            columns = "device_id, ts, seq, temperature, status, payload"
            statement = session.prepare(f"INSERT INTO {table} ({columns}) VALUES (?, ?, ?, ?, ?, ?)")
            values = new_rows()
        cpu, began = time.process_time(), time.perf_counter()
        work = Requests(session, statement, values, int(rest[0]), int(rest[1]))
        work.wait()
        requests, latencies = int(rest[1]), sorted(work.latencies)
        rows = work.rows if action == "read" else requests
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    percentile = {share: int(latencies[int(share * len(latencies))] * 1e6) if latencies else 0 for share in (0.5, 0.99)}
    return {
        "requests": requests,
        "rows": rows,
        "seconds": seconds,
        "cpu_seconds": cpu,
        "p50_us": percentile[0.5],
        "p99_us": percentile[0.99],
    }


def main(arguments: list[str]) -> int:
    endpoint, table, action, *rest = arguments
    host, _, port = endpoint.partition(":")
    session = connect(host, int(port or 9042))
    try:
        print(json.dumps(run(session, table, action, rest)))
    finally:
        session.cluster.shutdown()
    return 0


if __name__ == "__main__":
    expected = {"read": 6, "insert": 5, "rows": 3}
    if len(sys.argv) < 4 or len(sys.argv) - 1 != expected.get(sys.argv[3]):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
