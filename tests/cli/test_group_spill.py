"""Loads whose rows wait on the disk for others of their partition: what is sent, what is left, and what goes wrong."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
from pathlib import Path

import pytest
import tables
from operations import operation_in, wait_until

KEYSPACE = "group_spill"
PARTITIONS = 200
ROWS_OF_PARTITION = 50
ROWS = PARTITIONS * ROWS_OF_PARTITION
VALUE_BYTES = 500
# In the protocol's form: two ints, the text and the write time, each with its length; and what stands before a row in
# the file.
SPILLED_ROW = 3 * 4 + 2 * 4 + VALUE_BYTES + 12 + 12
# One thread with the smallest window: some 990 rows of these are in memory at a time.
SPILL = ("--threads", "1", "--group-window", "1MiB", "--group-spill", "64MiB")


@pytest.fixture(scope="module")
def keyspace(database):
    with tables.keyspace(database, KEYSPACE):
        yield database


@pytest.fixture
def table(keyspace) -> str:
    name = f"{KEYSPACE}.t"
    keyspace.execute(f"CREATE TABLE IF NOT EXISTS {name} (k int, c int, v text, PRIMARY KEY (k, c))")
    keyspace.execute(f"TRUNCATE {name}")
    return name


def value(row: int) -> str:
    return f"value {row} ".ljust(VALUE_BYTES, "x")


def write_input(path: Path, rows: list[int], key_of=lambda row: (row % PARTITIONS, row // PARTITIONS)) -> None:
    with path.open("w") as file:
        file.write("k,c,v\n")
        for row in rows:
            k, c = key_of(row)
            file.write(f"{k},{c},{value(row)}\n")


def scattered(count: int = ROWS) -> list[int]:
    rows = list(range(count))
    random.Random(8).shuffle(rows)
    return rows


def rows_of(keyspace, table: str) -> dict:
    return {(row.k, row.c): row.v for row in keyspace.execute(f"SELECT k, c, v FROM {table}")}


def all_rows() -> dict:
    return {(row % PARTITIONS, row // PARTITIONS): value(row) for row in range(ROWS)}


def report_of(result: subprocess.CompletedProcess) -> dict:
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def files_of_operation(folder: Path) -> set[str]:
    return {path.name for path in (folder / "cqlbulk-operations" / operation_in(folder)).iterdir()}


def test_scattered_rows_go_out_as_if_they_were_sorted(tool, keyspace, table, tmp_path):
    write_input(tmp_path / "scattered.csv", scattered())
    write_input(tmp_path / "sorted.csv", sorted(range(ROWS), key=lambda row: row % PARTITIONS))
    load = ("load", table, "--report", "json", "--batch", "partition", "--threads", "1", "--group-window", "1MiB")
    of_sorted = report_of(tool(*load, "--from", "sorted.csv", "--operation-dir", "sorted"))
    unspilled = report_of(tool(*load, "--from", "scattered.csv", "--operation-dir", "unspilled"))
    keyspace.execute(f"TRUNCATE {table}")
    spilled = report_of(tool(*load, "--from", "scattered.csv", "--group-spill", "64MiB"))
    assert spilled["rows"] == ROWS and spilled["requests"] == PARTITIONS
    assert of_sorted["requests"] <= 1.1 * PARTITIONS
    assert unspilled["requests"] > 4 * PARTITIONS
    assert (unspilled["spilled_bytes"], spilled["spilled_bytes"]) == (0, ROWS * SPILLED_ROW)
    assert rows_of(keyspace, table) == all_rows()
    assert files_of_operation(tmp_path) == {"operation.json", "journal", "report.json"}


def test_rows_that_stand_together_hardly_go_to_the_disk(tool, keyspace, table, tmp_path):
    write_input(tmp_path / "in.csv", sorted(range(ROWS), key=lambda row: row % PARTITIONS))
    report = report_of(tool("load", table, "--from", "in.csv", "--report", "json", *SPILL))
    assert report["requests"] == PARTITIONS
    # Of a window nothing but the partition that it ends in.
    assert 0 < report["spilled_bytes"] < ROWS * SPILLED_ROW / 10
    assert rows_of(keyspace, table) == all_rows()


def test_what_fits_into_memory_never_touches_the_disk(tool, table, tmp_path):
    write_input(tmp_path / "in.csv", scattered(900))
    nowhere = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # noqa: E731
    report = report_of(tool("load", table, "--from", "in.csv", "--report", "json", *SPILL, preexec_fn=nowhere))
    assert (report["rows"], report["spilled_bytes"]) == (900, 0)


def test_a_later_record_of_a_row_wins(tool, keyspace, table, tmp_path):
    rows = scattered()
    half = ROWS // 2
    write_input(tmp_path / "in.csv", rows, lambda row: (row % half % PARTITIONS, row % half // PARTITIONS))
    result = tool("load", table, "--from", "in.csv", *SPILL)
    assert result.returncode == 0, result.stderr
    assert f"spilled      {ROWS * SPILLED_ROW / 1e6:.1f} MB of rows waited on the disk" in result.stdout + result.stderr
    last = {row % half: value(row) for row in rows}
    assert rows_of(keyspace, table) == {(key % PARTITIONS, key // PARTITIONS): text for key, text in last.items()}


def test_bad_records_are_told_by_their_places(tool, keyspace, tmp_path):
    table = f"{KEYSPACE}.bad"
    keyspace.execute(f"CREATE TABLE IF NOT EXISTS {table} (k int, c text, v text, PRIMARY KEY (k, c))")
    rows = scattered()
    lines = [f"{row % PARTITIONS},c{row},{value(row)}" for row in rows]
    unreadable = [1, 4_321, ROWS - 1]
    for at in unreadable:
        lines[at] = f"x{lines[at]}"
    refused = [17, 7_000]  # by the server: a key is no longer than 65,535 bytes
    for at in refused:
        lines[at] = f"{rows[at] % PARTITIONS},{'c' * 70_000},v"
    (tmp_path / "in.csv").write_text("k,c,v\n" + "\n".join(lines) + "\n")
    result = tool("load", table, "--from", "in.csv", "--report", "json", *SPILL)
    assert result.returncode == 1, result.stderr
    report = json.loads(result.stdout)
    assert (report["rows"], report["rejected"]) == (ROWS - 5, 5)
    assert report["spilled_bytes"] > 0
    reasons = [json.loads(line) for line in (tmp_path / f"{report['reject_file']}.reasons.jsonl").read_text().splitlines()]
    assert sorted(reason["line"] for reason in reasons) == sorted(at + 2 for at in unreadable + refused)
    rejected = (tmp_path / report["reject_file"]).read_text().splitlines()[1:]
    assert sorted(rejected) == sorted(lines[at] for at in unreadable + refused)
    assert len(list(keyspace.execute(f"SELECT k FROM {table}"))) == ROWS - 5


def test_too_many_bad_records_end_it(tool, table, tmp_path):
    rows = [f"{'x' if row % 100 == 0 else ''}{row % PARTITIONS},{row},{value(row)}" for row in range(ROWS)]
    (tmp_path / "in.csv").write_text("k,c,v\n" + "\n".join(rows) + "\n")
    result = tool("load", table, "--from", "in.csv", "--max-errors", "50", *SPILL)
    assert result.returncode == 3 and "more than 50 records were rejected" in result.stderr


def test_a_kill_while_rows_go_to_the_disk_leaves_nothing_and_loses_nothing(tool, cqlbulk, keyspace, table, tmp_path):
    write_input(tmp_path / "in.csv", scattered())
    killed = tool("load", table, "--from", "in.csv", *SPILL, env={**os.environ, "CQLBULK_KILL_AT_STEP": "120"})
    assert killed.returncode == -signal.SIGKILL and "write to a file" in killed.stderr, killed.stderr
    assert files_of_operation(tmp_path) == {"operation.json", "journal", "control"}
    resumed = report_of(cqlbulk("resume", operation_in(tmp_path), "--report", "json"))
    assert (resumed["rows"], resumed["rows_before"], resumed["requests"]) == (ROWS, 0, PARTITIONS)
    assert rows_of(keyspace, table) == all_rows()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_an_end_while_rows_come_back_from_the_disk_loses_nothing(started, cqlbulk, keyspace, table, host, tmp_path, how):
    write_input(tmp_path / "in.csv", scattered())
    load = started("load", table, "--from", "in.csv", "--hosts", host, *SPILL, "--max-rows-per-second", "500", "--progress-file", "p.json")
    progress = tmp_path / "p.json"
    wait_until(lambda: progress.exists() and json.loads(progress.read_text())["progress"]["rows_processed"] > 0)
    load.send_signal(how)
    _, errors = load.communicate(timeout=300)
    assert load.returncode == (4 if how == signal.SIGTERM else -signal.SIGKILL), errors
    assert not any(name.startswith("spill") for name in files_of_operation(tmp_path))
    assert 0 < len(rows_of(keyspace, table)) < ROWS
    resumed = report_of(cqlbulk("resume", operation_in(tmp_path), "--max-rows-per-second", "1000000", "--report", "json"))
    assert (resumed["rows"], resumed["spilled_bytes"]) == (ROWS, ROWS * SPILLED_ROW)
    assert rows_of(keyspace, table) == all_rows()


def test_a_disk_that_takes_no_more_ends_it_and_it_goes_on_later(tool, cqlbulk, keyspace, table, tmp_path):
    write_input(tmp_path / "in.csv", scattered())
    little = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))  # noqa: E731
    failed = tool("load", table, "--from", "in.csv", *SPILL, preexec_fn=little)
    assert failed.returncode == 3, failed.stderr
    told = failed.stdout + failed.stderr
    for part in ("rows that wait for others of their partition", "spill-0: File too large", "ulimit -f", "--group-spill", "cqlbulk resume"):
        assert part in told, told
    resumed = report_of(cqlbulk("resume", operation_in(tmp_path), "--report", "json"))
    assert resumed["rows"] == ROWS
    assert rows_of(keyspace, table) == all_rows()


def test_a_dry_run_needs_no_disk(tool, table, tmp_path):
    write_input(tmp_path / "in.csv", scattered())
    report = report_of(tool("load", table, "--from", "in.csv", "--dry-run", "--report", "json", *SPILL))
    assert (report["rows"], report["spilled_bytes"]) == (ROWS, 0)


def test_it_is_refused_where_rows_have_nothing_to_wait_for(tool, keyspace, table, tmp_path):
    keyspace.execute(f"CREATE TABLE IF NOT EXISTS {KEYSPACE}.counted (k int PRIMARY KEY, n counter)")
    (tmp_path / "counted.csv").write_text("k,n\n1,1\n")
    write_input(tmp_path / "in.csv", scattered(10))
    update = f"UPDATE {table} SET v = :v WHERE k = 7 AND c = :c"
    for arguments, reason in (
        ((table, "--from", "in.csv", "--batch", "off"), "no place beside --batch off"),
        ((f"{KEYSPACE}.counted", "--from", "counted.csv"), "at most once, since counters are added to"),
        (("--query", update, "--from", "in.csv", "--ignore-fields"), "does not take the whole partition key"),
    ):
        result = tool("load", *arguments, "--group-spill", "1GiB")
        assert result.returncode == 2 and "--group-spill" in result.stderr and reason in result.stderr, result.stderr
