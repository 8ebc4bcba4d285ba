"""JSON out of and into the real ring, with Python's json module and jq as other readers and writers of it."""

from __future__ import annotations

import decimal
import json
import subprocess
from pathlib import Path

import duckdb
import pytest

ROWS = 400
KEYSPACE = "json_cli"
COLUMNS = (
    "id int PRIMARY KEY, name text, big bigint, huge varint, exact decimal, real double, raw blob, at timestamp,"
    " tags set<text>, scores map<int, text>, place tuple<int, text>, nested list<frozen<map<text, int>>>"
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
            "id": str(row),
            "name": '$$a "b" {,}\n\\ é$$' if row % 4 else "''",
            "big": str(2**62 + row),
            "huge": "-" + "9" * 60,
            "exact": f"{row}.000000000000000000001",
            "real": ["1.5e300", "NaN", "-Infinity", "-0.0"][row % 4],
            "raw": "0x00ff",
            "at": str(row * 1000 + 1),
            "tags": "{'x', 'y,z'}",
            "scores": "{-1: 'minus', 7: 'seven'}",
            "place": "(3, null)",
            "nested": "[{'a': 1}, {}]",
        }
        if row % 5 == 0:
            values = {"id": str(row)}
        database.execute(
            f"INSERT INTO {KEYSPACE}.things ({', '.join(values)}) VALUES ({', '.join(values.values())})"
        )
    return f"{KEYSPACE}.things"


@pytest.fixture
def copy(database, things) -> str:
    database.execute(f"DROP TABLE IF EXISTS {things}_copy")
    database.execute(f"CREATE TABLE {things}_copy ({COLUMNS})")
    return f"{things}_copy"


def rows_of(database, table: str) -> list[str]:
    return sorted(repr(row) for row in database.execute(f"SELECT * FROM {table}"))


def records_in(path: Path) -> list[dict]:
    text = path.read_text()
    return json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("target, more, begins", [
    ("out.jsonl", [], "{"),
    ("out.ndjson", ["--json-nulls", "omit"], "{"),
    ("out.json", [], "[\n{"),
    ("out.json", ["--json-pretty"], "[\n  {\n    \""),
    ("out.json", ["--json-form", "lines"], "{"),
    ("parts/", ["--format", "json", "--max-file-rows", "150"], None),
    ("parts/", ["--format", "json", "--max-file-rows", "150", "--json-form", "array"], None),
])
def test_what_is_exported_can_be_loaded_again(tool, database, things, copy, tmp_path, target, more, begins):
    exported = tool("export", things, "--to", target, "--report", "json", *more)
    assert exported.returncode == 0, exported.stderr
    files = [tmp_path / file for file in json.loads(exported.stdout)["files"]]
    records = [record for file in files for record in records_in(file)]
    assert sorted(record["id"] for record in records) == list(range(ROWS))
    if begins:
        assert files[0].read_text().startswith(begins)
    else:
        assert {file.suffix for file in files} == {".json" if "array" in more else ".jsonl"}
    loaded = tool("load", copy, "--from", target, "--report", "json")
    assert loaded.returncode == 0, loaded.stderr
    assert json.loads(loaded.stdout)["rows"] == ROWS
    assert rows_of(database, copy) == rows_of(database, things)


def test_values_as_python_reads_them(tool, things, tmp_path):
    assert tool("export", things, "--to", "out.jsonl").returncode == 0
    by_id = {}
    for line in (tmp_path / "out.jsonl").read_text().splitlines():
        record = json.loads(line, parse_float=str)
        by_id[record["id"]] = record
    assert by_id[6] == {
        "id": 6, "name": 'a "b" {,}\n\\ é', "big": 2**62 + 6, "huge": -int("9" * 60), "exact": "6.000000000000000000001",
        "real": "-Infinity", "raw": "0x00ff", "at": "1970-01-01T00:00:06.001Z", "tags": ["x", "y,z"],
        "scores": {"-1": "minus", "7": "seven"}, "place": [3, None], "nested": [{"a": 1}, {}],
    }
    assert by_id[1]["real"] == "NaN" and by_id[4]["real"] == "1.5e+300"
    assert '"real":-0,' in (tmp_path / "out.jsonl").read_text()  # Which Python takes for the integer 0.
    assert by_id[0] == {**dict.fromkeys(by_id[6]), "id": 0, "tags": by_id[0]["tags"]}


