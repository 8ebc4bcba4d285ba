"""cqlbulk verify as a user runs it, on the real ring."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tables import insert_all

KEYSPACE = "ver_cli"
ROWS = 2_000


@pytest.fixture
def table(database) -> str:
    database.execute(
        f"CREATE KEYSPACE IF NOT EXISTS {KEYSPACE} WITH replication = "
        "{'class': 'SimpleStrategy', 'replication_factor': 1}"
    )
    database.execute(f"DROP TABLE IF EXISTS {KEYSPACE}.t")
    database.execute(f"CREATE TABLE {KEYSPACE}.t (k int PRIMARY KEY, v text)")
    insert = database.prepare(f"INSERT INTO {KEYSPACE}.t (k, v) VALUES (?, ?)")
    insert_all(database, insert, [(row, f"v{row}") for row in range(ROWS)])
    return f"{KEYSPACE}.t"


@pytest.fixture
def exported(cqlbulk, table, host) -> str:
    """The id of an export of the table to a directory of CSV parts."""
    done = cqlbulk("export", table, "--to", "out/", "--format", "csv", "--max-file-rows", "500", "--hosts", host, "--report", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["operation"]


def test_what_is_as_it_was_is_the_same(cqlbulk, exported, host):
    result = cqlbulk("verify", exported, "--hosts", host, "--report", "json")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert (found["rows_then"], found["rows_now"]) == (ROWS, ROWS)
    assert found["files_checked"] >= 4 and not found["different_files"] and not found["different_ranges"]


def test_files_need_no_cluster_and_every_change_is_named(cqlbulk, exported, tmp_path):
    parts = sorted((tmp_path / "out").iterdir())
    text = parts[0].read_text()
    parts[0].write_text(text.replace("v", "w", 1) if text[4] == "v" else text[:-2] + "#\n")
    parts[1].write_text(parts[1].read_text() + "\n")
    parts[2].unlink()
    result = cqlbulk("verify", exported, "--files", "--hosts", "127.0.0.1:1")
    assert result.returncode == 1, result.stderr
    assert f"{parts[0]} has other bytes than were written" in result.stderr
    assert f"{parts[1]} has" in result.stderr and "bytes, it had" in result.stderr
    assert f"{parts[2]} is missing" in result.stderr
    assert "3 not as written" in result.stderr


def test_rows_that_were_changed_added_and_deleted_are_found(cqlbulk, database, table, exported, host):
    for change in ("UPDATE {} SET v = 'other' WHERE k = 7", "INSERT INTO {} (k, v) VALUES (-1, 'new')", "DELETE FROM {} WHERE k = 8"):
        database.execute(change.format(table))
        result = cqlbulk("verify", exported, "--table", "--hosts", host, "--report", "json")
        assert result.returncode == 1, result.stderr
    found = json.loads(result.stdout)
    assert 1 <= len(found["different_ranges"]) <= 3
    assert found["rows_now"] == ROWS  # one more, one less
    assert sum(r["rows_now"] - r["rows_then"] for r in found["different_ranges"]) == 0


def test_what_is_no_export_is_refused(cqlbulk, exported, tmp_path):
    assert "there is no operation x" in cqlbulk("verify", "x").stderr
    (tmp_path / "other.json").write_text("{}")
    refused = cqlbulk("verify", "other.json")
    assert refused.returncode == 2
    assert "other.json is no manifest of an export" in refused.stderr


def test_an_altered_table_is_said_to_be_so(cqlbulk, database, table, exported, host):
    database.execute(f"ALTER TABLE {table} DROP v")
    result = cqlbulk("verify", exported, "--table", "--hosts", host)
    assert result.returncode in (2, 3)
    assert "v" in result.stderr


def test_an_export_with_times_to_live_is_verified_by_its_files_alone(cqlbulk, table, host):
    done = cqlbulk("export", table, "--to", "ttl.csv", "--ttl", "--hosts", host, "--report", "json")
    assert done.returncode == 0, done.stderr
    operation = json.loads(done.stdout)["operation"]
    refused = cqlbulk("verify", operation, "--hosts", host)
    assert refused.returncode == 2 and "change by the second" in refused.stderr
    assert cqlbulk("verify", operation, "--files").returncode == 0
