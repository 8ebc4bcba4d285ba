"""A ceiling on memory holds, whatever the rows are: rows of ten megabytes, through nodes with a heap of 512 MB."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from pathlib import Path

import pytest
import tables

# Minutes on a busy ring of small nodes, each of which takes one such row at a time.
pytestmark = pytest.mark.long

KEYSPACE = "memory"
MIB = 1 << 20
CEILING = 256 * MIB
ROWS = 24
ROW_BYTES = 10_000_000


@pytest.fixture(scope="module")
def keyspace(database):
    with tables.keyspace(database, KEYSPACE):
        yield database


def run_measured(host: str, folder: Path, *arguments: str) -> tuple[dict, int]:
    """cqlbulk under the ceiling: its report and the most memory it had."""
    command = [os.environ["CQLBULK_TOOL"], *arguments, "--hosts", host, "--max-memory", "256MiB", "--quiet"]
    with (folder / "errors").open("w") as errors:
        process = subprocess.Popen(
            [*command, "--report-file", "report.json"], cwd=folder, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 1), (folder / "errors").read_text()
    return json.loads((folder / "report.json").read_text()), usage.ru_maxrss * 1024


def large_value(row: int) -> str:
    return (f"{row:07d}-" * (ROW_BYTES // 8))[:ROW_BYTES]


@pytest.fixture(scope="module")
def table(keyspace, host, tmp_path_factory) -> str:
    """Loaded by the tool under the ceiling, with one row that is more than the server takes."""
    folder = tmp_path_factory.mktemp("large")
    keyspace.execute(f"CREATE TABLE {KEYSPACE}.large (id int PRIMARY KEY, v text)")
    with (folder / "large.csv").open("w") as file:
        file.write("id,v\n")
        for row in range(ROWS):
            file.write(f"{row},{large_value(row)}\n")
        file.write(f"{ROWS},{'x' * 14_000_000}\n")
    report, most = run_measured(host, folder, "load", f"{KEYSPACE}.large", "--from", "large.csv")
    assert (report["rows"], report["rejected"]) == (ROWS, 1)
    # The node may have had no room for others, which were sent again: the one that was refused is told beside them.
    [refused] = [sample["message"] for sample in report["failure_samples"] if sample["kind"] == "refused"]
    assert "exceeds allowed maximum" in refused
    assert most <= CEILING, f"the load took {most / MIB:.0f} MiB"
    return f"{KEYSPACE}.large"


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl", "out.arrow", "out.parquet"])
def test_rows_of_ten_megabytes_are_exported_under_the_ceiling(table, host, tmp_path: Path, name):
    report, most = run_measured(host, tmp_path, "export", table, "--to", name)
    assert report["rows"] == ROWS
    print(f"{name}: {most / MIB:.0f} MiB")
    assert most <= CEILING, f"the export took {most / MIB:.0f} MiB"
    if name == "out.csv":
        csv.field_size_limit(2 * ROW_BYTES)
        with (tmp_path / name).open() as file:
            for row in csv.DictReader(file):
                assert row["v"] == large_value(int(row["id"]))
    if name == "out.parquet":
        loaded, most = run_measured(host, tmp_path, "load", table, "--from", name)
        assert loaded["rows"] == ROWS
        assert most <= CEILING, f"the load took {most / MIB:.0f} MiB"


def test_a_partition_of_five_million_rows_goes_out_and_in_under_the_ceiling(keyspace, host, tmp_path: Path):
    rows = 5_000_000
    for name in ("wide", "again"):
        keyspace.execute(f"CREATE TABLE {KEYSPACE}.{name} (k int, c int, v text, PRIMARY KEY (k, c))")
    with (tmp_path / "wide.csv").open("w") as file:
        file.write("k,c,v\n")
        for row in range(rows):
            file.write(f"7,{row},value {row}\n")
    report, most = run_measured(host, tmp_path, "load", f"{KEYSPACE}.wide", "--from", "wide.csv")
    assert report["rows"] == rows and most <= CEILING, f"the load took {most / MIB:.0f} MiB"
    report, most = run_measured(host, tmp_path, "export", f"{KEYSPACE}.wide", "--to", "out.parquet")
    assert report["rows"] == rows and most <= CEILING, f"the export took {most / MIB:.0f} MiB"
    report, most = run_measured(host, tmp_path, "load", f"{KEYSPACE}.again", "--from", "out.parquet")
    assert report["rows"] == rows and most <= CEILING, f"the load of Parquet took {most / MIB:.0f} MiB"
    report, _ = run_measured(host, tmp_path, "export", f"{KEYSPACE}.again", "--to", "out.csv")
    assert report["rows"] == rows
    with (tmp_path / "out.csv").open() as file:
        assert sum(1 for _ in file) == rows + 1
