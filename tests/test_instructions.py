"""The guard on instruction counts rests on these: callgrind's files are read right, growth is seen and told with the way
out, and the table stays readable. No valgrind needed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / folder) for folder in ("bench", "bench/micro")]

import callgrind  # noqa: E402
import instructions  # noqa: E402
from callgrind import Function  # noqa: E402
from instructions import Count, Table  # noqa: E402

DUMP = """# callgrind format
version: 1
creator: callgrind-3.19.0
pid: 7
part: 2

desc: I1 cache: 
desc: Trigger: Client Request: page to CSV

positions: line
events: Ir
summary: 190

ob=(1) /build/bin/program
fl=(1) ???
fn=(1) write(Rows const&)
0 50
cob=(2) /lib/libc.so.6
cfn=(2) memcpy
calls=2 0
0 60
cfn=(3) recurse'2
calls=1 0
0 30

fn=(3)
0 30
fe=(2) other.hpp
+3 20

ob=(2)
fn=(2)
0 60

totals: 190
"""
WRITE, RECURSE, MEMCPY = Function("write(Rows const&)", "program"), Function("recurse", "program"), Function("memcpy", "libc.so.6")


def test_callgrind_says_who_took_what_and_called_whom(tmp_path: Path):
    file = tmp_path / "counts.2"
    file.write_text(DUMP)
    profile = callgrind.read(file)
    assert (profile.trigger, profile.total) == ("page to CSV", 190)
    assert profile.own == {WRITE: 50, RECURSE: 50, MEMCPY: 60}
    assert profile.calls == {(WRITE, MEMCPY): 60, (WRITE, RECURSE): 30}


@pytest.mark.parametrize("text", [DUMP.replace("totals: 190\n", ""), DUMP.replace("events: Ir", "events: Ir Dr"), "hello\n"])
def test_what_is_no_whole_count_of_instructions_is_refused(tmp_path: Path, text: str):
    file = tmp_path / "counts"
    file.write_text(text)
    with pytest.raises(callgrind.NotCallgrind, match="counts"):
        callgrind.read(file)


def table(**counts: float) -> Table:
    return Table({"clang": "19.1.7"}, {name: Count(instructions, "row") for name, instructions in counts.items()})


def test_growth_beyond_the_tolerance_fails_and_says_how_much():
    verdict = instructions.compare(table(csv=100, json=100), table(csv=105.1, json=104.9))
    assert verdict.wrong == {"csv": "takes 105.1 a row, 5.1% more than the 100 in the table"}
    assert not verdict.told


def test_what_became_cheaper_is_told_and_does_not_fail():
    verdict = instructions.compare(table(csv=100, json=100), table(csv=94.9, json=95.1))
    assert not verdict.wrong
    assert verdict.told == {"csv": "takes 94.9 a row, 5.1% less than the 100 in the table"}


def test_table_and_pieces_must_be_the_same():
    verdict = instructions.compare(table(csv=100, gone=1), table(csv=100, new=7))
    assert set(verdict.wrong) == {"new", "gone"} and "takes 7 a row" in verdict.wrong["new"]
    only_some = instructions.compare(table(csv=100, other=1), table(csv=100), all_pieces=False)
    assert not only_some.wrong
    per_value = Table({}, {"csv": Count(100, "value")})
    assert "per row" in instructions.compare(table(csv=100), per_value).wrong["csv"]


def test_a_failure_names_the_piece_the_functions_the_versions_and_the_way_out(capsys: pytest.CaptureFixture[str]):
    measured = Table({"clang": "20.1.0"}, {"csv": Count(200, "row")})
    profile = callgrind.Profile(total=190, own={WRITE: 50, MEMCPY: 140})
    profile.own = callgrind.Counter(profile.own)
    instructions.tell(instructions.compare(table(csv=100), measured), {"csv": profile})
    told = capsys.readouterr().out
    for part in ("FAILED: csv", "100.0% more", "memcpy 74%, write 26%", "clang 20.1.0 here, 19.1.7 in the table"):
        assert part in told
    assert "./dev bench instructions --accept" in told


def test_cheaper_pieces_are_noted_for_the_summary(capsys: pytest.CaptureFixture[str]):
    instructions.tell(instructions.compare(table(csv=100), table(csv=50)), {})
    assert capsys.readouterr().out.splitlines()[-1].startswith("note: 1 became cheaper: './dev bench instructions --accept'")


def test_the_table_comes_back_as_it_was_written_a_piece_a_line(tmp_path: Path):
    file = tmp_path / "instructions.json"
    written = Table({"clang": "19.1.7", "glibc": "2.36"}, {"page to CSV": Count(1234, "row"), "crc": Count(0.5, "KiB")})
    written.write(file)
    assert Table.read(file) == written
    assert len(file.read_text().splitlines()) == 10
    assert Table.read(tmp_path / "none") == Table({}, {})


def test_the_report_has_a_case_for_every_piece(tmp_path: Path):
    file = tmp_path / "report.xml"
    measured = table(csv=200, json=100)
    instructions.write_report(file, measured, instructions.compare(table(csv=100, json=100, gone=1), measured))
    cases = {case.get("name"): case.find("failure") is not None for case in instructions.ElementTree.parse(file).getroot()}
    assert cases == {"csv": True, "json": False, "gone": True}


def test_counts_have_four_digits():
    assert [instructions.significant(value) for value in (0.123456, 12.3456, 123.456, 123456.7)] == [0.1235, 12.35, 123.5, 123457]
