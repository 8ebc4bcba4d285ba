"""However many ranges at once, and several operations at once on one table: all come to their end, and are right."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet
import pytest
from tables import hundred_partitions, keyspace

KEYSPACE = "many_at_once"
ROWS = 6_000


@pytest.fixture(scope="module")
def table(database) -> str:
    with keyspace(database, KEYSPACE):
        database.execute(f"CREATE TABLE {KEYSPACE}.copy (k int, c int, v text, PRIMARY KEY (k, c))")
        yield hundred_partitions(database, f"{KEYSPACE}.t", ROWS)


def expected_lines() -> list[str]:
    return sorted(f"{row % 100},{row},value {row}" for row in range(ROWS))


def lines_of(file: Path) -> list[str]:
    return sorted(file.read_text().splitlines()[1:])


@pytest.mark.parametrize("ranges", [1, 16, 64, 256])
def test_so_many_ranges_at_once(tool, table, database, tmp_path, ranges):
    at_once = ("--parallelism", str(ranges))
    pieces = ("--splits", "256", *at_once)
    exported = tool("export", table, "--to", "out.csv", *pieces, "--report", "json")
    assert exported.returncode == 0, exported.stderr
    report = json.loads(exported.stdout)
    assert report["rows"] == ROWS and report["pieces"] >= 256
    assert lines_of(tmp_path / "out.csv") == expected_lines()
    database.execute(f"TRUNCATE {KEYSPACE}.copy")
    loaded = tool("load", f"{KEYSPACE}.copy", "--from", "out.csv", *at_once)
    assert loaded.returncode == 0, loaded.stderr
    counted = tool("count", f"{KEYSPACE}.copy", *pieces)
    assert (counted.returncode, counted.stdout) == (0, f"{ROWS}\n"), counted.stderr


def test_five_operations_at_once_on_one_table(started, table, host, tmp_path):
    (tmp_path / "in.csv").write_text("k,c,v\n" + "\n".join(expected_lines()) + "\n")
    commands = [
        ("export", table, "--to", "out.csv"),
        ("export", table, "--to", "out.parquet"),
        ("load", table, "--from", "in.csv"),  # what is there already, so that the others see the same before and after
        ("count", table),
        ("count", table, "--by", "partition", "--top", "3"),
    ]
    operations = [started(*command, "--hosts", host) for command in commands]
    ended = [operation.communicate(timeout=240) for operation in operations]
    for operation, (_, errors) in zip(operations, ended):
        assert operation.returncode == 0, errors
    assert lines_of(tmp_path / "out.csv") == expected_lines()
    assert sorted(pyarrow.parquet.read_table(tmp_path / "out.parquet").column("c").to_pylist()) == list(range(ROWS))
    assert ended[3][0] == f"{ROWS}\n"
    assert [line.split("\t")[1] for line in ended[4][0].splitlines()] == [str(ROWS // 100)] * 3
