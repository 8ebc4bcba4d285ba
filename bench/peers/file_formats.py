"""Others' readers and writers of CSV and JSON on the bench's table, one core each, and Arrow's writer of Parquet.

    file_formats.py pyarrow|duckdb|python write|read csv|json FILE [ROWS]
    file_formats.py pyarrow write parquet FILE

`write` first reads FILE (the table as CSV; for Parquet as Arrow, from cqlbulk) into the peer's own memory, which does not count, and writes to /dev/null;
`read` ends with the values in memory, each of its column's type. ROWS: only the first so many (python, which is slow).
Prints one line of JSON: rows, and the seconds and CPU seconds of the work, which is done twice and measured the second
time, when memory has been taken.
"""

from __future__ import annotations

import csv
import itertools
import json
import resource
import sys
import time
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime

NOWHERE = "/dev/null"
NAMES = ("device_id", "ts", "seq", "temperature", "status", "payload")


def main(arguments: list[str]) -> int:
    peer, action, kind, file = arguments[:4]
    most = int(arguments[4]) if len(arguments) > 4 else None
    work = PEERS[peer](action, kind, file, most)
    work()
    began, cpu = time.perf_counter(), cpu_seconds()
    rows = work()
    print(json.dumps({"rows": rows, "seconds": time.perf_counter() - began, "cpu_seconds": cpu_seconds() - cpu}))
    return 0


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


# Each prepares what does not count, and returns the work: a function that returns how many rows it did.


def pyarrow_work(action: str, kind: str, file: str, _most: int | None) -> Callable[[], int]:
    if kind == "parquet":
        return pyarrow_parquet(file)
    import pyarrow
    import pyarrow.csv
    import pyarrow.json

    pyarrow.set_cpu_count(1)
    types = {
        "device_id": pyarrow.string(),  # it has no conversion of text to UUIDs
        "ts": pyarrow.timestamp("ms", "UTC"),
        "seq": pyarrow.int32(),
        "temperature": pyarrow.float64(),
        "status": pyarrow.string(),
        "payload": pyarrow.string(),
    }

    def read_csv() -> pyarrow.Table:
        return pyarrow.csv.read_csv(
            file, pyarrow.csv.ReadOptions(use_threads=False), convert_options=pyarrow.csv.ConvertOptions(column_types=types)
        )

    def read_json() -> pyarrow.Table:
        parse = pyarrow.json.ParseOptions(explicit_schema=pyarrow.schema(types.items()))
        return pyarrow.json.read_json(file, pyarrow.json.ReadOptions(use_threads=False), parse)

    if (action, kind) == ("write", "json"):
        raise SystemExit("pyarrow writes no JSON")
    if action == "read":
        return lambda: (read_csv() if kind == "csv" else read_json()).num_rows
    table = read_csv()
    options = pyarrow.csv.WriteOptions(quoting_style="needed")

    def write() -> int:
        with pyarrow.OSFile(NOWHERE, "wb") as out:
            pyarrow.csv.write_csv(table, out, options)
        return table.num_rows

    return write


def pyarrow_parquet(file: str) -> Callable[[], int]:
    """With the properties that cqlbulk gives the same writer (libs/bulk/src/formats/parquet/writer.cpp)."""
    import pyarrow
    import pyarrow.parquet

    pyarrow.set_cpu_count(1)
    with pyarrow.OSFile(file) as source:
        table = pyarrow.ipc.open_file(source).read_all()
    but_uuid = [name for name in table.column_names if name != "device_id"]
    properties = {"compression": "zstd", "use_dictionary": but_uuid, "write_statistics": but_uuid, "dictionary_pagesize_limit": 128 << 10}

    def write() -> int:
        with pyarrow.OSFile(NOWHERE, "wb") as out:
            pyarrow.parquet.write_table(table, out, row_group_size=131_072, **properties)
        return table.num_rows

    return write


def duckdb_work(action: str, kind: str, file: str, _most: int | None) -> Callable[[], int]:
    import duckdb

    database = duckdb.connect(config={"threads": 1})
    database.execute("SET TimeZone = 'UTC'")
    types = "{device_id: 'UUID', ts: 'TIMESTAMPTZ', seq: 'INTEGER', temperature: 'DOUBLE', status: 'VARCHAR', payload: 'VARCHAR'}"
    csv_rows = f"read_csv('{file}', header = true, columns = {types})"
    json_rows = f"read_json('{file}', format = 'newline_delimited', columns = {types})"

    def rows() -> int:
        return database.execute("SELECT count(*) FROM readings").fetchone()[0]

    def read(source: str) -> int:
        database.execute(f"CREATE OR REPLACE TABLE readings AS FROM {source}")
        return rows()

    def write() -> int:
        form = "csv, HEADER" if kind == "csv" else "json"
        database.execute(f"COPY readings TO '{NOWHERE}' (FORMAT {form}, USE_TMP_FILE false)")
        return rows()

    if action == "read":
        return lambda: read(csv_rows if kind == "csv" else json_rows)
    read(csv_rows)
    return write


def python_work(action: str, kind: str, file: str, most: int | None) -> Callable[[], int]:
    def values(texts: Iterable[list[str]]) -> list[tuple]:
        made = ((uuid.UUID(a), datetime.fromisoformat(b), int(c), float(d), e, f) for a, b, c, d, e, f in texts)
        return list(itertools.islice(made, most))

    def read_csv() -> list[tuple]:
        with open(file, newline="") as lines:
            records = csv.reader(lines)
            next(records)
            return values(records)

    def read_json() -> list[tuple]:
        with open(file) as lines:
            return values([record[name] for name in NAMES] for record in map(json.loads, lines))

    if action == "read":
        return lambda: len(read_csv() if kind == "csv" else read_json())
    rows = read_csv()

    def write_csv() -> int:
        with open(NOWHERE, "w", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(NAMES)
            writer.writerows((a, b.isoformat(timespec="milliseconds"), *rest) for a, b, *rest in rows)
        return len(rows)

    def write_json() -> int:
        with open(NOWHERE, "w") as out:
            for a, b, *rest in rows:
                out.write(json.dumps(dict(zip(NAMES, (str(a), b.isoformat(timespec="milliseconds"), *rest)))) + "\n")
        return len(rows)

    return write_csv if kind == "csv" else write_json


PEERS = {"pyarrow": pyarrow_work, "duckdb": duckdb_work, "python": python_work}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