def test_jq_reads_and_writes_the_same(tool, database, things, copy, tmp_path):
    assert tool("export", things, "--to", "out.json").returncode == 0
    # jq 1.6 takes numbers for doubles, so the exact ones are left out.
    pretty = subprocess.run(
        ["jq", "map(del(.big, .huge, .exact))", "out.json"], cwd=tmp_path, capture_output=True, text=True, check=True)
    values = subprocess.run(
        ["jq", ".[] | del(.big, .huge, .exact)", "out.json"], cwd=tmp_path, capture_output=True, text=True, check=True)
    for number, text in enumerate([pretty.stdout, values.stdout]):
        (tmp_path / f"jq{number}.json").write_text(text)
        database.execute(f"TRUNCATE {copy}")
        loaded = tool("load", copy, "--from", f"jq{number}.json")
        assert loaded.returncode == 0, loaded.stderr
        names = "id, name, real, raw, at, tags, scores, place, nested"
        read = f"SELECT {names} FROM "
        assert sorted(map(repr, database.execute(read + copy))) == sorted(map(repr, database.execute(read + things)))


def test_python_s_json_loads(tool, database, things, copy, tmp_path):
    records = [{"id": i, "name": f"n{i}", "big": 10**18 + i, "scores": {str(i): "x"}, "tags": ["b", "a"]} for i in range(300)]
    for name, text in {
        "array.json": json.dumps(records),
        "pretty.json": json.dumps(records, indent=4, ensure_ascii=False),
        "lines.jsonl": "\r\n".join(map(json.dumps, records)),
        "values.json": "\n".join(json.dumps(record, indent=1) for record in records),
    }.items():
        (tmp_path / name).write_text(text)
        database.execute(f"TRUNCATE {copy}")
        loaded = tool("load", copy, "--from", name)
        assert loaded.returncode == 0, loaded.stderr
        read = {row.id: row for row in database.execute(f"SELECT id, name, big, scores, tags FROM {copy}")}
        assert len(read) == 300
        assert all(read[r["id"]].big == r["big"] and dict(read[r["id"]].scores) == {r["id"]: "x"} for r in records)


def test_bad_records_are_rejected_alone_and_load_again(tool, database, things, copy, tmp_path):
    bad = ['{"id": "x", "name": "a"}', '{"id": 2, "id": 3}', '{"id": 4', 'null', '{"name": "no key"}', '{"id": 5, "big": 1.5}']
    good = [f'{{"id": {i}, "name": "g", "big": 1}}' for i in range(100, 110)]
    lines = [line for pair in zip(good, bad) for line in pair] + good[len(bad):]
    (tmp_path / "in.jsonl").write_text("\n".join(lines) + "\n")
    loaded = tool("load", copy, "--from", "in.jsonl", "--reject-file", "bad.jsonl", "--report", "json")
    assert loaded.returncode == 1, loaded.stderr
    assert (tmp_path / "bad.jsonl").read_text().splitlines() == bad
    reasons = [json.loads(line) for line in (tmp_path / "bad.jsonl.reasons.jsonl").read_text().splitlines()]
    assert [reason["line"] for reason in reasons] == [2, 4, 6, 8, 10, 12]
    assert {row.id for row in database.execute(f"SELECT id FROM {copy}")} == set(range(100, 110))
    mended = (tmp_path / "bad.jsonl").read_text().replace('"x"', "7").replace('"id": 3', '"name": "b"').replace("1.5", "1")
    (tmp_path / "mended.jsonl").write_text(mended)
    again = tool("load", copy, "--from", "mended.jsonl", "--reject-file", "bad2.jsonl")
    assert again.returncode == 1
    assert (tmp_path / "bad2.jsonl").read_text().splitlines() == bad[2:5]
    assert {row.id for row in database.execute(f"SELECT id FROM {copy}")} == {*range(100, 110), 7, 2, 5}


