"""What the demo and the bench claim rests on these: that a difference is seen, that rows are the same each time,
that a figure is the command's own. No cluster and no cqlbulk needed."""

from __future__ import annotations

import hashlib
import importlib.util
import itertools
import json
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from types import SimpleNamespace

import pyarrow.csv
import pyarrow.parquet
import pytest

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / folder) for folder in ("scripts", "bench", "testbed", "testbed/cassandra")]

import contest  # noqa: E402
import contestants as bench_contestants  # noqa: E402
import demo_compare  # noqa: E402
import generate  # noqa: E402
import page as bench_page  # noqa: E402
import plot  # noqa: E402
import samples as bench_samples  # noqa: E402
import datasets  # noqa: E402
from client import contestants, page  # noqa: E402
from foreground import figures, reads  # noqa: E402
from foreground import page as foreground_page  # noqa: E402
from demo_tables import TABLES, write_source  # noqa: E402
from measured import run_measured  # noqa: E402
from peers.dsbulk import Dsbulk, printed_count  # noqa: E402
from results import Results as BenchResults  # noqa: E402
from samples import Sample  # noqa: E402
from scale import page as scale_page  # noqa: E402
from scale import targets  # noqa: E402
from scale.plot import Panel, figure  # noqa: E402
from scale.results import Point, Results, Taken  # noqa: E402
from scale.start import VERSION, Start  # noqa: E402

_specification = importlib.util.spec_from_file_location("formats_bench", PROJECT / "bench" / "formats" / "run.py")
formats_bench = importlib.util.module_from_spec(_specification)
sys.modules["formats_bench"] = formats_bench
_specification.loader.exec_module(formats_bench)

PLANES = next(table for table in TABLES if table.name == "planes")


@pytest.fixture
def planes_csv(tmp_path: Path) -> Path:
    file = tmp_path / "planes.csv"
    write_source(PLANES, file)
    return file


def test_nothing_available_is_a_null(planes_csv: Path):
    assert sum(row["speed"] is None for row in pyarrow.csv.read_csv(planes_csv).to_pylist()) == 3299
    assert "NA" not in planes_csv.read_text().replace("\n", ",").split(",")


def test_files_of_equal_rows_are_equal_in_any_order_and_form(planes_csv: Path, tmp_path: Path):
    header, *lines = planes_csv.read_text().splitlines()
    backwards, parquet = tmp_path / "backwards.csv", tmp_path / "planes.parquet"
    backwards.write_text("\n".join([header, *reversed(lines)]) + "\n")
    pyarrow.parquet.write_table(demo_compare.read_csv(PLANES, planes_csv), parquet)
    assert demo_compare.compare_files(PLANES, planes_csv, [backwards, parquet]) == 3322


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("N10156,2004,", "N10156,2005,"),
        ("N10156,2004,", "N10156,,"),
        ("N10156,2004,Fixed wing multi engine,", 'N10156,2004,"",'),
        ("N10156,2004,Fixed wing multi engine,EMBRAER,EMB-145XR,2,55,,Turbo-fan\n", ""),
        ("tailnum,year,", "tailnum,built,"),
    ],
    ids=["a value", "a null", "an empty text", "a row", "a column"],
)
def test_one_difference_in_a_file_is_seen(planes_csv: Path, tmp_path: Path, was: str, becomes: str):
    text, other = planes_csv.read_text(), tmp_path / "other.csv"
    assert was in text
    other.write_text(text.replace(was, becomes))
    with pytest.raises(demo_compare.Difference, match="other.csv"):
        demo_compare.compare_files(PLANES, planes_csv, [other])


def test_generated_rows_are_the_same_on_every_machine(tmp_path: Path):
    clustered, scattered = tmp_path / "clustered.csv", tmp_path / "scattered.csv"
    generate.write_csv(clustered, "clustered", 120)
    generate.write_csv(scattered, "scattered", 120)
    assert hashlib.sha256(clustered.read_bytes()).hexdigest() == "9b7283212edbeab73a377cc307a8ad41abda46e68b201eeb2d7e4d0453f37ca9"
    assert clustered.read_bytes() != scattered.read_bytes()
    assert sorted(clustered.read_text().splitlines()) == sorted(scattered.read_text().splitlines())
    assert [len(partition) for partition in generate.partitions(120)] == [50, 50, 20]


