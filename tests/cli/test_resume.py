"""cqlbulk resume, status and --auto-resume as a user runs them, on the real ring."""

from __future__ import annotations

import json
import os
import resource
import signal
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from operations import operation_in, wait_until
from tables import hundred_partitions, keyspace

KEYSPACE = "res_cli"
ROWS = 20_000


@pytest.fixture(scope="module")
def table(database) -> str:
    with keyspace(database, KEYSPACE):
        yield hundred_partitions(database, f"{KEYSPACE}.t", ROWS)


def lines_of(folder: Path) -> list[str]:
    return sorted(line for part in folder.glob("part-*.csv") for line in part.read_text().splitlines() if line[0] != "k")


def test_an_interrupted_export_is_resumed(cqlbulk, started, table, host, tmp_path):
    # Pages of one row: slow enough to be interrupted amid it, whatever the machine.
    export = started("export", table, "--to", "out/", "--format", "csv", "--hosts", host, "--page-size", "1", "--max-file-rows", "500")
    wait_until(lambda: list(tmp_path.glob("out/part-*")))
    export.send_signal(signal.SIGINT)
    _, errors = export.communicate(timeout=300)
    assert export.returncode == 4, errors
    operation = operation_in(tmp_path)
    assert f"cqlbulk resume {operation}" in errors
    before = lines_of(tmp_path / "out")
    assert 0 < len(before) < ROWS
    status = json.loads(cqlbulk("status", operation, "--report", "json").stdout)
    assert (status["state"], status["rows"]) == ("INTERRUPTED", len(before))

    resumed = cqlbulk("resume", operation, "--page-size", "5000", "--report", "json")
    assert resumed.returncode == 0, resumed.stderr
    report = json.loads(resumed.stdout)
    assert (report["rows"], report["rows_before"]) == (ROWS, len(before))
    after = lines_of(tmp_path / "out")
    assert len(after) == ROWS and len(set(after)) == ROWS
    assert set(before) <= set(after)
    assert "nothing is left to do" in cqlbulk("resume", operation).stderr
    assert not list(tmp_path.glob(".*"))


def test_a_stream_says_that_it_cannot_be_resumed(cqlbulk, started, table, host, tmp_path):
    export = started("export", table, "--to", "-", "--hosts", host, "--page-size", "1")
    assert export.stdout.readline() == "k,c,v\n"
    export.send_signal(signal.SIGINT)
    _, errors = export.communicate(timeout=300)
    assert export.returncode == 4, errors
    assert "a stream cannot be taken up again" in errors
    again = cqlbulk("resume", operation_in(tmp_path))
    assert again.returncode == 2
    assert "wrote to a stream" in again.stderr


def test_a_running_operation_is_not_resumed(cqlbulk, started, table, host, tmp_path):
    started("export", table, "--to", "out.csv", "--hosts", host, "--page-size", "1")
    wait_until(lambda: list(tmp_path.glob("cqlbulk-operations/*/journal")))
    again = cqlbulk("resume", operation_in(tmp_path))
    assert again.returncode == 2
    assert "is running" in again.stderr


def test_auto_resume_goes_on_or_begins(cqlbulk, table, host, tmp_path):
    arguments = ("export", table, "--to", "out.csv", "--hosts", host, "--auto-resume", "--splits", "40")
    killed = cqlbulk(*arguments, env={**os.environ, "CQLBULK_KILL_AT_STEP": "25"})
    assert killed.returncode == -signal.SIGKILL
    again = cqlbulk(*arguments)
    assert again.returncode == 0, again.stderr
    assert "going on with" in again.stderr
    assert len((tmp_path / "out.csv").read_text().splitlines()) == ROWS + 1
    assert len(list((tmp_path / "cqlbulk-operations").iterdir())) == 1


