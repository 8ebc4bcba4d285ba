"""Loads that take some records of Arrow and Parquet files: the rows are those that Python's filter finds."""

from __future__ import annotations

import datetime
import decimal
import json
import uuid

import pyarrow
import pyarrow.ipc
import pyarrow.parquet
import pytest

ROWS = 2000
GROUP = 100
KEYSPACE = "where_cli"
START = datetime.datetime(2024, 1, 1)
COLUMNS = (
    "id int PRIMARY KEY, name text, amount decimal, price decimal, ratio double, at timestamp, day date, who uuid, code text, flag boolean, big varint"
)


def record(i: int) -> dict:
    if i % 7 == 3:
        return {"id": i} | dict.fromkeys("name amount price ratio at day who code flag big".split())
    return {
        "id": i,
        "name": f"n{i % 50:02}",
        "amount": decimal.Decimal(i - 1000) / 100,
        "price": f"{i}.50",
        "ratio": float("nan") if i % 11 == 0 else i / 8,
        "at": START + datetime.timedelta(milliseconds=i * 250),
        "day": datetime.date(2024, 1, 1) + datetime.timedelta(days=i // 10),
        "who": uuid.UUID(int=i).bytes,
        "code": str(uuid.UUID(int=i)),
        "flag": i % 3 == 0,
        "big": i * 2**33,
    }


RECORDS = [record(i) for i in range(ROWS)]
SCHEMA = pyarrow.schema({
    "id": pyarrow.int32(), "name": pyarrow.string(), "amount": pyarrow.decimal128(12, 2), "price": pyarrow.string(),
    "ratio": pyarrow.float64(), "at": pyarrow.timestamp("us", "UTC"), "day": pyarrow.date32(), "who": pyarrow.binary(16),
    "code": pyarrow.string(), "flag": pyarrow.bool_(), "big": pyarrow.int64(),
})  # fmt: skip


def make_file(path, schema=SCHEMA) -> None:
    table = pyarrow.Table.from_pylist(RECORDS, schema=schema)
    if path.suffix == ".parquet":
        pyarrow.parquet.write_table(table, path, row_group_size=GROUP)
    else:
        with pyarrow.ipc.new_file(path, schema) as writer:
            writer.write_table(table, max_chunksize=GROUP)


@pytest.fixture(scope="module")
def made_table(database) -> str:
    database.execute(
        f"CREATE KEYSPACE IF NOT EXISTS {KEYSPACE} WITH replication = {{'class': 'NetworkTopologyStrategy', 'replication_factor': 1}}"
    )
    database.execute(f"DROP TABLE IF EXISTS {KEYSPACE}.things")
    database.execute(f"CREATE TABLE {KEYSPACE}.things ({COLUMNS})")
    return f"{KEYSPACE}.things"


@pytest.fixture
def table(database, made_table) -> str:
    database.execute(f"TRUNCATE {made_table}")
    return made_table


def ids(database, table: str) -> set[int]:
    return {row.id for row in database.execute(f"SELECT id FROM {table}")}


# The condition, the same in Python, and whether row groups are ruled out by it.
CONDITIONS = {
    "id >= 1234": (lambda r: r["id"] >= 1234, True),
    "id < 300 AND name = 'n07'": (lambda r: r["id"] < 300 and r["name"] == "n07", True),
    "id = 777": (lambda r: r["id"] == 777, True),
    "name <> 'n07'": (lambda r: r["name"] is not None and r["name"] != "n07", False),
    "name is null": (lambda r: r["name"] is None, False),
    "name IS NOT NULL and id<=50": (lambda r: r["name"] is not None and r["id"] <= 50, True),
    "amount > -0.5 AND amount <= 3.25": (lambda r: r["amount"] is not None and decimal.Decimal("-0.5") < r["amount"] <= decimal.Decimal("3.25"), False),
    "price < 1000": (lambda r: r["price"] is not None and decimal.Decimal(r["price"]) < 1000, False),
    "ratio >= 200": (lambda r: r["ratio"] is not None and r["ratio"] >= 200, True),
    "at >= '2024-01-01T00:05:00Z'": (lambda r: r["at"] is not None and r["at"] >= START + datetime.timedelta(minutes=5), True),
    "at < '2024-01-01T02:00:00.250+02:00'": (lambda r: r["at"] is not None and r["at"] < START + datetime.timedelta(milliseconds=250), True),
    "day = '2024-02-29'": (lambda r: r["day"] == datetime.date(2024, 2, 29), True),
    "who = '00000000-0000-0000-0000-000000000100'": (lambda r: r["who"] == uuid.UUID(int=256).bytes, False),
    "code = '00000000-0000-0000-0000-000000000100'": (lambda r: r["id"] == 256, True),
    "flag = true": (lambda r: r["flag"] is True, False),
    "big > 9223372036854": (lambda r: r["big"] is not None and r["big"] > 9223372036854, True),
    "id > 5000": (lambda r: False, True),
}  # fmt: skip


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_rows_are_those_that_python_finds(tool, database, table, tmp_path, suffix, condition):
    make_file(tmp_path / f"in.{suffix}")
    holds, rules_out = CONDITIONS[condition]
    loaded = tool("load", table, "--from", f"in.{suffix}", "--where", condition, "--report", "json")
    assert loaded.returncode == 0, loaded.stderr
    wanted = {r["id"] for r in RECORDS if holds(r)}
    assert ids(database, table) == wanted
    report = json.loads(loaded.stdout)
    assert (report["rows"], report["left_out"], report["records_read"]) == (len(wanted), ROWS - len(wanted), ROWS)
    skipped = report["skipped_row_groups"]
    assert (skipped > 0) == (rules_out and suffix == "parquet")
    if suffix == "parquet" and condition == "id >= 1234":
        assert skipped == 1234 // GROUP


def test_a_column_that_is_only_compared_is_not_loaded(tool, database, table, tmp_path):
    make_file(tmp_path / "in.parquet")
    options = ["--map", "id=id,name=name", "--ignore-fields"]
    loaded = tool("load", table, "--from", "in.parquet", "--where", "flag = true AND id < 10", *options)
    assert loaded.returncode == 0, loaded.stderr
    rows = {row.id: row for row in database.execute(f"SELECT * FROM {table}")}
    assert set(rows) == {r["id"] for r in RECORDS if r["flag"] and r["id"] < 10}
    assert "left out" in loaded.stderr and "row groups unread" in loaded.stderr


def test_bad_records_that_are_left_out_are_not_rejected(tool, database, table, tmp_path):
    rows = [{"id": i, "name": "x" if i % 2 else "bad", "big": "17" if i % 2 else "none"} for i in range(1000)]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "in.parquet", row_group_size=64)
    loaded = tool("load", table, "--from", "in.parquet", "--where", "name = 'x'")
    assert loaded.returncode == 0, loaded.stderr
    assert len(ids(database, table)) == 500
    refused = tool("load", table, "--from", "in.parquet", "--where", "id >= 990", "--reject-file", "bad.jsonl", "--report", "json")
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["rejected"] == 5
    assert [json.loads(line)["id"] for line in (tmp_path / "bad.jsonl").read_text().splitlines()] == [990, 992, 994, 996, 998]