@pytest.mark.parametrize("content", ["", " \n\n", "[\n]\n", "\N{ZERO WIDTH NO-BREAK SPACE}"])
def test_a_file_without_records_loads_nothing(tool, copy, tmp_path, content):
    (tmp_path / "in.json").write_text(content)
    loaded = tool("load", copy, "--from", "in.json", "--report", "json")
    assert loaded.returncode == 0, loaded.stderr
    report = json.loads(loaded.stdout)
    assert (report["status"], report["rows"], report["records_read"]) == ("SUCCESS", 0, 0)


def test_parts_without_records_stand_among_others(tool, database, copy, tmp_path):
    (tmp_path / "in").mkdir()
    for name, content in {"1.json": "[]", "2.json": '[{"id": 1, "name": "x"}]', "3.jsonl": "", "4.jsonl": '{"id": 2, "name": null}\n'}.items():
        (tmp_path / "in" / name).write_text(content)
    loaded = tool("load", copy, "--from", "in/")
    assert loaded.returncode == 0, loaded.stderr
    assert {row.id for row in database.execute(f"SELECT id FROM {copy}")} == {1, 2}


def test_numbers_keep_all_their_digits(tool, database, copy, tmp_path):
    digits = "123456789012345678901234567890"
    (tmp_path / "in.jsonl").write_text(
        f'{{"id": 1, "name": {digits}.10, "huge": {digits}, "exact": -{digits}.{digits}E+5, "big": 9223372036854775807}}\n'
        f'{{"id": "2", "name": -1.50e3, "huge": "-{digits}", "exact": "{digits}.50", "big": "-9223372036854775808"}}\n'
        '{"id": 3, "big": 9223372036854775808}\n{"id": 4, "real": 1e400}\n{"id": 5, "name": true, "tags": [1, 2.50]}\n')
    loaded = tool("load", copy, "--from", "in.jsonl", "--reject-file", "bad.jsonl")
    assert loaded.returncode == 1, loaded.stderr
    assert [json.loads(line)["id"] for line in (tmp_path / "bad.jsonl").read_text().splitlines()] == [3, 4]
    rows = {row.id: row for row in database.execute(f"SELECT * FROM {copy}")}
    assert (rows[1].name, rows[1].huge, rows[1].big) == (f"{digits}.10", int(digits), 2**63 - 1)
    assert rows[1].exact.as_tuple() == decimal.Decimal(f"-{digits}.{digits}E+5").as_tuple()
    assert (rows[2].name, rows[2].huge, rows[2].big) == ("-1.50e3", -int(digits), -(2**63))
    assert rows[2].exact.as_tuple() == decimal.Decimal(f"{digits}.50").as_tuple()
    assert (rows[5].name, set(rows[5].tags)) == ("true", {"1", "2.50"})


