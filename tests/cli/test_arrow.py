"""Arrow IPC and Parquet out of and into the real ring, with pyarrow and DuckDB as other readers and writers of them."""

from __future__ import annotations

import datetime
import decimal
import io
import json
import subprocess
import uuid
from pathlib import Path

import duckdb
import pyarrow
import pyarrow.compute
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet
import pytest

ROWS = 300
KEYSPACE = "arrow_cli"
COLUMNS = (
    "id int PRIMARY KEY, name text, big bigint, exact decimal, huge varint, real double, raw blob, at timestamp, day date,"
    " who uuid, span duration, tags set<text>, scores map<int, text>, place tuple<int, text>"
)


@pytest.fixture(scope="module")
def things(database) -> str:
    database.execute(
        f"CREATE KEYSPACE IF NOT EXISTS {KEYSPACE} WITH replication = "
        "{'class': 'NetworkTopologyStrategy', 'replication_factor': 1}"
    )
    database.execute(f"DROP TABLE IF EXISTS {KEYSPACE}.things")
    database.execute(f"CREATE TABLE {KEYSPACE}.things ({COLUMNS})")
    for row in range(ROWS):
        values = {
            "id": str(row), "name": f"'n{row}'", "big": str(2**62 + row), "exact": f"{row}.25", "huge": str(10**20 + row),
            "real": str(row / 8), "raw": "0x00ff", "at": str(row * 1000 + 1), "day": "'2024-02-29'",
            "who": "00112233-4455-4677-8899-aabbccddeeff", "span": "1mo2d3ns", "tags": "{'x', 'y'}",
            "scores": "{-1: 'minus'}", "place": "(3, null)",
        }
        if row % 5 == 0:
            values = {"id": str(row)}
        database.execute(f"INSERT INTO {KEYSPACE}.things ({', '.join(values)}) VALUES ({', '.join(values.values())})")
    return f"{KEYSPACE}.things"


@pytest.fixture
def copy(database, things) -> str:
    database.execute(f"DROP TABLE IF EXISTS {things}_copy")
    database.execute(f"CREATE TABLE {things}_copy ({COLUMNS})")
    return f"{things}_copy"


def rows_of(database, table: str) -> list[str]:
    return sorted(repr(row) for row in database.execute(f"SELECT * FROM {table}"))


def read_ipc(path: Path) -> pyarrow.Table:
    content = path.read_bytes()
    opened = pyarrow.ipc.open_file if content.startswith(b"ARROW1") else pyarrow.ipc.open_stream
    with opened(io.BytesIO(content)) as reader:
        return reader.read_all()


@pytest.mark.parametrize("target, more, magic", [
    ("out.arrow", [], b"ARROW1"),
    ("out.feather", ["--arrow-codec", "zstd"], b"ARROW1"),
    ("out.arrow", ["--arrow-form", "stream", "--arrow-codec", "lz4"], b"\xff\xff\xff\xff"),
    ("parts/", ["--format", "arrow", "--max-file-rows", "100"], b"ARROW1"),
])
def test_what_is_exported_can_be_loaded_again(tool, database, things, copy, tmp_path, target, more, magic):
    exported = tool("export", things, "--to", target, "--report", "json", *more)
    assert exported.returncode == 0, exported.stderr
    files = [tmp_path / file for file in json.loads(exported.stdout)["files"]]
    assert all(file.read_bytes().startswith(magic) for file in files)
    table = pyarrow.concat_tables(read_ipc(file) for file in files)
    table.validate(full=True)
    assert sorted(table["id"].to_pylist()) == list(range(ROWS))
    assert table.schema.field("exact").metadata[b"cql.type"] == b"decimal"
    loaded = tool("load", copy, "--from", target)
    assert loaded.returncode == 0, loaded.stderr
    assert rows_of(database, copy) == rows_of(database, things)