def test_a_changed_input_is_refused(cqlbulk, database, table, host, tmp_path):
    database.execute(f"CREATE TABLE IF NOT EXISTS {KEYSPACE}.copy (k int, c int, v text, PRIMARY KEY (k, c))")
    source = tmp_path / "in.csv"
    source.write_text("k,c,v\n" + "".join(f"{row % 100},{row},v{row}\n" for row in range(2000)))
    killed = cqlbulk("load", f"{KEYSPACE}.copy", "--from", "in.csv", "--hosts", host, env={**os.environ, "CQLBULK_KILL_AT_STEP": "12"})
    assert killed.returncode == -signal.SIGKILL
    source.write_text(source.read_text().replace("v7\n", "v8\n"))
    again = cqlbulk("resume", operation_in(tmp_path))
    assert again.returncode == 2
    assert "was changed since the load began" in again.stderr


def test_rejected_records_are_kept_once_over_a_resume(cqlbulk, database, host, tmp_path):
    database.execute(f"DROP TABLE IF EXISTS {KEYSPACE}.rejects")
    database.execute(f"CREATE TABLE {KEYSPACE}.rejects (k int PRIMARY KEY, v int)")
    rows = "".join(f"{row},{'bad' if row % 100 == 0 else row}\n" for row in range(60_000))
    (tmp_path / "in.csv").write_text("k,v\n" + rows)
    load = ("load", f"{KEYSPACE}.rejects", "--from", "in.csv", "--hosts", host)
    stopped = cqlbulk(*load, "--max-errors", "300")
    assert stopped.returncode == 3, stopped.stderr
    operation = operation_in(tmp_path)
    resumed = cqlbulk("resume", operation, "--max-errors", "1000", "--report", "json")
    assert resumed.returncode == 1, resumed.stderr
    report = json.loads(resumed.stdout)
    assert (report["rows"], report["rejected"], report["records_read"]) == (59_400, 600, 60_000)
    rejected = Path(report["reject_file"])
    rejected = rejected if rejected.is_absolute() else tmp_path / rejected
    assert sorted(rejected.read_text().splitlines()[1:]) == sorted(f"{row},bad" for row in range(0, 60_000, 100))
    assert len((rejected.parent / (rejected.name + ".reasons.jsonl")).read_text().splitlines()) == 600
    # The file loads as it is once it is corrected.
    rejected.write_text(rejected.read_text().replace("bad", "1"))
    corrected = cqlbulk("load", f"{KEYSPACE}.rejects", "--from", str(rejected), "--hosts", host, "--report", "json")
    assert (corrected.returncode, json.loads(corrected.stdout)["rows"]) == (0, 600)


def test_few_descriptors_are_enough(cqlbulk, table, host, tmp_path):
    few = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))  # noqa: E731
    done = cqlbulk("export", table, "--to", "out.csv", "--hosts", host, "--max-rows", "5000", preexec_fn=few)
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 5001


def test_an_empty_table_of_many_ranges_leaves_its_columns(cqlbulk, database, host, tmp_path):
    database.execute(f"CREATE TABLE IF NOT EXISTS {KEYSPACE}.nothing (k int PRIMARY KEY, v text)")
    done = cqlbulk("export", f"{KEYSPACE}.nothing", "--to", "out.csv", "--hosts", host, "--splits", "1000")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.csv").read_text() == "k,v\n"


def test_ten_operations_at_once_on_one_table(started, table, host, tmp_path):
    exports = [started("export", table, "--to", f"out{number}.csv", "--hosts", host, "-q") for number in range(10)]
    assert [export.wait(120) for export in exports] == [0] * 10
    for number in range(10):
        assert len((tmp_path / f"out{number}.csv").read_text().splitlines()) == ROWS + 1


