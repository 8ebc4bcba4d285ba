"""How hard an operation works: presets, limited rates, and speaking to one that runs."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
from pathlib import Path

import pytest
from operations import operation_in, wait_until
from tables import hundred_partitions, keyspace

KEYSPACE = "pace_cli"
ROWS = 4_000


@pytest.fixture(scope="module")
def table(database) -> str:
    with keyspace(database, KEYSPACE):
        yield hundred_partitions(database, f"{KEYSPACE}.t", ROWS)


@pytest.fixture
def slow_export(started, table, host, tmp_path):
    """An export that takes more than a minute, and the id of its operation, which can be spoken to."""
    process = started("export", table, "--to", "out/", "--format", "csv", "--max-rows-per-second", "50", "--report-file", "report.json", "--hosts", host)
    wait_until(lambda: list(tmp_path.glob("cqlbulk-operations/*/control")))
    return process, operation_in(tmp_path)


def report_of(finished: subprocess.CompletedProcess) -> dict:
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


@pytest.mark.parametrize("preset", ["conservative", "balanced", "aggressive", "adaptive"])
def test_every_preset_exports_and_loads_all(tool, table, database, tmp_path, preset):
    exported = report_of(tool("export", table, "--to", "out.csv", "--preset", preset, "--report", "json"))
    assert exported["rows"] == ROWS
    database.execute(f"CREATE TABLE IF NOT EXISTS {KEYSPACE}.copy (k int, c int, v text, PRIMARY KEY (k, c))")
    database.execute(f"TRUNCATE {KEYSPACE}.copy")
    loaded = report_of(tool("load", f"{KEYSPACE}.copy", "--from", "out.csv", "--preset", preset, "--report", "json"))
    assert loaded["rows"] == ROWS
    assert tool("count", f"{KEYSPACE}.copy", "--preset", preset).stdout == f"{ROWS}\n"


@pytest.fixture(scope="module")
def estimated_table(table, ring):
    """The table when its nodes know how large it is."""
    for node in range(1, len(ring.addresses()) + 1):
        ring.nodetool(node, "flush", KEYSPACE)
        ring.nodetool(node, "refreshsizeestimates")
    return table


@pytest.mark.parametrize("command", [("export", "--to", "out.csv"), ("count",), ("count", "--splits", "8")])
def test_the_aggressive_preset_is_let_loose_on_a_large_table_only_with_yes(tool, estimated_table, tmp_path, command):
    arguments = [command[0], estimated_table, *command[1:], "--preset", "aggressive", "--ask-above", "1kB"]
    asked = tool(*arguments)
    assert asked.returncode == 2, asked.stderr
    assert f"{estimated_table} holds about" in asked.stderr and "more than the 1.0 kB" in asked.stderr and "--yes" in asked.stderr
    assert not list(tmp_path.iterdir())
    assert tool(*arguments, "--yes").returncode == 0


def test_the_aggressive_preset_is_let_loose_on_a_large_file_only_with_yes(tool, table, database, tmp_path):
    (tmp_path / "in.csv").write_text("k,c,v\n" + "".join(f"{row},{row},x\n" for row in range(300)))
    database.execute(f"CREATE TABLE IF NOT EXISTS {KEYSPACE}.asked (k int, c int, v text, PRIMARY KEY (k, c))")
    load = ("load", f"{KEYSPACE}.asked", "--from", "in.csv", "--preset", "aggressive")
    size = (tmp_path / "in.csv").stat().st_size
    asked = tool(*load, env={**os.environ, "CQLBULK_ASK_ABOVE": str(size - 1)})
    assert asked.returncode == 2, asked.stderr
    assert "the input is" in asked.stderr and "--yes" in asked.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]
    for agreed in (("--yes", "--ask-above", "1B"), ("--ask-above", str(size)), ("--preset", "balanced", "--ask-above", "1B")):
        arguments = [*load, *agreed] if "--preset" not in agreed else [*load[:-2], *agreed]
        assert tool(*arguments).returncode == 0
    assert tool("load", f"{KEYSPACE}.asked", "--from", "-", "--format", "csv", "--preset", "aggressive", "--ask-above", "1B", stdin=(tmp_path / "in.csv").open()).returncode == 0


@pytest.mark.parametrize("rows_per_second", [400, 1000])
def test_an_export_keeps_to_its_rows_a_second(tool, table, tmp_path, rows_per_second):
    report = report_of(tool("export", table, "--to", "out.csv", "--max-rows-per-second", str(rows_per_second), "--report", "json"))
    assert report["rows"] == ROWS
    assert report["rows_per_second"] <= rows_per_second * 1.05


def test_a_load_keeps_to_its_rows_a_second(tool, table, database, tmp_path):
    (tmp_path / "in.csv").write_text("k,c,v\n" + "".join(f"{row},{row},x\n" for row in range(ROWS)))
    database.execute(f"CREATE TABLE IF NOT EXISTS {KEYSPACE}.slow (k int, c int, v text, PRIMARY KEY (k, c))")
    report = report_of(tool("load", f"{KEYSPACE}.slow", "--from", "in.csv", "--max-rows-per-second", "800", "--report", "json"))
    assert report["rows"] == ROWS
    assert report["rows_per_second"] <= 800 * 1.05


def test_an_export_keeps_to_its_bytes_a_second(tool, table, tmp_path):
    free = report_of(tool("export", table, "--to", "out.csv", "--report", "json"))
    # As they travel: the four bytes of each length, two integers, and the text.
    travelling = sum(4 + 4 + 4 + 4 + 4 + len(f"value {row}") for row in range(ROWS))
    limit = travelling // 6
    report = report_of(tool("export", table, "--to", "slow.csv", "--max-bytes-per-second", str(limit), "--report", "json"))
    assert report["rows"] == free["rows"] == ROWS
    assert report["seconds"] >= travelling / (limit * 1.05)


def test_a_rate_is_changed_while_it_runs(slow_export, cqlbulk, tmp_path):
    export, operation = slow_export
    tuned = cqlbulk("tune", operation, "--max-rows-per-second", "0", "--parallelism", "4")
    assert tuned.returncode == 0, tuned.stderr
    assert "4 ranges at once" in tuned.stderr
    _, said = export.communicate(timeout=300)
    assert export.returncode == 0, said
    assert "tuned: 4 ranges at once" in said
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["rows"] == ROWS
    # At its first pace it would have taken 80 seconds.
    assert report["seconds"] < ROWS / 50 * 0.9


def test_it_is_paused_says_so_and_goes_on(slow_export, cqlbulk, tmp_path):
    export, operation = slow_export
    paused = cqlbulk("pause", operation)
    assert paused.returncode == 0, paused.stderr
    assert f"cqlbulk tune {operation} --go-on" in paused.stderr
    assert "paused: by command" in cqlbulk("status", operation).stdout
    assert json.loads(cqlbulk("status", operation, "--report", "json").stdout)["held"] == "paused: by command"
    assert export.poll() is None
    going_on = cqlbulk("tune", operation, "--go-on", "--max-rows-per-second", "0")
    assert going_on.returncode == 0 and "running" in going_on.stderr
    _, said = export.communicate(timeout=300)
    assert export.returncode == 0 and "paused: by command" in said and "goes on" in said
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["rows"] == ROWS and report["paused_seconds"] > 0
    assert "paused: by command" in report["pace"]


def test_it_is_stopped_as_by_a_signal_and_resumed(slow_export, cqlbulk, table, tmp_path):
    export, operation = slow_export
    cqlbulk("pause", operation)
    stopped = cqlbulk("stop", operation)
    assert stopped.returncode == 0, stopped.stderr
    export.communicate(timeout=300)
    assert export.returncode == 4
    assert not list(tmp_path.glob("cqlbulk-operations/*/control"))
    again = cqlbulk("pause", operation)
    assert again.returncode == 2 and "does not run" in again.stderr and "cqlbulk resume" in again.stderr
    resumed = cqlbulk("resume", operation, "--max-rows-per-second", "0")
    assert resumed.returncode == 0, resumed.stderr
    assert sum(len(part.read_text().splitlines()) - 1 for part in (tmp_path / "out").glob("*.csv")) == ROWS


def test_a_paused_operation_can_still_be_interrupted(slow_export, cqlbulk):
    export, operation = slow_export
    cqlbulk("pause", operation)
    export.send_signal(signal.SIGTERM)
    export.communicate(timeout=300)
    assert export.returncode == 4


def test_the_control_socket_is_its_owner_s(slow_export, tmp_path):
    _, operation = slow_export
    about = (tmp_path / "cqlbulk-operations" / operation / "control").stat()
    assert stat.S_ISSOCK(about.st_mode) and stat.S_IMODE(about.st_mode) == 0o600


def test_an_operation_in_a_long_directory_can_be_spoken_to(started, cqlbulk, table, host, tmp_path):
    deep = tmp_path / ("d" * 120) / ("e" * 120)
    started("export", table, "--to", "out.csv", "--max-rows-per-second", "50", "--operation-dir", str(deep), "--hosts", host)
    wait_until(lambda: list(deep.glob("*/control")))
    [operation] = deep.iterdir()
    paused = cqlbulk("pause", str(operation))
    assert paused.returncode == 0, paused.stderr


def test_nothing_to_change_and_nobody_there_are_said(cqlbulk):
    nothing = cqlbulk("tune", "x")
    assert nothing.returncode == 2 and "nothing is to be changed" in nothing.stderr
    nobody = cqlbulk("stop", "20261121-083015-export-x7k2")
    assert nobody.returncode == 2, nobody.stderr
    unnamed = cqlbulk("pause")
    assert unnamed.returncode == 2 and "no operation is named" in unnamed.stderr
