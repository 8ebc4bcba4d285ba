"""Tables that the server cannot read the usual way: tombstones past its failure threshold (100,000 in a query)."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import tables

KEYSPACE = "heavy_ranges"
DELETED = 60_000  # rows of a partition: the server reads one of these in a query, not two


@pytest.fixture(scope="module")
def keyspace(database):
    with tables.keyspace(database, KEYSPACE):
        yield database


def delete_rows(tool, folder: Path, table: str, rows) -> None:
    """Row tombstones of rows that never were."""
    with (folder / "deleted.csv").open("w") as file:
        file.write("k,c\n")
        file.writelines(f"{k},{c}\n" for k, c in rows)
    done = tool("load", table, "--from", "deleted.csv", "--write-as", "delete", "--quiet")
    assert done.returncode == 0, done.stderr


def neighbours(database, count: int) -> list[int]:
    """Keys whose partitions lie in one range of the ring, so that one query of the server's own meets all of them."""
    from cassandra.metadata import Murmur3Token

    tokens = sorted(token.value for token in database.cluster.metadata.token_map.ring)
    start, end = max(zip(tokens, tokens[1:]), key=lambda pair: pair[1] - pair[0], default=(-(2**63), 2**63))
    keys = (k for k in range(100_000) if start < Murmur3Token.hash_fn(k.to_bytes(4, "big")) <= end)
    return [next(keys) for _ in range(count)]


def test_partitions_full_of_tombstones_are_read_a_few_at_a_time(tool, keyspace, tmp_path: Path):
    table = f"{KEYSPACE}.queue"
    keyspace.execute(f"CREATE TABLE {table} (k int, c int, v text, PRIMARY KEY (k, c))")
    keys = neighbours(keyspace, 3)
    delete_rows(tool, tmp_path, table, ((k, c) for k in keys for c in range(DELETED)))
    for k in keys:
        keyspace.execute(f"INSERT INTO {table} (k, c, v) VALUES ({k}, {DELETED}, 'live')")
    with pytest.raises(Exception, match="TOMBSTONE|code=1300"):
        list(keyspace.execute(f"SELECT * FROM {table}"))

    exported = tool("export", table, "--to", "queue.csv", "--splits", "1", "--report", "json")
    assert exported.returncode == 0, exported.stderr
    report = json.loads(exported.stdout)
    assert report["rows"] == 3
    assert report["failures_by_class"]["range"] > 0
    (failure,) = [failure for failure in report["failures"] if failure["kind"] == "read_failure"]
    assert failure["percentage"] == 100 and failure["first"] <= failure["last"]
    with (tmp_path / "queue.csv").open() as file:
        assert sorted(int(row["k"]) for row in csv.DictReader(file)) == sorted(keys)

    counted = tool("count", table, "--splits", "1")
    assert (counted.returncode, counted.stdout) == (0, "3\n"), counted.stderr


def test_a_partition_that_nobody_can_read_is_named_and_the_others_are_exported(tool, keyspace, tmp_path: Path):
    table = f"{KEYSPACE}.sick"
    keyspace.execute(f"CREATE TABLE {table} (k int, c int, PRIMARY KEY (k, c))")
    delete_rows(tool, tmp_path, table, ((0, c) for c in range(101_000)))
    for k in range(1, 40):
        keyspace.execute(f"INSERT INTO {table} (k, c) VALUES ({k}, 1)")

    exported = tool("export", table, "--to", "sick.csv", "--splits", "8", "--report", "json")
    assert exported.returncode == 3, exported.stderr
    report = json.loads(exported.stdout)
    assert report["pieces_failed"] == 1
    assert "1 of 8 token ranges" in report["error"]
    assert "gave up over tombstones" in report["error"] and "probably one partition" in report["error"]
    assert 0 < report["rows"] < 39, "those of the other ranges"
    assert not (tmp_path / "sick.csv").exists()

    counted = tool("count", table, "--splits", "8")
    assert (counted.returncode, counted.stdout) == (1, ""), "no number that is not true"

    # Tombstones that are due to go do not count any more: now a resume reads what is missing.
    keyspace.execute(f"ALTER TABLE {table} WITH gc_grace_seconds = 0")
    resumed = tool("resume", report["operation"], "--report", "json")
    assert resumed.returncode == 0, resumed.stderr
    assert json.loads(resumed.stdout)["rows"] == 39
    with (tmp_path / "sick.csv").open() as file:
        assert sorted(int(row["k"]) for row in csv.DictReader(file)) == list(range(1, 40))