def test_a_count_goes_on_after_a_crash(cqlbulk, started, table, host, tmp_path):
    # So slow that a second passes before it ends: then what was counted is on record.
    query = f"SELECT k, c FROM {table}"
    count = started("count", "--query", query, "--hosts", host, "--page-size", "1", "--parallelism", "1", "--splits", "60")
    wait_until(lambda: any(journal.read_text().count('"part"') for journal in tmp_path.glob("cqlbulk-operations/*/journal")))
    count.kill()
    count.wait()
    operation = operation_in(tmp_path)
    status = json.loads(cqlbulk("status", operation, "--report", "json").stdout)
    assert status["state"] == "CRASHED" and 0 < status["rows"] < ROWS
    resumed = cqlbulk("resume", operation, "--page-size", "5000")
    assert (resumed.returncode, resumed.stdout) == (0, f"{ROWS}\n"), resumed.stderr
    assert "nothing is left to do" in cqlbulk("resume", operation).stderr


def test_a_count_needs_no_place_for_its_record(cqlbulk, table, host, tmp_path):
    (tmp_path / "cqlbulk-operations").write_text("in the way")
    counted = cqlbulk("count", table, "--hosts", host)
    assert (counted.returncode, counted.stdout) == (0, f"{ROWS}\n"), counted.stderr
    assert "is not on record" in counted.stderr


def test_an_unfinished_export_can_be_given_up(cqlbulk, table, host, tmp_path):
    # Its files are begun by then, and none is published, however the work falls to the threads.
    killed = cqlbulk("export", table, "--to", "out.csv", "--hosts", host, "--splits", "40", env={**os.environ, "CQLBULK_KILL_AT_STEP": "14"})
    assert killed.returncode == -signal.SIGKILL
    operation = operation_in(tmp_path)
    assert list(tmp_path.glob(".out.csv.cqlbulk-*"))
    given_up = cqlbulk("discard", operation)
    assert given_up.returncode == 0, given_up.stderr
    assert ".out.csv.cqlbulk-" in given_up.stderr
    assert not list(tmp_path.glob(".*")) and not (tmp_path / "out.csv").exists()
    assert "DISCARDED" in cqlbulk("status", operation).stdout
    for command in ("resume", "discard"):
        again = cqlbulk(command, operation)
        assert again.returncode == 2 and "nothing is left to do" in again.stderr


@pytest.mark.parametrize("options", [("--format", "csv"), ("--format", "json", "--json-form", "array")])
def test_one_file_survives_a_kill_at_every_step(cqlbulk, table, host, tmp_path, options):
    """Most of all while the fragments are written behind the first of them, which is where both threads had rows."""

    def steps_survived(attempt: int) -> Iterator[str]:
        for step in range(1, 200):
            name = f"{attempt}-{step}"
            export = ("export", table, "--to", f"out-{name}", "--hosts", host, "--splits", "16", "--threads", "2", "--page-size", "500",
                      "--auto-resume", "--operation-dir", f"operations-{name}", *options)  # fmt: skip
            run = cqlbulk(*export, env={**os.environ, "CQLBULK_KILL_AT_STEP": str(step)})
            if run.returncode == 0:
                return
            assert run.returncode == -signal.SIGKILL, run.stderr
            again = cqlbulk(*export)
            # What was published just before is a whole file, which the same command would not write over.
            assert again.returncode == 0 or "nothing is unfinished" in again.stderr or "exists already" in again.stderr, again.stderr
            text = (tmp_path / f"out-{name}").read_text()
            keys = [row["c"] for row in json.loads(text)] if "json" in options else [int(line.split(",")[1]) for line in text.splitlines()[1:]]
            assert sorted(keys) == list(range(ROWS)), step
            (manifest,) = (tmp_path / f"operations-{name}").glob("*/manifest.json")
            assert cqlbulk("verify", str(manifest), "--files").returncode == 0
            yield run.stderr

    every_step = list(steps_survived(0))
    # One thread may have had no rows just in the run that mattered.
    more = (said for attempt in range(1, 5) for said in steps_survived(attempt))
    assert any("open a file to go on with it" in said for said in chain(every_step, more))
