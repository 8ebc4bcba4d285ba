"""The foreground workload: point reads at a fixed rate, each at its own moment, whether earlier ones are answered or not.

    python3 bench/foreground/reads.py HOST KEYSPACE.TABLE KEYS RATE

KEYS: a file of 24 bytes a key (device_id, ts), as python_requests.py reads them. Reads until its standard input ends. Then prints
a line for each read: the second at which it was due, since the epoch, and how long after that its answer came, in seconds.

What a read waited because the one before it took long counts (no coordinated omission): latency runs from when a read
was due, not from when it was sent.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peers import python_requests  # noqa: E402

SEED = 7


class Reads:
    def __init__(self, session, table: str, keys: list[tuple], rate: float):
        self._session, self._keys, self._interval = session, keys, 1 / rate
        self._statement = session.prepare(f"SELECT {python_requests.COLUMNS} FROM {table} WHERE device_id = ? AND ts = ?")
        self._random = random.Random(SEED)
        self._answered: list[tuple[float, float]] = []  # appended to by the driver's one thread
        self._failures: list[BaseException] = []
        self._sent = 0

    def run(self, ended: threading.Event) -> list[tuple[float, float]]:
        epoch = time.time() - time.perf_counter()
        due = time.perf_counter()
        while not ended.is_set() and not self._failures:
            due += self._interval
            # Late already: those that were missed are sent at once, and their waiting counts.
            time.sleep(max(0.0, due - time.perf_counter()))
            self._send(due, epoch)
        deadline = time.monotonic() + python_requests.TIMEOUT_SECONDS
        while len(self._answered) < self._sent and not self._failures:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self._sent - len(self._answered)} reads were never answered")
            time.sleep(0.01)
        if self._failures:
            raise self._failures[0]
        return self._answered

    def _send(self, due: float, epoch: float) -> None:
        def answered(rows) -> None:
            latency = time.perf_counter() - due
            if not rows:
                self._failures.append(LookupError("a row that was there is not"))
            self._answered.append((epoch + due, latency))

        self._sent += 1
        future = self._session.execute_async(self._statement, self._random.choice(self._keys))
        future.add_callbacks(answered, self._failures.append)


def main(arguments: list[str]) -> int:
    host, table, key_file, rate = arguments
    session = python_requests.connect(host, 9042)
    try:
        reads = Reads(session, table, python_requests.keys_of(key_file), float(rate))
        ended = threading.Event()

        def wait_for_end() -> None:
            sys.stdin.read()
            ended.set()

        threading.Thread(target=wait_for_end, daemon=True).start()
        for due, latency in reads.run(ended):
            print(f"{due:.6f} {latency:.6f}")
    finally:
        session.cluster.shutdown()
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
