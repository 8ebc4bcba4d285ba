"""The page of profiles rests on these: functions find their component, starting is in no figure, and what serves a
component is told with it. No valgrind needed."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / folder) for folder in ("bench", "testbed", "testbed/cassandra")]

from callgrind import Function, Profile  # noqa: E402
from profiles import components as parts  # noqa: E402
from profiles import page, run  # noqa: E402


@pytest.mark.parametrize(
    ("name", "of_object", "component"),
    [
        ("crc32_gzip_refl_by16_10", "cqlbulk", "checksums of the wire"),
        ("0x000000000002d8e0", "libisal.so.2.0.30", "checksums of the wire"),
        ("cqlbulk::storage::Digest::add(void const*, unsigned long)", "cqlbulk", "checksums of rows and files"),
        ("cql::sansio::Inbound::next()", "cqlbulk", "segments and envelopes"),
        ("cqlbulk::CellIndex::index(std::span<cql::ColumnSpec const, 18446744073709551615ul>, unsigned long)", "cqlbulk", "finding the cells"),
        ("cqlbulk::text::write_double(cqlbulk::text::FormTable const&)", "cqlbulk", "values and text"),
        ("cqlbulk::text::write_int(std::basic_string_view<char, std::char_traits<char> >)", "cqlbulk", "values and text"),
        ("cqlbulk::formats::CsvPartWriter::add(cqlbulk::RowChecksum const&)", "cqlbulk", "formats"),
        ("std::to_chars(char*, char*, double)", "libstdc++.so.6.0.30", "values and text"),
        ("cqlbulk::columnar::(anonymous namespace)::BytesReader::read(cqlbulk::columnar::CellColumn const&)", "cqlbulk", "values and Arrow"),
        ("cqlbulk::formats::(anonymous namespace)::CsvPartWriter::write(cqlbulk::RowsView const&)", "cqlbulk", "formats"),
        ("arrow::ipc::WriteMessage(arrow::Buffer const&)", "libarrow.so.2600", "Arrow, Parquet and their compression"),
        ("0x0000000001234567", "libarrow.so.2600", "Arrow, Parquet and their compression"),
        ("__memcpy_avx_unaligned_erms", "libc.so.6", parts.COPYING),
        ("_int_malloc", "libc.so.6", parts.ALLOCATOR),
        ("operator new(unsigned long)", "libstdc++.so.6.0.30", parts.ALLOCATOR),
        ("write", "libc.so.6", parts.SYSTEM),
        ("cqlbulk::operations::(anonymous namespace)::ExportShard::worker() (.resume)", "cqlbulk", "operations: ranges, batches, pace, progress"),
        ("void boost::asio::detail::executor_function::complete<int>(int)", "cqlbulk", "event loop"),
        ("cql::net::Connection::on_read(boost::system::error_code, unsigned long)", "cqlbulk", "requests and connections"),
        ("do_lookup_x", "ld-linux-x86-64.so.2", parts.LINKER),
        ("main", "cql_bench", "values of the client"),
        ("???", "somebody.so", parts.OTHER),
    ],
)
def test_functions_find_their_component(name: str, of_object: str, component: str):
    assert parts.component_of(Function(name, of_object)) == component


WRITE = Function("cqlbulk::formats::Csv::write(cqlbulk::RowsView const&)", "cqlbulk")
TEXT = Function("cqlbulk::text::write_int(int)", "cqlbulk")
APPEND = Function("std::string::append(char const*)", "libstdc++.so.6")
MEMCPY = Function("memcpy", "libc.so.6")


def profile_of(rows: int, start: int) -> Profile:
    own = {WRITE: start + 10 * rows, TEXT: 5 * rows, APPEND: 2 * rows, MEMCPY: start + 3 * rows}
    calls = {(WRITE, TEXT): 8 * rows, (TEXT, APPEND): 3 * rows, (APPEND, MEMCPY): rows, (WRITE, MEMCPY): start + 2 * rows}
    return Profile(own=Counter(own), calls=Counter(calls))


def test_a_row_takes_what_more_rows_take_more():
    found = parts.components(profile_of(3_000, 777), profile_of(1_000, 777), 2_000)
    assert {name: (component.own, component.all) for name, component in found.items()} == {
        "formats": (10, 12),  # what the text takes is the text's
        "values and text": (5, 8),  # with the copy that is made for it further down
        parts.LANGUAGE: (2, 2),
        parts.COPYING: (3, 3),
    }
    assert found["formats"].functions == {"formats::Csv::write": 10}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("cqlbulk::text::(anonymous namespace)::write(std::span<std::byte const, 18446744073709551615ul>, int) const", "text::write"),
        ("cqlbulk::operations::Shard::run() (.resume)", "operations::Shard::run (coroutine)"),
        ("cqlbulk::operations::Shard::run(cql::Page) [clone .resume]", "operations::Shard::run (coroutine)"),
        ("operator new(unsigned long)", "operator new(unsigned long)"),
        ("memcpy@@GLIBC_2.14", "memcpy"),
    ],
)
def test_names_are_short_enough_to_read(name: str, shown: str):
    assert parts.readable(name) == shown


def test_the_page_has_every_way_with_its_bound():
    pieces = {
        "counted with": {"clang": "19.1.7"},
        "pieces": {"page to CSV": {"instructions": 8, "per": "row"}, "CRC32 of a segment's payload": {"instructions": 64, "per": "KiB"}},
    }
    taken = [
        run.Taken(way, parts.components(profile_of(3_000, 0), profile_of(1_000, 0), 2_000), 40.0, 10.0)
        for way in run.WAYS
        if way.name in ("→ CSV", "count")
    ]
    text = page.page(taken, pieces, 2_000, "./dev bench profile", Path("/dev/shm"), 3.0)
    assert "## → CSV" in text and "## count" in text and "**Disturbed:**" in text
    row = next(line for line in text.splitlines() if line.startswith("| → CSV") and "20,000,000" in line)
    assert [cell.strip() for cell in row.strip("|").split("|")] == ["→ CSV", "20", "18", "91%", "40", "10", "20,000,000"]


def test_a_way_that_takes_nothing_for_a_row_says_so():
    (count,) = (run.Taken(way, parts.components(profile_of(9, 5), profile_of(9, 5), 2_000), 1.0, 1.0) for way in run.WAYS if way.name == "count")
    text = page.page([count], {"counted with": {}, "pieces": {}}, 2_000, "./dev bench profile", Path("/dev/shm"), 0.0)
    assert "## count\n\nNothing that grows with the rows" in text and "-0" not in text


def test_every_way_is_a_command_and_its_pieces_are_there():
    pieces = json.loads((PROJECT / "bench" / "micro" / "instructions.json").read_text())["pieces"]
    for way in run.WAYS:
        command = way.command(Path("bin"), "127.0.0.1:1", Path("folder"), Path("rows.csv"))
        assert command[0] == f"bin/{way.program}" and not any("{" in argument for argument in command)
        assert set(way.alone) <= pieces.keys()