def test_a_stream_on_stdout_is_read_by_pyarrow(tool, things, tmp_path):
    exported = tool("export", things, "--to", "-", "--format", "arrow", "--quiet", text=False)
    assert exported.returncode == 0, exported.stderr
    with pyarrow.ipc.open_stream(exported.stdout) as reader:
        table = reader.read_all()
    assert table.num_rows == ROWS
    row = table.filter(pyarrow.compute.equal(table["id"], 6)).to_pylist()[0]
    assert row["at"] == datetime.datetime(1970, 1, 1, 0, 0, 6, 1000, datetime.timezone.utc)
    assert (row["exact"], row["scores"], row["place"]) == ("6.25", [(-1, "minus")], {"0": 3, "1": None})
    assert row["who"] == uuid.UUID("00112233-4455-4677-8899-aabbccddeeff")


@pytest.mark.parametrize("suffix", ["arrow", "parquet"])
def test_numbers_and_durations_in_other_forms(tool, database, things, copy, tmp_path, suffix):
    form = "interval" if suffix == "arrow" else "text"
    options = ["--decimal-form", "12,2", "--varint-form", "40", "--duration-form", form]
    exported = tool("export", things, "--to", f"out.{suffix}", *options)
    assert exported.returncode == 0, exported.stderr
    table = read_ipc(tmp_path / "out.arrow") if suffix == "arrow" else pyarrow.parquet.read_table(tmp_path / "out.parquet")
    assert table.schema.field("exact").type == pyarrow.decimal128(12, 2)
    assert table.schema.field("huge").type == pyarrow.decimal256(40, 0)
    row = table.filter(pyarrow.compute.equal(table["id"], 6)).to_pylist()[0]
    assert (row["exact"], row["huge"]) == (decimal.Decimal("6.25"), decimal.Decimal(10**20 + 6))
    assert row["span"] == (pyarrow.MonthDayNano([1, 2, 3]) if form == "interval" else "1mo2d3ns")
    loaded = tool("load", copy, "--from", f"out.{suffix}")
    assert loaded.returncode == 0, loaded.stderr
    assert rows_of(database, copy) == rows_of(database, things)
    refused = tool("export", things, "--to", f"no.{suffix}", "--decimal-form", "12,1")
    assert refused.returncode != 0
    assert ".25 does not fit 12 digits, 1 of them behind the point" in refused.stderr
    assert "column exact (decimal)" in refused.stderr


def test_parquet_with_statistics_bloom_filters_and_field_ids(tool, things, tmp_path):
    exported = tool("export", things, "--to", "out.parquet", "--statistics", "none", "--bloom-filters", "name,tags",
                    "--field-ids")
    assert exported.returncode == 0, exported.stderr
    group = pyarrow.parquet.ParquetFile(tmp_path / "out.parquet").metadata.row_group(0)
    assert all(group.column(i).statistics is None for i in range(group.num_columns))
    schema = pyarrow.parquet.read_schema(tmp_path / "out.parquet")
    ids = [int(field.metadata[b"PARQUET:field_id"]) for field in schema]
    assert ids[0] == 1 and ids == sorted(set(ids))
    blooms = duckdb.sql(
        f"SELECT path_in_schema FROM parquet_metadata('{tmp_path}/out.parquet') WHERE bloom_filter_offset IS NOT NULL"
    ).fetchall()
    assert {path.split(",")[0] for path, in blooms} == {"name", "tags"}