def test_figures_are_those_of_the_command_and_its_children():
    ballast = bytearray(300 << 20)  # this process's memory is not the command's
    child = "x = bytearray(50 << 20); sum(range(5_000_000)); print('done')"
    parent = f"import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', {child!r}]).returncode + 3)"
    measured = run_measured([sys.executable, "-c", parent])
    assert (measured.exit_status, measured.stdout) == (3, "done\n")
    assert 50 < measured.peak_mb < 200
    assert 0.03 < measured.cpu_seconds <= measured.wall_seconds * 2 + 0.1
    assert len(ballast) == 300 << 20


def sample(contestant: str, cpu: float, per_second: float) -> contestants.Sample:
    return contestants.Sample(contestant, "read, 64 at once", "Cassandra", per_second, 100, 900, cpu, 1.0, 20, 0.0, 1.0)


def test_ratios_of_the_clients_are_those_of_the_medians():
    ours = [sample(contestants.OURS, cpu, 200) for cpu in (3.0, 1.0, 2.0)]
    theirs = [sample(contestants.RUST, cpu, 100) for cpu in (8.0, 4.0, 100.0)]
    told = page.tables(ours + theirs)
    ratios = next(line for line in told.splitlines() if contestants.RUST in line)
    assert [cell.strip() for cell in ratios.strip("|").split("|")] == [
        "read, 64 at once", contestants.RUST, "Cassandra", "0.25", "1.00", "2.00"
    ]


class Answering:
    """A session whose first read takes its time and keeps the one who asks waiting; it ends the reads after so many."""

    def __init__(self, first_takes: float, number: int):
        self._first_takes, self._numbers, self._last = first_takes, itertools.count(), number - 1
        self.ended = threading.Event()

    def prepare(self, cql: str) -> str:
        return cql

    def execute_async(self, statement: str, values: tuple) -> "Answering":
        number = next(self._numbers)
        time.sleep(self._first_takes if number == 0 else 0)
        if number == self._last:
            self.ended.set()
        return self

    def add_callbacks(self, answered, failed) -> None:
        answered([("row",)])


def test_what_a_read_waited_for_the_one_before_it_counts():
    session = Answering(first_takes=0.4, number=30)
    latencies = [latency for _, latency in reads.Reads(session, "ks.t", [("key",)], rate=100).run(session.ended)]
    # They were due 10 ms after one another, and none could be sent before the first was answered.
    assert len(latencies) == 30 and all(latency > 0.4 - 0.01 * number - 0.001 for number, latency in enumerate(latencies))


def test_percentiles_and_growth_of_the_reads():
    alone = figures.figures_of([0.001 * number for number in range(1, 101)], 0, 10, 0.5)
    assert (alone.reads, alone.p50_ms, alone.p99_ms, alone.max_ms) == (100, 50, 99, 100)
    beside = figures.figures_of([0.3] * 5, 2_000, 10, 0)
    told = foreground_page.table({foreground_page.ALONE: [alone], "bulk": [beside, beside]})
    cells = [cell.strip() for cell in told.splitlines()[-1].strip("|").split("|")]
    assert cells == ["bulk", "300.00", "300.0 (300.0–300.0)", "201.0", "300", "200", "0%"]
    with pytest.raises(ValueError, match="no read"):
        figures.figures_of([], 0, 1, 0)


@pytest.mark.parametrize("workload", contestants.workloads(1.0), ids=lambda workload: workload.name)
def test_every_workload_has_us_and_is_a_command(workload: contestants.Workload):
    target = contestants.Target("replay server", "127.0.0.1:9042", "bench.readings", 1, 1000)
    command = contestants.Contestant(contestants.OURS, ["cql_bench"]).run_of(workload, target, Path("keys"))
    assert command[:3] == ["cql_bench", "127.0.0.1:9042", "bench.readings"]
    assert (len(command) > 4) == (workload.concurrency > 0) and (command[-1] == "keys") == (command[3] == "read")


@pytest.mark.parametrize("table", datasets.TABLES, ids=lambda table: table.name)
def test_every_table_of_the_bench_has_the_same_whole_rows_each_time(table: datasets.Table):
    partitions = list(table.partitions(250))
    assert partitions == list(table.partitions(250))
    assert sum(map(len, partitions)) == 250
    keys = len(table.primary_key.strip("()").split(","))
    assert all(len(row) == len(table.columns) and None not in row[:keys] for rows in partitions for row in rows)
    assert len({row[:keys] for rows in partitions for row in rows}) == 250


