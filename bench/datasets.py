"""The tables of the bench and their rows, the same ones every time.

`readings` is the baseline, whose rows generate.py makes; the others differ from it in one way each: many columns, few,
large values, collections.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

import generate

KEYSPACE = "bench"


@dataclass(frozen=True)
class Table:
    name: str  # as --tables names it
    told: str  # what is special about it
    columns: dict[str, str]
    primary_key: str
    rows: int  # usually
    partitions: Callable[[int], Iterator[list[tuple]]]  # for a number of rows: values in the order of the columns, None for no value
    types: dict[str, str]  # user-defined ones: their fields
    rows_of_cqlsh_batch: int | None = None  # where a server refuses batches of as many as cqlsh usually sends

    @property
    def read_from(self) -> str:
        return f"{KEYSPACE}.{self.name}"

    @property
    def load_into(self) -> str:
        return f"{KEYSPACE}.{self.name}_loaded"


def _partitioned(name: str, rows_per_partition: int, row: Callable[[random.Random, int, int], tuple]):
    """Of `row(source, partition, number)`; a seed of its own makes each partition independent of the others."""

    def partitions(rows: int) -> Iterator[list[tuple]]:
        for first in range(0, rows, rows_per_partition):
            source = random.Random(f"{generate.SEED}/{name}/{first}")
            numbers = range(first, min(first + rows_per_partition, rows))
            yield [row(source, first // rows_per_partition, number) for number in numbers]

    return partitions


_FIRST_DAY = datetime(2024, 1, 1, tzinfo=timezone.utc)
_WORDS = ("amber", "basalt", "cedar", "delta", "ember", "fjord", "granite", "harbour", "iris", "juniper", "krill", "lagoon")


def _text(source: random.Random, words: int) -> str:
    return " ".join(source.choices(_WORDS, k=words))


def _moment(source: random.Random) -> datetime:
    return _FIRST_DAY + timedelta(milliseconds=source.randrange(366 * 86_400_000))


# Of the wide table: for each type how many columns, and a value. With the key's two these are 40.
_WIDE: dict[str, tuple[int, Callable[[random.Random], object]]] = {
    "text": (8, lambda source: _text(source, source.randrange(1, 5))),
    "int": (6, lambda source: source.randrange(-(2**31), 2**31)),
    "bigint": (4, lambda source: source.randrange(-(2**63), 2**63)),
    "double": (5, lambda source: source.uniform(-1e6, 1e6)),
    "float": (2, lambda source: round(source.uniform(-1e3, 1e3), 2)),
    "boolean": (3, lambda source: source.random() < 0.5),
    "timestamp": (3, _moment),
    "date": (2, lambda source: date(2024, 1, 1) + timedelta(days=source.randrange(366))),
    "time": (1, lambda source: time(source.randrange(24), source.randrange(60), source.randrange(60))),
    "inet": (1, lambda source: f"10.{source.randrange(256)}.{source.randrange(256)}.{source.randrange(256)}"),
    "uuid": (2, lambda source: uuid.UUID(int=source.getrandbits(128), version=4)),
    "decimal": (1, lambda source: Decimal(source.randrange(10**9)).scaleb(-2)),
}
_WIDE_MISSING = 0.1  # of the values


def _wide_row(source: random.Random, partition: int, number: int) -> tuple:
    values = [make(source) for many, make in _WIDE.values() for _ in range(many)]
    return (partition, number, *(None if source.random() < _WIDE_MISSING else value for value in values))


def _collections_row(source: random.Random, partition: int, number: int) -> tuple:
    def address() -> tuple:
        return (f"{source.randrange(1, 200)} {source.choice(_WORDS)} street", source.choice(_WORDS), source.randrange(10_000, 99_999))

    return (
        partition,
        number,
        {source.choice(_WORDS) for _ in range(5)},
        [source.randrange(1_000_000) for _ in range(5)],
        {source.choice(_WORDS): _text(source, 2) for _ in range(4)},
        {source.choice(_WORDS): [source.randrange(1_000) for _ in range(3)] for _ in range(3)},
        address(),
        [address() for _ in range(2)],
    )


READINGS = Table(
    "readings",
    f"about 180 bytes each as CSV, in partitions of {generate.ROWS_PER_PARTITION}",
    generate.COLUMNS,
    generate.PRIMARY_KEY,
    generate.DEFAULT_ROWS,
    lambda rows: ([reading.values() for reading in partition] for partition in generate.partitions(rows)),
    {},
)

TABLES = (
    READINGS,
    Table(
        "wide",
        "40 columns of mixed types, a tenth of the values missing, in partitions of 20",
        {"id": "int", "number": "int"}
        | {f"{name}_{column}": name for name, (many, _) in _WIDE.items() for column in range(many)},
        "(id, number)",
        100_000,
        _partitioned("wide", 20, _wide_row),
        {},
    ),
    Table(
        "narrow",
        "two columns of type int, both of the key, in partitions of 100",
        {"id": "int", "number": "int"},
        "(id, number)",
        1_000_000,
        _partitioned("narrow", 100, lambda source, partition, number: (partition, number)),
        {},
    ),
    Table(
        "heavy",
        "blobs of 10,000 random bytes, in partitions of 10; cqlsh loads them in batches of 4, since servers refuse its 20",
        {"id": "int", "number": "int", "content": "blob"},
        "(id, number)",
        10_000,
        _partitioned("heavy", 10, lambda source, partition, number: (partition, number, source.randbytes(10_000))),
        {},
        rows_of_cqlsh_batch=4,
    ),
    Table(
        "collections",
        "a set, a list and a map, frozen and nested ones, and a user-defined type, in partitions of 20",
        {
            "id": "int",
            "number": "int",
            "tags": "set<text>",
            "scores": "list<int>",
            "notes": "map<text, text>",
            "series": "frozen<map<text, frozen<list<int>>>>",
            "address": "frozen<address>",
            "earlier": "frozen<list<frozen<address>>>",
        },
        "(id, number)",
        100_000,
        _partitioned("collections", 20, _collections_row),
        {"address": "street text, city text, code int"},
    ),
)


def table_named(name: str) -> Table:
    """Raises KeyError."""
    return {table.name: table for table in TABLES}[name]
