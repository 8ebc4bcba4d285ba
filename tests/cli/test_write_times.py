"""cqlbulk export --writetime --ttl and load --restore-writetime --restore-ttl as a user types them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

KEYSPACE = "write_times"


@pytest.fixture
def table(database):
    database.execute(
        f"CREATE KEYSPACE IF NOT EXISTS {KEYSPACE} WITH replication = "
        "{'class': 'SimpleStrategy', 'replication_factor': 1}"
    )
    for name in ("t", "copy"):
        database.execute(f"CREATE TABLE {KEYSPACE}.{name} (k int PRIMARY KEY, v text, w text)")
    for k in range(100):
        database.execute(f"INSERT INTO {KEYSPACE}.t (k, v) VALUES ({k}, 'v') USING TIMESTAMP {1000 + k}")
        database.execute(f"UPDATE {KEYSPACE}.t USING TIMESTAMP {2000 + k % 3} AND TTL {5000 + k} SET w = 'w' WHERE k = {k}")
    yield f"{KEYSPACE}.t"
    database.execute(f"DROP KEYSPACE {KEYSPACE}")


@pytest.mark.parametrize("suffixes", [("", ""), ("=.time", "=.left")])
@pytest.mark.parametrize("write_as", ["insert", "update"])
def test_times_survive_an_export_and_a_load(cqlbulk, database, table, host, tmp_path: Path, suffixes, write_as):
    exported = cqlbulk("export", table, "--to", "out.csv", f"--writetime{suffixes[0]}", f"--ttl{suffixes[1]}", "--hosts", host)
    assert exported.returncode == 0, exported.stderr
    with (tmp_path / "out.csv").open(newline="") as file:
        first = next(csv.DictReader(file))
    assert set(first) >= {"v" + (suffixes[0][1:] or "_writetime"), "w" + (suffixes[1][1:] or "_ttl"), "ttl_read_at"}
    loaded = cqlbulk(
        "load", f"{KEYSPACE}.copy", "--from", "out.csv", f"--restore-writetime{suffixes[0]}", f"--restore-ttl{suffixes[1]}",
        "--write-as", write_as, "--hosts", host,
    )  # fmt: skip
    assert loaded.returncode == 0, loaded.stderr
    cells = "SELECT k, v, w, writetime(v) AS vt, writetime(w) AS wt, ttl(v) AS vl, ttl(w) AS wl FROM "
    original = {row.k: row for row in database.execute(cells + table)}
    copy = {row.k: row for row in database.execute(cells + f"{KEYSPACE}.copy")}
    assert len(copy) == 100
    for k, row in copy.items():
        assert (row.v, row.w, row.vt, row.wt, row.vl) == ("v", "w", original[k].vt, original[k].wt, None)
        assert abs(row.wl - original[k].wl) <= 2


def test_columns_get_times_by_options(cqlbulk, database, table, host, tmp_path: Path):
    """The record's from a field, one column's from another field in another unit, the third's TTL as a number."""
    rows = "".join(f"{k},v,w,{5000 + k},{3600 + k}\n" for k in range(100))
    (tmp_path / "in.csv").write_text("k,v,w,changed_at,left\n" + rows)
    loaded = cqlbulk(
        "load", f"{KEYSPACE}.copy", "--from", "in.csv", "--timestamp", "changed_at", "--timestamp-unit", "ms",
        "--timestamp-of", "v=7", "--ttl-of", "w=left", "--hosts", host,
    )  # fmt: skip
    assert loaded.returncode == 0, loaded.stderr
    cells = "SELECT k, v, w, writetime(v) AS vt, writetime(w) AS wt, ttl(v) AS vl, ttl(w) AS wl FROM "
    copy = {row.k: row for row in database.execute(cells + f"{KEYSPACE}.copy")}
    assert len(copy) == 100
    for k, row in copy.items():
        assert (row.v, row.w, row.vt, row.wt, row.vl) == ("v", "w", 7000, (5000 + k) * 1000, None)
        assert 0 <= 3600 + k - row.wl <= 120
