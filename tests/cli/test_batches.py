"""What a load sends together: no batch of several partitions is so large that a node of Cassandra's defaults warns of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tables

KEYSPACE = "batches"
ROWS = 1_000
FIELDS = 20

# A table's columns besides its key k, and a row's values.
SHAPES = {
    "wide": (", ".join(f"c{i} int" for i in range(39)), {f"c{i}": i for i in range(39)}),
    "nulls": (", ".join(f"c{i} int" for i in range(39)), {f"c{i}": None for i in range(39)}),
    "sets": ("v set<text>", {"v": [f"{i:02}" for i in range(40)]}),
    "maps": ("v map<text, int>", {"v": {f"{i:02}": i for i in range(40)}}),
    "fields": ("v many", {"v": {f"f{i}": i for i in range(FIELDS)}}),
    "frozen": ("v frozen<set<text>>, w frozen<many>", {"v": ["a", "b"], "w": {f"f{i}": i for i in range(FIELDS)}}),
}


@pytest.fixture(scope="module")
def keyspace(database):
    with tables.keyspace(database, KEYSPACE):
        database.execute(f"CREATE TYPE {KEYSPACE}.many ({', '.join(f'f{i} int' for i in range(FIELDS))})")
        yield database


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("how", [[], ["--nulls", "write"], ["--write-as", "update", "--ttl", "1000"]], ids=["insert", "nulls", "update"])
def test_batches_of_scattered_rows_stay_below_what_nodes_warn_of(tool, keyspace, tmp_path: Path, shape: str, how: list[str]):
    columns, values = SHAPES[shape]
    keyspace.execute(f"CREATE TABLE IF NOT EXISTS {KEYSPACE}.{shape} (k int PRIMARY KEY, {columns})")
    (tmp_path / "in.jsonl").write_text("".join(json.dumps({"k": k, **values}) + "\n" for k in range(ROWS)))
    result = tool("load", f"{KEYSPACE}.{shape}", "--from", "in.jsonl", "--report", "json", *how)
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["rows"] == ROWS
    assert report["requests"] < ROWS  # some went together
    assert "warns" not in result.stderr
