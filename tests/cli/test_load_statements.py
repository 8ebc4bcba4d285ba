"""cqlbulk load with --set, --write-as and --query as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tables

KEYSPACE = "load_statements"


@pytest.fixture
def keyspace(database):
    with tables.keyspace(database, KEYSPACE):
        yield database


def report_of(result) -> dict:
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_set_gives_columns_what_is_in_no_file(cqlbulk, keyspace, host, tmp_path: Path):
    keyspace.execute(f'CREATE TABLE {KEYSPACE}.t (id uuid PRIMARY KEY, "Origin" text, n int, doubled list<int>)')
    (tmp_path / "in.csv").write_text("n\n1\n2\n3\n")
    settings = ["--set", "id=uuid()", "--set", "\"Origin\"='a=b, c'", "--set", "doubled=[1, 2]"]
    report = report_of(cqlbulk("load", f"{KEYSPACE}.t", "--from", "in.csv", *settings, "--hosts", host, "--report", "json"))
    assert report["rows"] == 3
    rows = list(keyspace.execute(f"SELECT * FROM {KEYSPACE}.t"))
    assert sorted(row.n for row in rows) == [1, 2, 3]
    assert {(row.Origin, tuple(row.doubled), row.id.version) for row in rows} == {("a=b, c", (1, 2), 4)}


def test_counters_are_added_to_and_the_user_is_told(cqlbulk, keyspace, host, tmp_path: Path):
    keyspace.execute(f"CREATE TABLE {KEYSPACE}.c (k int PRIMARY KEY, n counter)")
    (tmp_path / "in.csv").write_text("k,n\n1,5\n1,-2\n2,1\n")
    result = cqlbulk("load", f"{KEYSPACE}.c", "--from", "in.csv", "--hosts", host)
    assert result.returncode == 0, result.stderr
    assert "sent at most once, since counters are added to" in result.stderr
    assert {row.k: row.n for row in keyspace.execute(f"SELECT * FROM {KEYSPACE}.c")} == {1: 3, 2: 1}


@pytest.mark.parametrize(
    ("unit", "times", "microseconds"),
    [
        ("s", ["1700000000", "-5"], [1700000000000000, -5000000]),
        ("ms", ["1700000000123", "9223372036854776"], [1700000000123000]),
        ("us", ["1700000000123456", "7"], [1700000000123456, 7]),
        ("ns", ["1700000000123456000", "1700000000123456001"], [1700000000123456]),
    ],
)
@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_write_times_in_other_units_are_converted_exactly(cqlbulk, keyspace, host, tmp_path: Path, unit, times, microseconds, more):
    keyspace.execute(f"CREATE TABLE IF NOT EXISTS {KEYSPACE}.w (k int PRIMARY KEY, v text)")
    keyspace.execute(f"TRUNCATE {KEYSPACE}.w")
    (tmp_path / "in.csv").write_text("k,v,t\n" + "".join(f"{k},x,{time}\n" for k, time in enumerate(times)))
    options = ["--timestamp", "t", "--timestamp-unit", unit, "--hosts", host, "--report", "json", *more]
    result = cqlbulk("load", f"{KEYSPACE}.w", "--from", "in.csv", *options)
    assert result.returncode == (0 if len(times) == len(microseconds) else 1), result.stderr
    report = json.loads(result.stdout)
    assert (report["rows"], report["rejected"]) == (len(microseconds), len(times) - len(microseconds))
    if not more:
        rows = {row.k: row.t for row in keyspace.execute(f"SELECT k, writetime(v) AS t FROM {KEYSPACE}.w")}
        assert rows == dict(enumerate(microseconds))
    if report["rejected"]:
        assert "is no whole number of microseconds in 64 bits" in result.stdout


def test_one_write_time_for_all_rows_has_a_unit_too(cqlbulk, keyspace, host, tmp_path: Path):
    keyspace.execute(f"CREATE TABLE {KEYSPACE}.o (k int PRIMARY KEY, v text)")
    (tmp_path / "in.csv").write_text("k,v\n1,x\n")
    command = ["load", f"{KEYSPACE}.o", "--from", "in.csv", "--hosts", host, "--timestamp-unit", "ns", "--timestamp"]
    assert cqlbulk(*command, "1700000000123456000").returncode == 0
    assert keyspace.execute(f"SELECT writetime(v) AS t FROM {KEYSPACE}.o").one().t == 1700000000123456
    refused = cqlbulk(*command, "1700000000123456789")
    assert refused.returncode == 2
    assert "--timestamp 1700000000123456789 is no whole number of microseconds" in refused.stderr


def test_a_query_takes_fields_by_name_and_rejects_what_was_not_applied(cqlbulk, keyspace, host, tmp_path: Path):
    keyspace.execute(f"CREATE TABLE {KEYSPACE}.q (k int PRIMARY KEY, v text)")
    keyspace.execute(f"INSERT INTO {KEYSPACE}.q (k, v) VALUES (1, 'old')")
    (tmp_path / "in.csv").write_text("id,v\n1,new\n2,none\n")
    query = f"UPDATE {KEYSPACE}.q SET v = :v WHERE k = :k IF EXISTS"
    result = cqlbulk("load", "--query", query, "--from", "in.csv", "--map", "id=k", "--hosts", host, "--report", "json")
    assert result.returncode == 1, result.stderr
    report = json.loads(result.stdout)
    assert (report["rows"], report["rejected"]) == (1, 1)
    assert Path(tmp_path / report["reject_file"]).read_text() == "id,v\n2,none\n"
    assert [(row.k, row.v) for row in keyspace.execute(f"SELECT * FROM {KEYSPACE}.q")] == [(1, "new")]


def test_delete_removes_rows_by_key(cqlbulk, keyspace, host, tmp_path: Path):
    keyspace.execute(f"CREATE TABLE {KEYSPACE}.d (k int, c int, v text, PRIMARY KEY (k, c))")
    for c in range(3):
        keyspace.execute(f"INSERT INTO {KEYSPACE}.d (k, c, v) VALUES (1, {c}, 'x')")
    (tmp_path / "in.csv").write_text("k,c,v\n1,0,x\n1,2,x\n")
    command = ["load", f"{KEYSPACE}.d", "--from", "in.csv", "--write-as", "delete", "--hosts", host]
    refused = cqlbulk(*command)
    assert refused.returncode == 2 and 'the field "v" has no key column' in refused.stderr
    assert cqlbulk(*command, "--ignore-fields").returncode == 0
    assert [row.c for row in keyspace.execute(f"SELECT c FROM {KEYSPACE}.d")] == [1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--query", "SELECT * FROM a.b", "--from", "x.csv"], "must be an INSERT, UPDATE or DELETE"),
        (["--query", "DELETE FROM a.b WHERE k = :k", "--from", "x.csv", "--ttl", "5"], "--ttl has no place beside --query"),
        (["a.b", "--query", "DELETE FROM a.b WHERE k = :k", "--from", "x.csv"], "--query takes the place of a.b"),
        (["a.b", "--from", "x.csv", "--set", "v"], "COLUMN=CQL"),
        (["a.b", "--from", "x.csv", "--write-as", "upsert"], "insert, update"),
    ],
)
def test_what_cannot_be_is_refused(cqlbulk, keyspace, host, tmp_path: Path, arguments, said):
    (tmp_path / "x.csv").write_text("k\n1\n")
    result = cqlbulk("load", *arguments, "--hosts", host)
    assert result.returncode == 2 and said in result.stderr, result.stderr
