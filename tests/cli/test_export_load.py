"""cqlbulk export and load as a user runs them, on the real ring."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import stat
import subprocess
import time
from pathlib import Path

import pytest
from tables import insert_all

ROWS = 3_000
KEYSPACE = "exp_cli"


@pytest.fixture(scope="module")
def keyspace(database) -> str:
    database.execute(
        f"CREATE KEYSPACE IF NOT EXISTS {KEYSPACE} WITH replication = "
        "{'class': 'NetworkTopologyStrategy', 'replication_factor': 2}"
    )
    return KEYSPACE


@pytest.fixture(scope="module")
def flights(database, keyspace) -> str:
    """A table of two key columns, with nulls and text that CSV has to quote."""
    database.execute(f"DROP TABLE IF EXISTS {keyspace}.flights")
    database.execute(
        f"CREATE TABLE {keyspace}.flights (carrier text, flight int, note text, delay double, tags set<text>,"
        " PRIMARY KEY (carrier, flight))"
    )
    insert = database.prepare(
        f"INSERT INTO {keyspace}.flights (carrier, flight, note, delay, tags) VALUES (?, ?, ?, ?, ?)"
    )
    rows = [
        (f"c{row % 40}", row, 'a "b",\nc' if row % 10 == 0 else None, row / 7, {"x", "y,z"} if row % 3 else None)
        for row in range(ROWS)
    ]
    insert_all(database, insert, rows)
    return f"{keyspace}.flights"


@pytest.fixture
def empty_copy(database, flights) -> str:
    database.execute(f"DROP TABLE IF EXISTS {flights}_copy")
    database.execute(
        f"CREATE TABLE {flights}_copy (carrier text, flight int, note text, delay double, tags set<text>,"
        " PRIMARY KEY (carrier, flight))"
    )
    return f"{flights}_copy"


def rows_of(database, table: str) -> list:
    def plain(row):
        return tuple(sorted(value) if hasattr(value, "__iter__") and not isinstance(value, str) else value for value in row)

    return sorted(plain(row) for row in database.execute(f"SELECT carrier, flight, note, delay, tags FROM {table}"))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != "cqlbulk-operations")


@pytest.mark.parametrize("target, more", [
    ("out.csv", []),
    ("out.parquet", ["--codec", "snappy"]),
    ("parts/", ["--format", "csv", "--max-file-rows", "700"]),
    ("parts/", ["--format", "parquet", "--threads", "1"]),
])
def test_what_is_exported_can_be_loaded_again(tool, database, flights, empty_copy, tmp_path, target, more):
    exported = tool("export", flights, "--to", target, "--report", "json", *more)
    assert exported.returncode == 0, exported.stderr
    report = json.loads(exported.stdout)
    assert (report["status"], report["rows"]) == ("SUCCESS", ROWS)
    assert report["bytes"] == sum(os.stat(tmp_path / file).st_size for file in report["files"])
    assert all(stat.S_IMODE(os.stat(tmp_path / file).st_mode) == 0o600 for file in report["files"])
    assert names(tmp_path) == [target.rstrip("/")]
    loaded = tool("load", empty_copy, "--from", target, "--report", "json")
    assert loaded.returncode == 0, loaded.stderr
    assert json.loads(loaded.stdout)["rows"] == ROWS
    assert rows_of(database, empty_copy) == rows_of(database, flights)


def test_through_a_pipe(tool, database, flights, empty_copy):
    exported = tool("export", flights, "--to", "-", "--quiet")
    assert exported.returncode == 0, exported.stderr
    assert len(list(csv.reader(io.StringIO(exported.stdout)))) == ROWS + 1
    loaded = tool("load", empty_copy, "--from", "-", "--format", "csv", stdin=None, input=exported.stdout)
    assert loaded.returncode == 0, loaded.stderr
    assert rows_of(database, empty_copy) == rows_of(database, flights)


def test_reader_that_leaves_early_ends_the_export(tool, flights, host):
    command = f"{os.environ['CQLBULK_TOOL']} export {flights} --to - --page-size 10 --hosts {host} --quiet | head -1"
    result = subprocess.run(["bash", "-c", f"{command}; exit ${{PIPESTATUS[0]}}"], capture_output=True, text=True, timeout=300)
    assert result.returncode == 3
    assert "stdout" in result.stderr


def test_existing_output_is_left_alone(tool, flights, tmp_path):
    (tmp_path / "out.csv").write_text("mine")
    result = tool("export", flights, "--to", "out.csv")
    assert result.returncode == 2
    assert result.stderr == "cqlbulk: out.csv exists already\nChoose another name, or say --overwrite.\n"
    assert (tmp_path / "out.csv").read_text() == "mine"
    assert tool("export", flights, "--to", "out.csv", "--overwrite").returncode == 0
    assert (tmp_path / "out.csv").read_text().startswith("carrier,flight,")


@pytest.mark.parametrize("target, named", [
    ("absent/out.csv", "absent/out.csv: No such file or directory"),
    ("/proc/out.csv", "/proc/out.csv"),
    ("out.xyz", "the format of out.xyz"),
    ("s3://bucket/out.csv", "s3: URLs are not supported yet"),
])
def test_targets_that_cannot_be(tool, flights, tmp_path, target, named):
    result = tool("export", flights, "--to", target)
    assert result.returncode == 2
    assert named in result.stderr
    assert len(result.stderr.splitlines()) <= 2
    assert names(tmp_path) == []


def test_columns_renamed_with_writetime(tool, flights, tmp_path):
    result = tool("export", flights, "--to", "out.csv", "--columns", "flight,note=remark", "--writetime=_at",
                  "--where", "flight = 20 ALLOW FILTERING")
    assert result.returncode == 0, result.stderr
    header, row = csv.reader(io.StringIO((tmp_path / "out.csv").read_text()))
    assert header == ["flight", "remark", "remark_at"]
    assert row[:2] == ["20", 'a "b",\nc']
    assert abs(int(row[2]) / 1e6 - time.time()) < 3600


def test_rejects_load_again_when_corrected(tool, database, keyspace, tmp_path):
    database.execute(f"DROP TABLE IF EXISTS {keyspace}.rejects")
    database.execute(f"CREATE TABLE {keyspace}.rejects (id int PRIMARY KEY, v text)")
    (tmp_path / "in.csv").write_text("id,v\n1,a\ntwo,b\n3,c\n")
    result = tool("load", f"{keyspace}.rejects", "--from", "in.csv", "--reject-file", "bad.csv")
    assert result.returncode == 1
    assert "PARTIAL SUCCESS: loaded 2 rows" in result.stderr
    assert "in.csv:3: id:" in result.stderr
    assert (tmp_path / "bad.csv").read_text() == "id,v\ntwo,b\n"
    (reason,) = map(json.loads, (tmp_path / "bad.csv.reasons.jsonl").read_text().splitlines())
    assert (reason["source"], reason["record"], reason["line"], reason["column"]) == ("in.csv", 2, 3, "id")
    (tmp_path / "bad.csv").write_text((tmp_path / "bad.csv").read_text().replace("two", "2"))
    assert tool("load", f"{keyspace}.rejects", "--from", "bad.csv").returncode == 0
    assert database.execute(f"SELECT count(*) FROM {keyspace}.rejects").one()[0] == 3
    # The reject file of the first load is not written over.
    again = tool("load", f"{keyspace}.rejects", "--from", "in.csv", "--reject-file", "bad.csv")
    assert (again.returncode, "bad.csv exists already" in again.stderr) == (2, True)


@pytest.mark.parametrize("text, arguments, named", [
    ("carrier,v\n", [], 'the field "v" has no column'),
    ("carrier,delay\n", [], "no field for flight of"),
    ("carrier,flight\n", ["--map", "carier=note"], 'Did you mean "carrier"?'),
    ("carrier,flight\n1,2\n\"3,4\n", [], "in.csv"),
    ("", [], "in.csv"),
])
def test_inputs_that_do_not_fit(tool, flights, tmp_path, text, arguments, named):
    (tmp_path / "in.csv").write_text(text)
    result = tool("load", flights, "--from", "in.csv", *arguments)
    assert result.returncode == 2
    assert named in result.stderr
    assert len(result.stderr.splitlines()) <= 2


def test_columns_that_no_field_is_for_are_named(tool, empty_copy, tmp_path):
    (tmp_path / "in.csv").write_text("carrier,flight,delay\nx,1,2.5\n")
    result = tool("load", empty_copy, "--from", "in.csv")
    assert result.returncode == 0
    assert f"note: no field is for note, tags: left as they are in {empty_copy}" in result.stderr


def test_a_broken_parquet_file(tool, flights, tmp_path):
    (tmp_path / "in.parquet").write_bytes(b"PAR1" + b"\0" * 100)
    result = tool("load", flights, "--from", "in.parquet")
    assert result.returncode == 2
    assert "in.parquet" in result.stderr


def test_dry_run_writes_nothing(tool, database, flights, empty_copy):
    assert tool("export", flights, "--to", "out.parquet").returncode == 0
    result = tool("load", empty_copy, "--from", "out.parquet", "--dry-run")
    assert result.returncode == 0
    assert "nothing was written" in result.stderr
    assert rows_of(database, empty_copy) == []


def test_interrupted_export_leaves_no_output_but_what_to_go_on_from(flights, host, tmp_path):
    command = [os.environ["CQLBULK_TOOL"], "export", flights, "--to", "out.csv", "--page-size", "1", "--parallelism", "1",
               "--hosts", host]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while not any(tmp_path.glob(".out.csv.cqlbulk-*/*")):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=15)
    assert process.returncode == 4
    assert "INTERRUPTED" in errors
    assert not (tmp_path / "out.csv").exists()
    assert "cqlbulk resume" in errors
    resumed = subprocess.run([command[0], "resume", *os.listdir(tmp_path / "cqlbulk-operations"), "--page-size", "5000"],
                             cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert resumed.returncode == 0, resumed.stderr
    assert names(tmp_path) == ["out.csv"]


def test_status_tells_of_past_operations(tool, cqlbulk, flights):
    report = json.loads(tool("export", flights, "--to", "out.csv", "--report", "json").stdout)
    listed = cqlbulk("status")
    assert listed.returncode == 0
    assert report["operation"] in listed.stdout
    one = cqlbulk("status", report["operation"])
    assert "SUCCESS" in one.stdout and "3,000 rows" in one.stdout
    assert cqlbulk("status", "no-such-operation").returncode == 2