@pytest.fixture
def everybody(tmp_path: Path):
    """Those who take part in the bench, where all peers are there; nobody runs."""
    for jar in ("runner", "workflow-count"):
        (tmp_path / f"dsbulk-{jar}-1.2.3.jar").touch()
    server = SimpleNamespace(host="127.0.0.31")
    dsbulk = Dsbulk(tmp_path, tmp_path / "logs")
    return lambda table: bench_contestants.Contestants(tmp_path / "bin" / "cqlbulk", server, 1000, table, tmp_path / "rust", dsbulk)


@pytest.mark.parametrize("table", datasets.TABLES, ids=lambda table: table.name)
def test_one_name_is_one_run_of_the_bench(everybody, table: datasets.Table):
    offered = contest.contests(everybody(table))
    runs = [run for one in offered for run in (one.own, *one.peers)]
    assert len({run.name for run in runs}) == len({(run.name, *run.command) for run in runs})
    assert all(one.own.name.startswith("cqlbulk") for one in offered)
    assert {run.name.split()[0].rstrip(",") for run in runs} >= {"cqlbulk", "Python", "cqlsh", "DSBulk"}


def bench_sample(name: str, wall: float, cpu: float = 0.04, peak: float = 20) -> bench_samples.Sample:
    return bench_samples.Sample(name, wall, cpu, 2.0, 0.0, peak)


def results_of_count(everybody, *walls: float) -> BenchResults:
    offered = contest.contests(everybody(datasets.READINGS))
    result = BenchResults(datasets.READINGS, 1000, [one for one in offered if one.path == "count"])
    result.samples[bench_contestants.COUNT] = [bench_sample("count", wall) for wall in walls]
    result.samples[bench_contestants.FLOOR_COUNT] = [bench_sample("floor", 1.0, cpu=0.01)] * 3
    result.samples[bench_contestants.DRIVER_COUNT] = [bench_sample("driver", 4.0, cpu=0.4)]
    result.failures["DSBulk count"] = bench_samples.RunFailed("DSBulk count ended with 1:\n  dsbulk count -h 127.0.0.31\n  no memory")
    return result


def test_the_page_of_the_bench_says_by_itself_which_targets_are_met(everybody):
    told = bench_page.sections([results_of_count(everybody, 1.05, 1.0, 9.0)])
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in told.splitlines() if line.startswith("| count ")]
    targets = [line for line in lines if "met" in line[-1]]
    assert targets == [
        ["count", "wall s / floor, COUNT(*) over 64 ranges", "≤ 1.1", "1.050", "", "met"],
        ["count", "wall s / Python driver, COUNT(*) over 32 ranges", "≤ 0.6", "0.263", "0.250", "met"],
        ["count", "client CPU s", "≤ 0.05", "0.040", "0.010", "met"],
        ["count", "peak MB", "≤ 30", "20", "", "met"],
    ]
    assert "4 of 4 are met." in told
    assert ["count", "floor, COUNT(*) over 64 ranges", "1.05", "–", "1.00", "1.00"] in lines
    assert ["count", "Python driver, COUNT(*) over 32 ranges", "0.26", "0.100", "1.00", "1.00"] in lines
    missed = bench_page.sections([results_of_count(everybody, 1.2, 1.2, 1.2)])
    assert "3 of 4 are met." in missed and missed.count("**not met**") == 1
    fast_peer = results_of_count(everybody, 1.05)
    fast_peer.samples[bench_contestants.DRIVER_COUNT] = [bench_sample("driver", 1.5)]
    assert "**not met**, nor by the floor" in bench_page.sections([fast_peer])


def test_a_peer_that_failed_is_named_without_its_command(everybody):
    told = bench_page.sections([results_of_count(everybody, 1.0)])
    assert "No figures: DSBulk count ended with 1.\n" in told
    assert "127.0.0.31" not in told and "no memory" not in told


def test_the_plot_of_the_bench_has_a_bar_for_every_run(everybody):
    drawn = ElementTree.fromstring(plot.walls(results_of_count(everybody, 1.0)))
    bars = [float(one.get("width")) for one in drawn.iter("{http://www.w3.org/2000/svg}rect")][1:]
    assert bars == [plot.WIDTH / 4, plot.WIDTH / 4, plot.WIDTH]
    assert bench_contestants.DRIVER_COUNT in [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]


def test_a_count_of_dsbulk_is_the_last_that_it_printed():
    assert printed_count("Operation directory: /logs/COUNT_1\n1000000\n") == 1_000_000
    for output in ("", "failed: no such table\n"):
        with pytest.raises(ValueError):
            printed_count(output)


