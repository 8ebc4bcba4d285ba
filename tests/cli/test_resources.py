"""What an operation does when its surroundings fail: full disks, tables and targets that vanish, clocks that jump."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
import tables
from operations import operation_in, wait_until

KEYSPACE = "resources"
ROWS = 20_000
LIBFAKETIME = "/usr/$LIB/faketime/libfaketime.so.1"


@pytest.fixture(scope="module")
def keyspace(database):
    with tables.keyspace(database, KEYSPACE):
        yield database


@pytest.fixture(scope="module")
def make_table(keyspace):
    """A table of 20,000 rows under a name of its own."""
    return lambda name: tables.hundred_partitions(keyspace, f"{KEYSPACE}.{name}", ROWS)


@pytest.fixture(scope="module")
def table(make_table) -> str:
    return make_table("t")


class Disk:
    """A file system of a megabyte, nearly full, seen by one shell script and what it starts."""

    def __init__(self, folder: Path):
        self.folder = folder
        (folder / "disk").mkdir()

    def start(self, script: str) -> subprocess.Popen:
        """`script` runs with the disk at ./disk; 'rm disk/ballast' makes room, and `wait_for told` waits for tell()."""
        setting = (
            "set -u; mount -t tmpfs -o size=1m tmpfs disk; head -c 900k /dev/zero > disk/ballast; "
            "told() { test -e told; }; wait_for() { while ! \"$@\"; do sleep 0.02; done; }; "
        )
        as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        return subprocess.Popen(
            ["unshare", "--mount", *as_root, "bash", "-c", setting + script],
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def tell(self) -> None:
        (self.folder / "told").touch()


@pytest.fixture
def disk(tmp_path):
    return Disk(tmp_path)


def tool() -> str:
    return os.environ["CQLBULK_TOOL"]


def rows_in(path: Path) -> int:
    return len(set(path.read_text().splitlines()[1:]))


def test_a_full_disk_is_waited_for(disk, table, host, tmp_path):
    process = disk.start(f"{tool()} export {table} --to disk/out.csv --hosts {host} & wait_for told; rm disk/ballast; wait $!; echo $?; cp disk/out.csv .")
    noticed = ""
    while "waiting up to" not in noticed:
        line = process.stderr.readline()
        assert line, noticed
        noticed += line
    assert "No space left on device" in noticed
    disk.tell()
    output, errors = process.communicate(timeout=120)
    assert output.split() == ["0"], noticed + errors
    assert rows_in(tmp_path / "out.csv") == ROWS


def test_a_disk_that_stays_full_stops_the_export_which_can_be_resumed(disk, table, host, tmp_path):
    process = disk.start(
        f"{tool()} export {table} --to disk/out.csv --hosts {host} --full-disk-wait 1s; echo $?; rm disk/ballast; "
        f"{tool()} resume $(ls cqlbulk-operations); echo $?; cp disk/out.csv .; ls -A disk"
    )
    output, errors = process.communicate(timeout=120)
    assert output.split() == ["3", "0", "out.csv"], errors
    assert "No space left on device" in errors and "cqlbulk resume" in errors
    assert rows_in(tmp_path / "out.csv") == ROWS


def test_a_wait_for_a_full_disk_ends_when_the_operation_is_stopped(disk, table, host, cqlbulk, tmp_path):
    process = disk.start(f"{tool()} export {table} --to disk/out.csv --hosts {host} & wait $!; echo $?")
    noticed = ""
    while "waiting up to" not in noticed:
        line = process.stderr.readline()
        assert line, noticed
        noticed += line
    stopped = cqlbulk("stop", operation_in(tmp_path))
    assert stopped.returncode == 0, stopped.stderr
    output, errors = process.communicate(timeout=300)
    assert output.split() == ["4"], noticed + errors


def test_a_journal_that_cannot_be_written_stops_a_load_which_can_be_resumed(disk, keyspace, table, host, tmp_path):
    keyspace.execute(f"CREATE TABLE IF NOT EXISTS {KEYSPACE}.crowded (k int PRIMARY KEY, v text)")
    (tmp_path / "in.csv").write_text("k,v\n" + "".join(f"{row},{'bad' * 20}\n" if row % 4 else f"x{row},\n" for row in range(ROWS)))
    process = disk.start(
        f"{tool()} load {KEYSPACE}.crowded --from in.csv --hosts {host} --operation-dir disk/operations --max-errors 100% --full-disk-wait 1s; echo $?; "
        f"rm disk/ballast; {tool()} resume $(ls disk/operations) --operation-dir disk/operations; echo $?"
    )
    output, errors = process.communicate(timeout=120)
    assert output.split() == ["3", "1"], errors
    assert "No space left on device" in errors
    assert f"{ROWS // 4:,} of {ROWS:,} records" in errors
    assert keyspace.execute(f"SELECT count(*) FROM {KEYSPACE}.crowded").one()[0] == ROWS * 3 // 4


@pytest.fixture
def slow_export(started, host, tmp_path):
    """An export amid its work: pages of one row."""

    def start(table: str) -> subprocess.Popen:
        process = started("export", table, "--to", "out/", "--format", "csv", "--hosts", host, "--page-size", "1", "--max-file-rows", "500", "--parallelism", "2")
        wait_until(lambda: list(tmp_path.glob("out/part-*")))
        return process

    return start


def test_a_table_that_is_dropped_amid_an_export(slow_export, cqlbulk, keyspace, make_table, tmp_path):
    name = make_table("dropped")
    export = slow_export(name)
    keyspace.execute(f"DROP TABLE {name}")
    _, errors = export.communicate(timeout=120)
    assert export.returncode == 3, errors
    assert name in errors and "cqlbulk resume" in errors
    make_table("dropped")
    again = cqlbulk("resume", operation_in(tmp_path))
    assert again.returncode == 2
    assert "is not the table that" in again.stderr


def test_a_column_that_is_dropped_amid_an_export(slow_export, cqlbulk, keyspace, make_table, tmp_path):
    name = make_table("altered")
    export = slow_export(name)
    keyspace.execute(f"ALTER TABLE {name} DROP v")
    _, errors = export.communicate(timeout=120)
    assert export.returncode == 3, errors
    again = cqlbulk("resume", operation_in(tmp_path))
    assert again.returncode == 2, again.stderr
    assert "was altered since" in again.stderr


def test_a_column_that_is_added_amid_an_export_changes_nothing(slow_export, keyspace, make_table, tmp_path):
    name = make_table("grown")
    export = slow_export(name)
    keyspace.execute(f"ALTER TABLE {name} ADD w text")
    _, errors = export.communicate(timeout=120)
    assert export.returncode == 0, errors
    lines = [line for part in tmp_path.glob("out/part-*") for line in part.read_text().splitlines()]
    assert len({line for line in lines if line != "k,c,v"}) == ROWS


def test_a_target_that_vanishes_amid_an_export(slow_export, cqlbulk, table, tmp_path):
    export = slow_export(table)
    shutil.rmtree(tmp_path / "out")
    _, errors = export.communicate(timeout=120)
    assert export.returncode == 3, errors
    assert "is missing: it was removed since" in errors and "part-" in errors
    again = cqlbulk("resume", operation_in(tmp_path))
    assert again.returncode == 2, again.stderr
    assert "part-" in again.stderr and "missing" in again.stderr


def test_a_load_that_is_told_to_end_does_so_and_goes_on_later(cqlbulk, keyspace, host, tmp_path):
    keyspace.execute(f"CREATE TABLE IF NOT EXISTS {KEYSPACE}.ended (k int PRIMARY KEY, v text)")
    rows = 400_000
    with (tmp_path / "in.csv").open("w") as file:
        file.write("k,v\n")
        file.writelines(f"{row},value {row}\n" for row in range(rows))
    command = [tool(), "load", f"{KEYSPACE}.ended", "--from", "in.csv", "--hosts", host, "--batch", "off"]
    load = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: any(journal.stat().st_size > 400 for journal in tmp_path.glob("cqlbulk-operations/*/journal")))
    load.send_signal(signal.SIGTERM)
    _, errors = load.communicate(timeout=300)  # About 10 s is promised.
    assert load.returncode == 4, errors
    operation = operation_in(tmp_path)
    status = json.loads(cqlbulk("status", operation, "--report", "json").stdout)
    assert status["state"] == "INTERRUPTED" and 0 < status["rows"] < rows
    resumed = cqlbulk("resume", operation, "--report", "json", timeout_seconds=300)
    assert resumed.returncode == 0, resumed.stderr
    report = json.loads(resumed.stdout)
    assert (report["rows"], report["rows_before"]) == (rows, status["rows"])


def test_a_clock_that_is_set_back_by_an_hour(cqlbulk, keyspace, table, host, tmp_path):
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    faked = {
        **os.environ,
        "LD_PRELOAD": LIBFAKETIME,
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }
    killed = cqlbulk("export", table, "--to", "out.csv", "--hosts", host, "--splits", "40", env={**faked, "CQLBULK_KILL_AT_STEP": "14"})
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    clock.write_text("-3600\n")
    operation = operation_in(tmp_path)
    resumed = cqlbulk("resume", operation, "--report", "json", env=faked)
    assert resumed.returncode == 0, resumed.stderr
    assert rows_in(tmp_path / "out.csv") == ROWS
    assert 0 <= json.loads(resumed.stdout)["seconds"] < 600

    # A load that goes on keeps the timestamps it began with.
    keyspace.execute(f"CREATE TABLE {KEYSPACE}.clock (k int, c int, v text, PRIMARY KEY (k, c))")
    load = ("load", f"{KEYSPACE}.clock", "--from", "out.csv", "--hosts", host, "--operation-dir", "loads")
    clock.write_text("+0\n")
    killed = cqlbulk(*load, env={**faked, "CQLBULK_KILL_AT_STEP": "9"})
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    clock.write_text("-3600\n")
    [operation] = [path.name for path in (tmp_path / "loads").iterdir()]
    resumed = cqlbulk("resume", operation, "--operation-dir", "loads", env=faked)
    assert resumed.returncode == 0, resumed.stderr
    written = [row[0] for row in keyspace.execute(f"SELECT writetime(v) FROM {KEYSPACE}.clock")]
    assert len(set(written)) == ROWS and max(written) - min(written) == ROWS - 1
