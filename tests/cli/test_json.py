"""JSON out of and into the real ring, with Python's json module and jq as other readers and writers of it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

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