FILE_FORMATS = PROJECT / "bench" / "peers" / "file_formats.py"


@pytest.mark.parametrize("action", ["write", "read"])
@pytest.mark.parametrize("peer", ["pyarrow", "duckdb", "python"])
def test_every_peer_of_the_formats_does_all_rows(tmp_path: Path, peer: str, action: str):
    as_csv, as_json = tmp_path / "readings.csv", tmp_path / "readings.jsonl"
    generate.write_csv(as_csv, "clustered", 120)
    header, *lines = as_csv.read_text().splitlines()
    with as_json.open("w") as out:
        for line in lines:
            device_id, ts, seq, temperature, *texts = line.split(",")
            values = (device_id, ts, int(seq), float(temperature), *texts)
            print(json.dumps(dict(zip(header.split(","), values))), file=out)
    for kind in ("csv", "json"):
        file = as_json if (action, kind) == ("read", "json") else as_csv
        measured = run_measured([sys.executable, str(FILE_FORMATS), peer, action, kind, str(file)])
        if (peer, action, kind) == ("pyarrow", "write", "json"):
            assert measured.stderr == "pyarrow writes no JSON\n"
            continue
        assert measured.exit_status == 0, measured.stderr
        assert json.loads(measured.stdout)["rows"] == 120


def test_figures_of_the_formats_are_of_the_same_rows():
    def taken(contestant: str, rows: int, cpu: float) -> formats_bench.Sample:
        return formats_bench.Sample(contestant, ("write", "csv"), rows, cpu, 10, False)

    samples = [taken("cqlbulk", 1000, cpu) for cpu in (0.3, 0.1, 0.2)] + [taken("python", 100, 0.1)]
    ours, theirs = formats_bench.table(samples, {"csv": 200.0, "json": 1.0}).splitlines()[2:]
    assert [cell.strip() for cell in ours.strip("|").split("|")] == ["write CSV", "cqlbulk", "5,000", "1", "200.00", "", "10"]
    assert [cell.strip() for cell in theirs.strip("|").split("|")][4:6] == ["1000.00", "0.20"]


def scale_results(section: str, figures: dict[tuple[str, int], list[tuple[float, float]]]) -> Results:
    """By place and rows: CPU seconds and peak memory of each round."""
    results = Results()
    for (at, rows), rounds in figures.items():
        for cpu, peak in rounds:
            results.add(Point(section, "→ CSV", at, rows), Taken(Sample("export", 1.0, cpu, 0.1, 0.0, peak), 3))
    return results


def test_marginal_costs_leave_out_what_comes_once_and_ratios_the_drift():
    # The second round's machine is twice as slow; 300 nodes cost a tenth more for each row, and a second once.
    few = {("3", 1_000_000): [(0.5, 30), (1.0, 30)], ("3", 5_000_000): [(2.5, 30), (5.0, 30)]}
    many = {("300", 1_000_000): [(1.55, 90), (3.1, 90)], ("300", 5_000_000): [(3.75, 90), (7.5, 90)]}
    results = scale_results("nodes", few | many)
    assert results.marginal_ratio("nodes", "→ CSV", "300", "3") == pytest.approx(1.1)
    assert results.marginal_cpu("nodes", "→ CSV", "3") == pytest.approx(0.75)
    [target] = targets.targets(results, [])
    assert (target.wanted, target.met) == ("≤ 1.05 ×", False) and target.found.startswith("1.10 × at 300")
    assert "**missed**" in scale_page.tables(results, [])


@pytest.mark.parametrize(("last", "met"), [(32.9, True), (33.1, False)])
def test_memory_is_flat_within_a_tenth(last: float, met: bool):
    results = scale_results("rows", {(f"{rows:,}", rows): [(1.0, peak)] for rows, peak in ((10, 30), (100, 31), (1000, last))})
    [target] = targets.targets(results, [])
    assert (target.what, target.met) == ("memory from 10 to 1,000 rows, → CSV", met)
    assert scale_page.plot(results).count("<circle") == 3


def test_a_start_is_its_median():
    [target] = targets.targets(Results(), [Start(VERSION, [9.0, 80.0, 16.0], [7.0] * 3)])
    assert (target.found, target.met) == ("16.0 ms", False)


def test_lines_of_a_plot_end_where_the_axis_does():
    drawn = figure([Panel("Costs", "s", {"one": [(1, 5.0), (1000, 10.0)]})])
    assert 'cx="60.0"' in drawn and 'cx="360.0"' in drawn and ">1k<" in drawn
