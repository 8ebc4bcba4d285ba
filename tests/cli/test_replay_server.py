"""The tool against the replay server: many nodes, real token ranges, every row accounted for, and memory that does not grow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT / folder) for folder in ("bench", "testbed")]

from measured import run_measured  # noqa: E402
from replay import TABLE, ReplayServer  # noqa: E402

ROWS = 120_050  # the last partition is whole, most splits are not


def serving(*options: str, rows: int = ROWS) -> ReplayServer:
    program = Path(os.environ["CQLBULK_TOOL"]).with_name("replay_server")
    return ReplayServer(program, "--rows", str(rows), *options)


@pytest.mark.parametrize(
    "options",
    [(), ("--nodes", "7", "--rf", "3", "--threads", "2"), ("--nodes", "300", "--rf", "3"), ("--versions", "4")],
    ids=["one", "seven", "three hundred", "v4"],
)
def test_counts_every_row_once(cqlbulk, options):
    with serving(*options) as server:
        done = cqlbulk("count", TABLE, "--hosts", server.host)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().replace(",", "") == str(ROWS)


def test_what_was_exported_is_loaded_again(cqlbulk, tmp_path: Path):
    with serving("--nodes", "3") as server:
        done = cqlbulk("export", TABLE, "--to", "readings.csv", "--hosts", server.host)
        assert done.returncode == 0, done.stderr
        lines = (tmp_path / "readings.csv").read_text().splitlines()
        assert len(lines) == ROWS + 1 and len(set(lines)) == ROWS + 1
        done = cqlbulk("load", TABLE, "--from", "readings.csv", "--hosts", server.host)
        assert done.returncode == 0, done.stderr
        assert server.done().rows_written == ROWS


def export_measured(server: ReplayServer, folder: Path, name: str, *options: str) -> float:
    """Peak memory in MB, when all rows came."""
    command = [os.environ["CQLBULK_TOOL"], "export", TABLE, "--to", name, "--overwrite", "--hosts", server.host, "--quiet", *options]
    before = server.done()
    measured = run_measured(command, cwd=folder)
    assert measured.exit_status == 0, measured.stderr
    assert (server.done() - before).rows_read == server.rows
    return measured.peak_mb


@pytest.mark.parametrize("name", ["out.csv", "out.arrow"])
def test_memory_does_not_grow_with_splits(tmp_path: Path, name: str):
    with serving("--copies", "5", rows=80_000) as server:
        few, *more = (export_measured(server, tmp_path, name, "--splits", str(splits)) for splits in (16, 256, 1024))
    assert max(more) < 1.15 * few, f"{few:.0f} MB with 16 splits, {more} MB with more"


def test_memory_does_not_grow_with_rows(tmp_path: Path):
    peaks = []
    for copies in (2, 20):
        with serving("--copies", str(copies), rows=100_000) as server:
            peaks.append(export_measured(server, tmp_path, "out.csv"))
    assert peaks[1] < 1.15 * peaks[0], f"{peaks} MB"


def test_memory_hardly_grows_with_nodes(tmp_path: Path):
    peaks = []
    for nodes in (3, 300):
        with serving("--copies", "5", "--nodes", str(nodes), "--rf", "3", rows=200_000) as server:
            peaks.append(export_measured(server, tmp_path, "out.csv"))
    assert peaks[1] < peaks[0] + 40, f"{peaks} MB"


SPILL, WINDOW = ("--group-spill", "1GiB"), ("--group-window", "48MiB")


@pytest.mark.parametrize("waiting", [SPILL, (*SPILL, *WINDOW), WINDOW], ids=["on the disk", "on the disk, half of the ceiling", "half of the ceiling"])
def test_a_load_whose_rows_wait_stays_below_its_ceiling(tmp_path: Path, waiting):
    """Rows of two numbers, each a partition of its own, take by far the most besides their bytes."""
    rows = 2_000_000
    with (tmp_path / "in.csv").open("w") as file:
        file.write("id,c001\n")
        # Each id once, in no order.
        file.writelines(f"{row * 7_654_321 % rows},{row}\n" for row in range(rows))
    with serving("--columns", "2", rows=1_000) as server:
        load = ["load", server.table, "--from", "in.csv", "--hosts", server.host, "--max-memory", "96MiB", "--threads", "2", "--report", "json"]
        measured = run_measured([os.environ["CQLBULK_TOOL"], *load, *waiting], cwd=tmp_path)
        assert measured.exit_status == 0, measured.stderr
        assert server.done().rows_written == rows
    # Three lengths, a bigint, an int, the write time, and what stands before a row in the file.
    row_bytes = 3 * 4 + 8 + 4 + 8 + 12
    spilled = json.loads(measured.stdout)["spilled_bytes"]
    assert spilled == (rows * row_bytes if "--group-spill" in waiting else 0)
    assert measured.peak_mb * 1e6 <= 96 * 2**20, f"{measured.peak_mb:.0f} MB"


def test_the_bench_of_scale_does_its_work(tmp_path: Path):
    build = Path(os.environ["CQLBULK_TOOL"]).parents[1]
    page = tmp_path / "page.md"
    command = [sys.executable, PROJECT / "bench/scale/run.py", "--quick", "--only", "splits", "--build", build, "--write", page]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert "memory from 1 to 1024 splits, → CSV" in page.read_text()
    assert page.with_suffix(".svg").read_text().startswith("<svg")
