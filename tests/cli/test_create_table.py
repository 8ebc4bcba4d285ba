"""load --create-table: a table for a file, proposed or made."""

from __future__ import annotations

import gzip

import pyarrow
import pyarrow.parquet
import pytest

KEYSPACE = "create_cli"


@pytest.fixture
def keyspace(database) -> str:
    database.execute(
        f"CREATE KEYSPACE IF NOT EXISTS {KEYSPACE} WITH replication = "
        "{'class': 'SimpleStrategy', 'replication_factor': 1}"
    )
    for name in ("t", "copy"):
        database.execute(f"DROP TABLE IF EXISTS {KEYSPACE}.{name}")
    return KEYSPACE


def columns_of(database, table: str) -> dict[str, tuple[str, str]]:
    rows = database.execute(f"SELECT column_name, type, kind FROM system_schema.columns WHERE keyspace_name = '{KEYSPACE}' AND table_name = '{table}'")
    return {row.column_name: (row.type, row.kind) for row in rows}


def test_csv_becomes_text(cqlbulk, database, keyspace, host, tmp_path):
    (tmp_path / "in.csv.gz").write_bytes(gzip.compress(b"Id,day,v\n1,a,x\n2,b,y\n"))
    load = ("load", f"{keyspace}.t", "--from", "in.csv.gz", "--hosts", host, "--create-table", "--primary-key", '("Id", day)')
    proposed = cqlbulk(*load, "--dry-run")
    assert proposed.returncode == 0, proposed.stderr
    assert f'CREATE TABLE {keyspace}.t ("Id" text, day text, v text, PRIMARY KEY (("Id", day)))' in proposed.stderr
    assert columns_of(database, "t") == {}
    made = cqlbulk(*load)
    assert made.returncode == 0, made.stderr
    assert sorted(tuple(row) for row in database.execute(f"SELECT * FROM {keyspace}.t")) == [("1", "a", "x"), ("2", "b", "y")]
    again = cqlbulk(*load)
    assert again.returncode == 2
    assert "exists already" in again.stderr


def test_what_an_export_kept_of_the_types_comes_back(cqlbulk, database, keyspace, host):
    database.execute(f"CREATE TABLE {keyspace}.t (k timeuuid, c smallint, l list<frozen<tuple<int, text>>>, d decimal, i inet, PRIMARY KEY (k, c))")
    database.execute(f"INSERT INTO {keyspace}.t (k, c, l, d, i) VALUES (now(), 1, [(1, 'a')], 1.50, '::1')")
    assert cqlbulk("export", f"{keyspace}.t", "--to", "out.parquet", "--hosts", host).returncode == 0
    made = cqlbulk("load", f"{keyspace}.copy", "--from", "out.parquet", "--hosts", host, "--create-table", "--primary-key", "k, c")
    assert made.returncode == 0, made.stderr
    assert columns_of(database, "copy") == columns_of(database, "t")
    assert list(database.execute(f"SELECT * FROM {keyspace}.copy")) == list(database.execute(f"SELECT * FROM {keyspace}.t"))


def test_files_of_others_get_the_usual_types(cqlbulk, database, keyspace, host, tmp_path):
    table = pyarrow.table({"k": pyarrow.array([1, 2], pyarrow.int64()), "v": [1.5, 2.5], "b": [True, None]})
    pyarrow.parquet.write_table(table, tmp_path / "in.parquet")
    made = cqlbulk("load", f"{keyspace}.t", "--from", "in.parquet", "--hosts", host, "--create-table", "--primary-key", "k")
    assert made.returncode == 0, made.stderr
    assert columns_of(database, "t") == {
        "k": ("bigint", "partition_key"), "v": ("double", "regular"), "b": ("boolean", "regular")
    }  # fmt: skip


def test_what_cannot_be_is_told(cqlbulk, keyspace, host, tmp_path):
    (tmp_path / "in.csv").write_text("a,b\n1,2\n")
    for arguments, text in (
        (("--create-table",), "needs the new table's key"),
        (("--primary-key", "a"), "--primary-key needs --create-table"),
        (("--create-table", "--primary-key", "c"), "has no field for the key column c"),
        (("--create-table", "--primary-key", "(a"), "a key like"),
    ):
        told = cqlbulk("load", f"{keyspace}.t", "--from", "in.csv", "--hosts", host, *arguments)
        assert (told.returncode, text in told.stderr) == (2, True), told.stderr