def test_duckdb_reads_parquet_and_writes_what_loads(tool, database, things, copy, tmp_path):
    assert tool("export", things, "--to", "out.parquet").returncode == 0
    found = duckdb.sql(f"SELECT count(*), sum(real), max(who)::text FROM '{tmp_path}/out.parquet'").fetchone()
    assert found == (ROWS, sum(i / 8 for i in range(ROWS) if i % 5), "00112233-4455-4677-8899-aabbccddeeff")
    duckdb.sql(
        "COPY (SELECT i::integer AS id, 'n' || i AS name, i::utinyint AS big, (i / 4)::decimal(9, 2) AS exact,"
        " i::ubigint AS huge, i::float AS real, '\\x01\\xff'::blob AS raw, make_timestamp(i * 1000) AS at,"
        " DATE '2024-02-29' AS day, uuid() AS who, ['a', 'b'] AS tags, MAP {i::integer: 'v'} AS scores"
        f" FROM range(100) t(i)) TO '{tmp_path}/duck.parquet' (FORMAT parquet)"
    )
    loaded = tool("load", copy, "--from", "duck.parquet")
    assert loaded.returncode == 0, loaded.stderr
    row = database.execute(f"SELECT * FROM {copy} WHERE id = 7").one()
    assert (row.name, row.big, row.exact, row.real, row.raw) == ("n7", 7, decimal.Decimal("1.75"), 7.0, b"\x01\xff")
    assert (str(row.day), sorted(row.tags), dict(row.scores)) == ("2024-02-29", ["a", "b"], {7: "v"})
    assert row.at == datetime.datetime(1970, 1, 1, 0, 0, 0, 7000)


def pyarrow_table() -> pyarrow.Table:
    moments = [datetime.datetime(2024, 1, 2, 3, 4, 5), None, datetime.datetime(1969, 12, 31, 23, 59, 59)]
    return pyarrow.table({
        "id": pyarrow.array([1, 2, 3], pyarrow.uint16()),
        "name": pyarrow.array(["a", "b", None]).dictionary_encode(),
        "big": pyarrow.array([1.0, None, -5.0], pyarrow.float32()),
        "exact": pyarrow.array([decimal.Decimal("1.50"), None, decimal.Decimal("-0.01")], pyarrow.decimal256(50, 2)),
        "huge": pyarrow.array([1, None, 2**63], pyarrow.uint64()),
        "raw": pyarrow.array([b"\x00", b"", None], pyarrow.large_binary()),
        "at": pyarrow.array(moments, pyarrow.timestamp("us", "Europe/Berlin")),
        "day": pyarrow.array([datetime.date(2024, 2, 29), None, datetime.date(1, 1, 1)], pyarrow.date64()),
        "who": pyarrow.array([b"0123456789abcdef", None, None], pyarrow.binary(16)),
        "span": pyarrow.array([datetime.timedelta(seconds=90), None, None], pyarrow.duration("ms")),
        "tags": pyarrow.array([["x"], [], None], pyarrow.large_list(pyarrow.large_string())),
        "scores": pyarrow.array([[(1, "one")], [], None], pyarrow.map_(pyarrow.int64(), pyarrow.string())),
        "place": pyarrow.array([{"x": 1, "y": "p"}, None, {"x": None, "y": None}],
                               pyarrow.struct([("x", pyarrow.int8()), ("y", pyarrow.string())])),
    })


@pytest.mark.parametrize("name", ["in.parquet", "in.arrow", "in.feather", "old.parquet", "spark.parquet", "views.arrow"])
def test_files_of_pyarrow_load(tool, database, copy, tmp_path, name):
    table = pyarrow_table()
    if name == "old.parquet":  # As Spark 2 and Impala write: int96 timestamps, version 1 pages.
        pyarrow.parquet.write_table(table, tmp_path / name, use_deprecated_int96_timestamps=True, version="1.0")
    elif name == "spark.parquet":  # No schema of Arrow's, lists named as before Parquet's own rules, decimals as integers.
        pyarrow.parquet.write_table(
            table.drop_columns("span"), tmp_path / name, flavor="spark", store_schema=False, use_compliant_nested_type=False,
            use_deprecated_int96_timestamps=True, store_decimal_as_integer=True, compression="gzip")
    elif name.endswith("parquet"):
        pyarrow.parquet.write_table(table, tmp_path / name, row_group_size=2)
    elif name == "in.feather":
        pyarrow.feather.write_feather(table, tmp_path / name)
    else:
        if name == "views.arrow":
            table = table.set_column(1, "name", pyarrow.array(["a", "b", None], pyarrow.string_view()))
        with pyarrow.ipc.new_stream(tmp_path / name, table.schema) as writer:
            writer.write_table(table, max_chunksize=2)
    loaded = tool("load", copy, "--from", name)
    assert loaded.returncode == 0, loaded.stderr
    rows = {row.id: row for row in database.execute(f"SELECT * FROM {copy}")}
    one, three = rows[1], rows[3]
    assert (one.name, one.big, one.exact, one.raw) == ("a", 1, decimal.Decimal("1.50"), b"\x00")
    assert (three.exact, three.huge, str(three.day)) == (decimal.Decimal("-0.01"), 2**63, "0001-01-01")
    assert (str(one.day), one.who, sorted(one.tags), dict(one.scores)) == (
        "2024-02-29", uuid.UUID(bytes=b"0123456789abcdef"), ["x"], {1: "one"})
    assert tuple(one.place) == (1, "p")
    assert one.at.replace(tzinfo=None) == table["at"][0].as_py().astimezone(datetime.timezone.utc).replace(tzinfo=None)


