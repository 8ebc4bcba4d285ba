"""Whether the demo's tables and files hold exactly the package's data; every value of every row is looked at.

None of it asks cqlbulk: tables are read by the Python driver, files by pyarrow.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from pathlib import Path

import pyarrow
import pyarrow.csv
import pyarrow.parquet
from cassandra.cluster import Session
from cassandra.query import SimpleStatement

from demo_tables import Table

RANGES = 32
RANGES_AT_ONCE = 4


class Difference(Exception):
    """The first thing that is not as it should be."""


def compare_table_with_source(session: Session, table: Table, source: dict[tuple, tuple]) -> int:
    """The number of rows; raises Difference."""
    compared = 0
    for row in _rows(session, table):
        _refuse_other_row(table, row, source)
        compared += 1
    _refuse_other_count(table.full_name, compared, source)
    return compared


def compare_tables(session: Session, left: Table, right: Table, source: dict[tuple, tuple]) -> int:
    """Reads two tables of one shape side by side, range by range: the same key is at the same place in both.

    Each pair must be equal, and equal to the source. Returns the number of pairs; raises Difference.
    """

    def compare_range(token_range: tuple[int, int]) -> int:
        pairs = zip_longest(_rows(session, left, token_range), _rows(session, right, token_range))
        compared = 0
        for in_left, in_right in pairs:
            if in_left != in_right:
                raise Difference(f"{left.full_name} and {right.full_name} differ:\n  {in_left}\n  {in_right}")
            _refuse_other_row(left, in_left, source)
            compared += 1
        return compared

    with ThreadPoolExecutor(RANGES_AT_ONCE) as threads:
        compared = sum(threads.map(compare_range, _token_ranges()))
    _refuse_other_count(left.full_name, compared, source)
    return compared


def compare_files(table: Table, source_csv: Path, exported: list[Path]) -> int:
    """The rows of each exported file, in whatever order, against those of the CSV file that was loaded."""
    expected = _in_order_of_keys(read_csv(table, source_csv), table)
    for file in exported:
        found = read_csv(table, file) if file.suffix == ".csv" else pyarrow.parquet.read_table(file)
        if set(found.column_names) != set(table.columns):
            raise Difference(f"{file} has columns {', '.join(found.column_names)}; expected {', '.join(table.columns)}")
        found = _in_order_of_keys(found.select(list(table.columns)).cast(expected.schema), table)
        if not found.equals(expected):
            raise Difference(f"{file} differs from {source_csv}: {_first_difference(found, expected)}")
    return expected.num_rows


def _rows(session: Session, table: Table, token_range: tuple[int, int] | None = None) -> Iterator[tuple]:
    restriction = ""
    if token_range:
        token = f"token({', '.join(table.partition_key)})"
        restriction = f" WHERE {token} > {token_range[0]} AND {token} <= {token_range[1]}"
    statement = SimpleStatement(f"SELECT {', '.join(table.columns)} FROM {table.full_name}{restriction}", fetch_size=5000)
    for row in session.execute(statement, timeout=60):
        yield tuple(row)


def _token_ranges() -> list[tuple[int, int]]:
    """The whole ring in equal pieces; the least token itself holds no data."""
    bounds = [-(2**63) + index * 2**64 // RANGES for index in range(RANGES)] + [2**63 - 1]
    return list(zip(bounds, bounds[1:]))


def _refuse_other_row(table: Table, row: tuple, source: dict[tuple, tuple]) -> None:
    expected = source.get(table.key_of(row))
    if row != expected:
        raise Difference(f"{table.full_name} holds\n  {row}\nwhere the source has\n  {expected}")


def _refuse_other_count(name: str, compared: int, source: dict[tuple, tuple]) -> None:
    # Keys are unique in a table, so equal rows and an equal number leave nothing out.
    if compared != len(source):
        raise Difference(f"{name} holds {compared} rows, the source {len(source)}")


_ARROW_TYPES = {
    "text": pyarrow.string(),
    "int": pyarrow.int32(),
    "double": pyarrow.float64(),
    "timestamp": pyarrow.timestamp("ms", "UTC"),
}


def read_csv(table: Table, file: Path) -> pyarrow.Table:
    types = {name: _ARROW_TYPES[cql_type] for name, cql_type in table.columns.items()}
    # A quoted empty field is an empty text; only an unquoted one is a null.
    options = pyarrow.csv.ConvertOptions(
        column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    return pyarrow.csv.read_csv(file, convert_options=options)


def _in_order_of_keys(rows: pyarrow.Table, table: Table) -> pyarrow.Table:
    return rows.sort_by([(name, "ascending") for name in table.key])


def _first_difference(found: pyarrow.Table, expected: pyarrow.Table) -> str:
    if found.num_rows != expected.num_rows:
        return f"{found.num_rows} rows instead of {expected.num_rows}"
    for name in expected.column_names:
        if not found[name].equals(expected[name]):
            pairs = zip(found[name].to_pylist(), expected[name].to_pylist())
            ordinal, (value, wanted) = next((i, pair) for i, pair in enumerate(pairs) if pair[0] != pair[1])
            return f"column {name}, row {ordinal} by key: {value!r} instead of {wanted!r}"
    return "in its nulls or types"
