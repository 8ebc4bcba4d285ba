"""Types x formats x edge values: every value goes out, comes back, and is then bit for bit what it was, or is refused by name.

Another driver writes the values and reads the bytes. The outcome of each is the table in docs/reference/types.md, which is
made by this file: python tests/cli/test_types.py > docs/reference/types.md
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from raw_rows import raw_rows  # noqa: E402
from type_values import EMPTY, TYPES, UDTS, columns, values  # noqa: E402

KEYSPACE = "types_matrix"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "types.md"
# Of types that are numbers or fixed bytes in Arrow: an empty value is none of them.
WITHOUT_EMPTY = {"boolean", "int", "bigint", "float", "double", "uuid", "timeuuid", "timestamp"}
# Suffix of the file -> columns whose empty values it cannot hold.
FORMATS: dict[str, set[str]] = {"csv": set(), "jsonl": set(), "parquet": WITHOUT_EMPTY, "arrow": WITHOUT_EMPTY}


def is_refused(suffix: str, column: str, what: str) -> bool:
    return column in FORMATS[suffix] and what in EMPTY.get(column, {})


def page() -> str:
    """What docs/reference/types.md says: the tests check that it is so."""
    lines = [
        "# Types and formats",
        "",
        "Every CQL type with its edge values, exported and loaded again. Made by `tests/cli/test_types.py`, whose tests check each cell on a",
        "real node, comparing the bytes that another driver reads. *exact*: bit for bit the same. *refused*: the export stops and names the",
        "column, since the format has no such value.",
        "",
        "| Type | Value | " + " | ".join(FORMATS) + " |",
        "|---|---|" + "---|" * len(FORMATS),
    ]
    for column, what, _ in values():
        outcomes = ["refused" if is_refused(suffix, column, what) else "exact" for suffix in FORMATS]
        lines.append(f"| `{TYPES[column][0]}` | {what} | " + " | ".join(outcomes) + " |")
    lines += [
        "",
        "`tests/cli/test_tables.py` does the same with tables of every shape, in these formats and in JSON arrays: counters, static columns",
        "with and without rows, 500 columns, quoted and case-sensitive names, nothing but key columns, vectors of elements of any length (in",
        "keys, too), custom types (their bytes, as blobs have them), and what COMPACT STORAGE leaves. All are exact. A user-defined value",
        "that was written before its type got more fields is exact in CSV and JSON; Arrow and Parquet have nulls for what it lacks.",
    ]
    return "\n".join(lines) + "\n"


def cells_of(session, table: str) -> dict[str, dict[str, bytes]]:
    return {row.pop("id").decode(): row for row in raw_rows(session, f"{KEYSPACE}.{table}")}


@pytest.fixture(scope="module")
def table(database):
    database.execute(f"DROP KEYSPACE IF EXISTS {KEYSPACE}")
    database.execute(f"CREATE KEYSPACE {KEYSPACE} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}")
    database.set_keyspace(KEYSPACE)
    for name, fields in UDTS.items():
        database.execute(f"CREATE TYPE {KEYSPACE}.{name} {fields}")
    for name in ("t", "copy"):
        database.execute(f"CREATE TABLE {KEYSPACE}.{name} (id text PRIMARY KEY, {columns()})")
    for column, what, term in values():
        database.execute(f"INSERT INTO {KEYSPACE}.t (id, \"{column}\") VALUES ('{column}: {what}', {term})")
    yield cells_of(database, "t")
    database.execute(f"DROP KEYSPACE {KEYSPACE}")


def test_every_type_of_cassandra_is_here():
    named = " ".join(cql_type for cql_type, _ in TYPES.values())
    for cql_type in (
        "ascii bigint blob boolean date decimal double duration float inet int list map set smallint text time "
        "timestamp timeuuid tinyint tuple uuid varint vector"
    ).split():
        assert cql_type in named


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_a_format_holds_comes_back_bit_for_bit(cqlbulk, database, table, host, suffix):
    database.execute(f"TRUNCATE {KEYSPACE}.copy")
    refused = [f"{column}: {what}" for column, what, _ in values() if is_refused(suffix, column, what)]
    wanted = {key: cells for key, cells in table.items() if key not in refused}
    # Keys one by one: what is refused must not be among them.
    keys = ", ".join(f"'{key}'" for key in wanted)
    query = f"SELECT * FROM {KEYSPACE}.t WHERE id IN ({keys})" if refused else f"SELECT * FROM {KEYSPACE}.t"
    exported = cqlbulk("export", "--query", query, "--to", f"out.{suffix}", "--hosts", host)
    assert exported.returncode == 0, exported.stderr
    loaded = cqlbulk("load", f"{KEYSPACE}.copy", "--from", f"out.{suffix}", "--hosts", host)
    assert loaded.returncode == 0, loaded.stderr
    copied = cells_of(database, "copy")
    assert {key: cells for key, cells in copied.items() if cells != wanted.get(key)} == {}
    assert set(copied) == set(wanted)


@pytest.mark.parametrize(
    ("suffix", "column", "what"),
    [(suffix, column, what) for suffix in FORMATS for column, what, _ in values() if is_refused(suffix, column, what)],
)
def test_what_a_format_cannot_hold_is_refused_by_name(cqlbulk, table, host, suffix, column, what):
    query = f"SELECT id, \"{column}\" FROM {KEYSPACE}.t WHERE id = '{column}: {what}'"
    exported = cqlbulk("export", "--query", query, "--to", f"out.{suffix}", "--hosts", host)
    assert exported.returncode == 3, exported.stderr
    assert column in exported.stderr and "an empty value" in exported.stderr


def test_the_page_says_the_same():
    assert PAGE.read_text() == page()


if __name__ == "__main__":
    sys.stdout.write(page())