@pytest.mark.parametrize("suffix", ["arrow", "parquet"])
def test_types_that_lose_something_are_refused_by_name(tool, copy, tmp_path, suffix):
    table = pyarrow.table({"id": [1], "day": pyarrow.array([1], pyarrow.time32("s"))})
    path = tmp_path / f"in.{suffix}"
    if suffix == "arrow":
        with pyarrow.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)
    else:
        pyarrow.parquet.write_table(table, path)
    refused = tool("load", copy, "--from", path.name)
    assert refused.returncode == 2
    assert 'field "day" of type time32[' in refused.stderr and "column day of type date" in refused.stderr


@pytest.mark.parametrize("suffix", ["arrow", "parquet"])
def test_rejected_records_load_again_as_they_are(tool, database, copy, tmp_path, suffix):
    table = pyarrow_table()
    values = table["at"].to_pylist()
    values[1] = datetime.datetime(2024, 1, 1, 0, 0, 0, 1, datetime.timezone.utc)  # Finer than a millisecond.
    table = table.set_column(6, "at", pyarrow.array(values, pyarrow.timestamp("us", "UTC")))
    table = table.append_column("real", pyarrow.array([1.5, float("-inf"), None]))
    path = tmp_path / f"in.{suffix}"
    if suffix == "arrow":
        with pyarrow.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)
    else:
        pyarrow.parquet.write_table(table, path)
    first = tool("load", copy, "--from", path.name, "--reject-file", "bad.jsonl")
    assert first.returncode == 1, first.stderr
    assert {row.id for row in database.execute(f"SELECT id FROM {copy}")} == {1, 3}
    bad = (tmp_path / "bad.jsonl").read_text()
    assert len(bad.splitlines()) == 1
    moment = json.loads(bad)["at"]
    (tmp_path / "mended.jsonl").write_text(bad.replace(moment, "2024-01-01T00:00:00.000Z"))
    again = tool("load", copy, "--from", "mended.jsonl")
    assert again.returncode == 0, again.stderr
    row = database.execute(f"SELECT * FROM {copy} WHERE id = 2").one()
    assert (row.name, row.raw, row.real, row.exact) == ("b", b"", float("-inf"), None)


@pytest.mark.parametrize("arguments, named", [
    (["--arrow-form", "circle"], "file, stream"),
    (["--arrow-codec", "snappy"], "none, lz4, zstd"),
    (["--decimal-form", "5"], "text or DIGITS,SCALE"),
    (["--decimal-form", "5,6"], "more digits behind the point"),
    (["--statistics", "some"], "but-uuids"),
    (["--format", "parquet", "--duration-form", "interval"], "Parquet cannot hold"),
    (["--format", "parquet", "--bloom-filters", "absent"], "absent"),
])
def test_options_that_cannot_be(tool, things, arguments, named):
    result = tool("export", things, "--to", "out.arrow", *arguments)
    assert result.returncode == 2
    assert named in result.stderr


def test_files_that_are_none(tool, copy, tmp_path):
    (tmp_path / "in.arrow").write_text("id,name\n1,x\n")
    result = tool("load", copy, "--from", "in.arrow")
    assert result.returncode == 2
    assert "in.arrow: this is no Arrow IPC file or stream" in result.stderr
