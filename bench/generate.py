"""The benchmark's table and its rows, the same ones every time: 50 rows to a partition, about 180 bytes each as CSV.

    python3 bench/generate.py clustered readings.csv [ROWS]

`clustered` has the rows of a partition one after the other; `scattered` shuffles all rows, and holds them in
memory to do so (about 250 bytes each).
"""

from __future__ import annotations

import base64
import random
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

SEED = 20240607
ROWS_PER_PARTITION = 50
DEFAULT_ROWS = 1_000_000
ORDERS = ("clustered", "scattered")

COLUMNS = {
    "device_id": "uuid",
    "ts": "timestamp",
    "seq": "int",
    "temperature": "double",
    "status": "text",
    "payload": "text",
}
PRIMARY_KEY = "(device_id, ts)"

_STATUSES = ("ok", "idle", "warning", "failed")
_FIRST_MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z
_STEP_MS = 61_001  # so that milliseconds differ
_PAYLOAD_BYTES = 75  # 100 characters in base64


@dataclass(frozen=True)
class Reading:
    device_id: uuid.UUID
    ts_ms: int
    seq: int
    temperature: float
    status: str
    payload: str

    def as_csv(self) -> str:
        ts = datetime.fromtimestamp(self.ts_ms / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.")
        return f"{self.device_id},{ts}{self.ts_ms % 1000:03}Z,{self.seq},{self.temperature},{self.status},{self.payload}\n"

    def values(self) -> tuple:
        """In the order of COLUMNS, for the Python driver."""
        return (self.device_id, self.ts_ms, self.seq, self.temperature, self.status, self.payload)


def partitions(rows: int) -> Iterator[list[Reading]]:
    """All readings, partition by partition; the last one may be shorter. A seed of its own makes each independent of the others."""
    for first in range(0, rows, ROWS_PER_PARTITION):
        source = random.Random(f"{SEED}/{first}")
        device_id = uuid.UUID(int=source.getrandbits(128), version=4)
        started_ms = _FIRST_MS + source.randrange(86_400_000)
        yield [
            Reading(
                device_id,
                started_ms + (seq - first) * _STEP_MS,
                seq,
                round(source.uniform(-20, 45), 3),
                source.choice(_STATUSES),
                base64.urlsafe_b64encode(source.randbytes(_PAYLOAD_BYTES)).decode(),
            )
            for seq in range(first, min(first + ROWS_PER_PARTITION, rows))
        ]


def write_csv(target: Path, order: str, rows: int) -> None:
    """Writes header and rows; the file has its name only once it is complete."""
    lines: Iterator[str] | list[str] = (reading.as_csv() for partition in partitions(rows) for reading in partition)
    if order == "scattered":
        lines = list(lines)
        random.Random(SEED).shuffle(lines)
    unfinished = target.with_name(target.name + ".new")
    with unfinished.open("w", encoding="ascii") as file:
        file.write(",".join(COLUMNS) + "\n")
        file.writelines(lines)
    unfinished.replace(target)


def main(arguments: list[str]) -> int:
    if len(arguments) not in (2, 3) or arguments[0] not in ORDERS or not all(text.isdigit() for text in arguments[2:]):
        print(__doc__, file=sys.stderr)
        return 2
    write_csv(Path(arguments[1]), arguments[0], int(arguments[2]) if len(arguments) == 3 else DEFAULT_ROWS)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
