"""Which files are read and written: names, modes, directories below, many of them."""

from __future__ import annotations

import json
import os
import resource
import signal
import stat
from pathlib import Path

import pytest
from tables import insert_all

KEYSPACE = "files_cli"
ROWS = 2_000


@pytest.fixture(scope="module")
def table(database) -> str:
    database.execute(
        f"CREATE KEYSPACE IF NOT EXISTS {KEYSPACE} WITH replication = "
        "{'class': 'SimpleStrategy', 'replication_factor': 1}"
    )
    for name in ("t", "copy"):
        database.execute(f"DROP TABLE IF EXISTS {KEYSPACE}.{name}")
        database.execute(f"CREATE TABLE {KEYSPACE}.{name} (k int PRIMARY KEY, v text)")
    insert = database.prepare(f"INSERT INTO {KEYSPACE}.t (k, v) VALUES (?, ?)")
    insert_all(database, insert, [(row, f"v{row}") for row in range(ROWS)])
    return f"{KEYSPACE}.t"


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def rows_in(folder: Path) -> list[str]:
    return sorted(line for part in folder.iterdir() for line in part.read_text().splitlines() if line != "k,v")


def test_parts_follow_a_pattern_also_when_they_are_replaced(cqlbulk, table, host, tmp_path):
    export = ("export", table, "--to", "out/", "--format", "csv", "--hosts", host, "--file-name-pattern", "orders-{number}.txt")
    assert cqlbulk(*export, "--max-file-rows", "100").returncode == 0
    first = names_in(tmp_path / "out")
    assert len(first) >= ROWS // 100 and first[0] == "orders-00000.txt"
    (tmp_path / "out" / "notes.txt").write_text("k,v\n")
    (tmp_path / "out" / "part-00007.csv").write_text("k,v\n")
    assert cqlbulk(*export, "--max-file-rows", "1000", "--overwrite", "--threads", "1").returncode == 0
    after = names_in(tmp_path / "out")
    assert "notes.txt" in after and "part-00007.csv" not in after
    assert len(after) < len(first) and all(name.startswith(("orders-", "notes")) for name in after)
    assert len(set(rows_in(tmp_path / "out"))) == ROWS


def test_a_killed_export_of_a_pattern_goes_on(cqlbulk, table, host, tmp_path):
    export = (
        "export", table, "--to", "out/", "--format", "csv", "--hosts", host, "--file-name-pattern", "x{number}.csv",
        "--max-file-rows", "100", "--auto-resume", "--file-mode", "644",
    )  # fmt: skip
    kills = 0
    for step in (20, 35, 41, 52, 63):
        run = cqlbulk(*export, env={**os.environ, "CQLBULK_KILL_AT_STEP": str(step)})
        if run.returncode == 0:
            break
        assert run.returncode == -signal.SIGKILL, run.stderr
        kills += 1
    assert kills >= 2
    if run.returncode != 0:
        run = cqlbulk(*export)
    assert run.returncode == 0, run.stderr
    rows = rows_in(tmp_path / "out")
    assert len(rows) == len(set(rows)) == ROWS
    assert all(name.startswith("x0") for name in names_in(tmp_path / "out"))
    assert {stat.S_IMODE(part.stat().st_mode) for part in (tmp_path / "out").iterdir()} == {0o644}


def test_files_are_private_unless_asked_otherwise(cqlbulk, table, host, tmp_path):
    def mode(path: str) -> int:
        return stat.S_IMODE((tmp_path / path).stat().st_mode)

    export = ("export", table, "--hosts", host, "--format", "csv")
    assert cqlbulk(*export, "--to", "a.csv").returncode == 0
    assert cqlbulk(*export, "--to", "b.csv", "--file-mode", "640").returncode == 0
    assert cqlbulk(*export, "--to", "c/", "--file-mode", "0664").returncode == 0
    assert [mode("a.csv"), mode("b.csv"), mode("c")] == [0o600, 0o640, 0o755]
    assert {stat.S_IMODE(part.stat().st_mode) for part in (tmp_path / "c").iterdir()} == {0o664}


def test_directories_below_and_patterns_over_them(cqlbulk, database, table, host, tmp_path):
    for number, folder in enumerate(("in", "in/2026", "in/2026/11", "in/.hidden")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{number}.csv").write_text(f"k,v\n{number},x\n")

    def loaded(*arguments: str) -> set[int]:
        database.execute(f"TRUNCATE {KEYSPACE}.copy")
        done = cqlbulk("load", f"{KEYSPACE}.copy", "--hosts", host, *arguments)
        assert done.returncode == 0, done.stderr
        return {row.k for row in database.execute(f"SELECT k FROM {KEYSPACE}.copy")}

    assert loaded("--from", "in") == {0}
    assert loaded("--from", "in", "--recursive") == {0, 1, 2}
    assert loaded("--from", "in/**/*.csv") == {0, 1, 2}
    assert loaded("--from", "in/**/11/*.csv", "--from", "in/0.csv") == {0, 2}
    (tmp_path / "list").write_text("in/0.csv\nin/2026/**\n")
    assert loaded("--from", "@list") == {0, 1, 2}


def test_more_files_than_may_be_open(cqlbulk, database, table, host, tmp_path):
    (tmp_path / "in").mkdir()
    for number in range(300):
        (tmp_path / "in" / f"{number:03}.csv").write_text(f"k,v\n{number},x\n")
    database.execute(f"TRUNCATE {KEYSPACE}.copy")
    few = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))  # noqa: E731
    done = cqlbulk(
        "load", f"{KEYSPACE}.copy", "--from", "in", "--max-open-files", "10", "--hosts", host, "--report", "json",
        preexec_fn=few,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == 300


def test_what_cannot_be_is_told(cqlbulk, table, host):
    for arguments, text in (
        (("--to", "out.csv", "--file-name-pattern", "x{number}"), "needs a directory"),
        (("--to", "out/", "--file-name-pattern", "x.csv"), "has no {number}"),
        (("--to", "out/", "--file-name-pattern", "a/{number}"), "has a slash"),
        (("--to", "out/", "--file-mode", "799"), "no file mode"),
        (("--to", "out/", "--file-mode", "444"), "owner read and write"),
        (("--to", "out/", "--file-mode", "755"), "nobody execute"),
    ):
        done = cqlbulk("export", table, "--format", "csv", "--hosts", host, *arguments)
        assert (done.returncode, text in done.stderr) == (2, True), done.stderr