def test_what_cqlbulk_exported_is_filtered_by_its_columns(tool, database, table, tmp_path):
    for i in range(50):
        database.execute(f"INSERT INTO {table} (id, price, at, who, big) VALUES ({i}, {i}.50, {i}, {uuid.UUID(int=i)}, {10**30 + i})")
    assert tool("export", table, "--to", "out.parquet").returncode == 0
    database.execute(f"TRUNCATE {table}")
    condition = f"price >= 20 AND at < '1970-01-01T00:00:00.040Z' AND big != {10**30 + 30} AND who <> '{uuid.UUID(int=31)}'"
    loaded = tool("load", table, "--from", "out.parquet", "--where", condition)
    assert loaded.returncode == 0, loaded.stderr
    assert ids(database, table) == set(range(20, 40)) - {30, 31}


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("id >> 3", 'at character 5, "> 3"'),
        ("id = 3 OR id = 4", "only AND joins conditions"),
        ("name = n1", "text stands in single quotes"),
        ("nam = 'x'", "nam"),
        ("id = 'x'", "field \"id\": 'x' cannot be compared with int32"),
        ("at > 'yesterday'", "field \"at\": 'yesterday' cannot be compared with timestamp"),
        ("amount = 1.555", 'field "amount": 1.555 cannot be compared with decimal128(12, 2)'),
    ],
)
def test_errors_name_field_and_place(tool, table, tmp_path, condition, said):
    make_file(tmp_path / "in.parquet")
    refused = tool("load", table, "--from", "in.parquet", "--where", condition)
    assert refused.returncode == 2
    assert said in refused.stderr and "--where" in refused.stderr


@pytest.mark.parametrize("name", ["in.csv", "in.jsonl"])
def test_text_formats_refuse_it(tool, table, tmp_path, name):
    (tmp_path / name).write_text("id\n1\n" if name == "in.csv" else '{"id": 1}\n')
    refused = tool("load", table, "--from", name, "--where", "id = 1")
    assert refused.returncode == 2
    assert f"{name}: --where is for Arrow and Parquet files" in refused.stderr