@pytest.mark.parametrize("target", ["out.jsonl.gz", "out.json.gz", "out.jsonl.zst", "out.json.zst"])
def test_compressed(tool, database, things, copy, tmp_path, target):
    exported = tool("export", things, "--to", target)
    assert exported.returncode == 0, exported.stderr
    reader = ["gzip", "-dc"] if target.endswith("gz") else ["zstd", "-dc"]
    text = subprocess.run([*reader, target], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    records = json.loads(text) if ".json." in target else [json.loads(line) for line in text.splitlines()]
    assert sorted(record["id"] for record in records) == list(range(ROWS))
    loaded = tool("load", copy, "--from", target)
    assert loaded.returncode == 0, loaded.stderr
    assert rows_of(database, copy) == rows_of(database, things)


def test_duckdb_reads_ours_and_writes_what_loads(tool, database, things, copy, tmp_path):
    assert tool("export", things, "--to", "out.jsonl").returncode == 0
    found = duckdb.sql(f'SELECT count(*), count(name), max(len(nested)), max("at") FROM read_json(\'{tmp_path}/out.jsonl\')').fetchone()
    assert found[:3] == (ROWS, ROWS - ROWS // 5, 2)
    assert str(found[3]).startswith(f"1970-01-01T00:0{(ROWS - 1) // 60}:{(ROWS - 1) % 60:02}.001")
    for name, form in {"lines.jsonl": "", "array.json": ", ARRAY true"}.items():
        duckdb.sql(
            "COPY (SELECT i::int AS id, 'n\"' || i AS name, 9007199254740993 + i AS big, (10::hugeint ** 30)::hugeint AS huge,"
            " (i / 4)::decimal(9, 2) AS exact, TIMESTAMP '2024-01-02 03:04:05.678' AS \"at\", ['a', 'b'] AS tags, MAP {i: 'v'} AS scores"
            f" FROM range(100) t(i)) TO '{tmp_path}/{name}' (FORMAT json{form})")
        database.execute(f"TRUNCATE {copy}")
        loaded = tool("load", copy, "--from", name)
        assert loaded.returncode == 0, loaded.stderr
        row = database.execute(f"SELECT * FROM {copy} WHERE id = 7").one()
        assert (row.name, row.big, row.exact, set(row.tags)) == ('n"7', 9007199254741000, decimal.Decimal("1.75"), {"a", "b"})
        assert (str(row.at), dict(row.scores)) == ("2024-01-02 03:04:05.678000", {7: "v"})


def test_metadata_holds_write_times_and_ttls(tool, database, things, tmp_path):
    database.execute(f"DROP TABLE IF EXISTS {KEYSPACE}.timed")
    database.execute(f"CREATE TABLE {KEYSPACE}.timed (id int PRIMARY KEY, v text, w text)")
    database.execute(f"INSERT INTO {KEYSPACE}.timed (id, v) VALUES (1, 'a') USING TIMESTAMP 1234 AND TTL 100000")
    database.execute(f"UPDATE {KEYSPACE}.timed USING TIMESTAMP 99 SET w = 'b' WHERE id = 2")
    assert tool("export", f"{KEYSPACE}.timed", "--to", "out.jsonl", "--writetime", "--ttl").returncode == 0
    records = {r["id"]: r for r in records_in(tmp_path / "out.jsonl")}
    assert all(r.pop("ttl_read_at").endswith("Z") for r in records.values())
    ttl = records[1]["_metadata"]["ttl"].pop("v")
    assert 99_000 < ttl <= 100_000
    assert records[1] == {"id": 1, "v": "a", "w": None, "_metadata": {"writetime": {"v": 1234}, "ttl": {}}}
    assert records[2] == {"id": 2, "v": None, "w": "b", "_metadata": {"writetime": {"w": 99}}}
    flat = tool("export", f"{KEYSPACE}.timed", "--to", "flat.jsonl", "--writetime", "--json-metadata", "columns")
    assert flat.returncode == 0
    assert records_in(tmp_path / "flat.jsonl")[0].keys() == {"id", "v", "v_writetime", "w", "w_writetime"}


def test_through_a_pipe(tool, database, things, copy):
    exported = tool("export", things, "--to", "-", "--format", "json", "--quiet")
    assert exported.returncode == 0, exported.stderr
    assert len(exported.stdout.splitlines()) == ROWS
    loaded = tool("load", copy, "--from", "-", "--format", "json", stdin=None, input=exported.stdout)
    assert loaded.returncode == 0, loaded.stderr
    assert rows_of(database, copy) == rows_of(database, things)


@pytest.mark.parametrize("arguments, named", [
    (["--json-form", "circle"], "lines, array"),
    (["--json-pretty"], "--json-form array"),
    (["--json-nulls", "maybe"], "write, omit"),
])
def test_export_options_that_cannot_be(tool, things, arguments, named):
    result = tool("export", things, "--to", "out.jsonl", *arguments)
    assert result.returncode == 2
    assert named in result.stderr


@pytest.mark.parametrize("content, arguments, named", [
    ("[{\"id\": 1},\n{\"id\": 2", [], "in.json:2: the object that opens here never closes"),
    ("id\n1\n", [], "none of its first 2 records is a JSON object"),
    ("{\"id\": 1}\n", ["--json-missing", "maybe"], "null, unset, reject"),
    ("{\"id\": 1}\n", ["--json-form", "array"], "does not begin with \"[\""),
    ("{\"nme\": 1}\n", [], "\"nme\""),
])
def test_inputs_that_cannot_be(tool, copy, tmp_path, content, arguments, named):
    (tmp_path / "in.json").write_text(content)
    result = tool("load", copy, "--from", "in.json", *arguments)
    assert result.returncode == 2
    assert named in result.stderr
