"""cqlbulk count as a user runs it, on the real ring."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess

import pytest
from tables import insert_all

ROWS = 4_321
PARTITIONS = 500


@pytest.fixture(scope="module")
def table(database) -> str:
    database.execute(
        "CREATE KEYSPACE IF NOT EXISTS cnt_cli WITH replication = "
        "{'class': 'NetworkTopologyStrategy', 'replication_factor': 2}"
    )
    database.execute("DROP TABLE IF EXISTS cnt_cli.\"Readings\"")
    database.execute('CREATE TABLE cnt_cli."Readings" ("Id" int, seq int, value text, PRIMARY KEY ("Id", seq))')
    insert = database.prepare('INSERT INTO cnt_cli."Readings" ("Id", seq, value) VALUES (?, ?, ?)')
    rows = [(row % PARTITIONS, row, f"v{row % 7}") for row in range(ROWS)]
    insert_all(database, insert, rows)
    return 'cnt_cli."Readings"'


@pytest.fixture
def count(cqlbulk, host):
    def run(*arguments: str, **options) -> subprocess.CompletedProcess:
        return cqlbulk("count", *arguments, "--hosts", host, **options)

    return run


@pytest.mark.parametrize("splits", [1, 8, 32, 128, 1024])
def test_prints_the_number_alone(count, table, splits):
    result = count(table, "--splits", str(splits), "--quiet")
    assert (result.returncode, result.stdout, result.stderr) == (0, f"{ROWS}\n", "")


@pytest.mark.parametrize("options", [["--protocol-version", "4"], ["--wire-compression", "lz4"], ["--threads", "1"],
                                     ["--parallelism", "1"], ["--consistency", "ALL"], ["--page-size", "7"]])
def test_is_the_same_with_any_settings(count, table, options):
    assert count(table, "--quiet", *options).stdout == f"{ROWS}\n"


def test_summary_goes_to_stderr(count, table):
    result = count(table)
    assert result.stdout == f"{ROWS}\n"
    assert "SUCCESS: counted 4,321 rows" in result.stderr


def test_report_as_json_on_stdout_and_in_a_file(count, table, tmp_path):
    result = count(table, "--report", "json", "--report-file", "report.json", "--by", "host", "--splits", "60")
    report = json.loads(result.stdout)
    assert report == json.loads((tmp_path / "report.json").read_text())
    assert report["rows"] == ROWS == sum(line["rows"] for line in report["hosts"])
    assert report["status"] == "SUCCESS"
    assert report["command"] == "count"


def lines_of(result) -> list[list[str]]:
    assert result.returncode == 0, result.stderr
    return [line.split("\t") for line in result.stdout.splitlines()]


def test_by_range_is_what_nodetool_describes(count, table, ring):
    described = {}
    for found in re.finditer(
        r"TokenRange\(start_token:(-?\d+), end_token:(-?\d+), endpoints:\[([^\]]*)\]",
        ring.nodetool(1, "describering", "cnt_cli").stdout,
    ):
        described[int(found[2])] = (int(found[1]), found[3].split(", "))
    assert len(described) == len(ring.addresses()) * 16
    borders = sorted(described)

    lines = lines_of(count(table, "--by", "range", "--splits", "1024"))
    assert len(lines) == 1024
    assert sum(int(rows) for _, _, rows, _ in lines) == ROWS
    previous = -(2**63)
    for start, end, _, replicas in lines:
        assert int(start) == previous < int(end)
        previous = int(end)
        # The described range that the split's end lies in holds all of the split and has its replicas.
        border = next((border for border in borders if int(end) <= border), borders[0])
        begin, endpoints = described[border]
        assert [address.rsplit(":", 1)[0] for address in replicas.split(",")] == endpoints
        assert begin <= int(start) or int(end) <= border < begin
    assert previous == 2**63 - 1
    assert set(borders) <= {int(end) for _, end, _, _ in lines}


def test_by_host_adds_up(count, table, ring):
    lines = lines_of(count(table, "--by", "host"))
    assert [host for host, _, _ in lines] == sorted(f"{address}:9042" for address in ring.addresses())
    assert sum(int(rows) for _, _, rows in lines) == ROWS


def test_by_partition_tells_the_largest_as_json(count, table):
    lines = lines_of(count(table, "--by", "partition", "--top", "400"))
    assert len(lines) == 400
    keys = [json.loads(key)["Id"] for key, _ in lines]
    assert set(range(ROWS % PARTITIONS)) <= set(keys)
    assert [int(rows) for _, rows in lines] == [9] * (ROWS % PARTITIONS) + [8] * (400 - ROWS % PARTITIONS)


def test_where_and_queries(count, table):
    where = "value = 'v3' ALLOW FILTERING"
    expected = sum(row % 7 == 3 for row in range(ROWS))
    assert count(table, "--where", where, "--quiet").stdout == f"{expected}\n"
    assert count("--query", f"SELECT * FROM {table} WHERE {where}", "--quiet").stdout == f"{expected}\n"
    assert count("--query", f'SELECT DISTINCT "Id" FROM {table}', "--quiet").stdout == f"{PARTITIONS}\n"
    limited = count("--query", f"SELECT * FROM {table} LIMIT 10")
    assert limited.stdout == "10\n"
    assert limited.stderr.count("runs as one query: it has a LIMIT") == 1


def test_a_statement_that_runs_whole_cannot_be_told_by_range(count, table):
    result = count("--query", f"SELECT * FROM {table} LIMIT 10", "--by", "range")
    assert result.returncode == 2
    assert "it has a LIMIT" in result.stderr


def test_virtual_and_local_tables(count):
    assert int(count("system_views.settings", "--quiet").stdout) > 100
    assert count("system.local", "--quiet").stdout == "1\n"


@pytest.mark.parametrize(
    "name, texts",
    [
        ("cnt_cly.x", ["there is no keyspace cnt_cly", "Did you mean cnt_cli?"]),
        ("cnt_cli.Readings", ["there is no table readings", 'Did you mean "Readings"?']),
        ("cnt_cli.other", ["there is no table other", "cqlbulk inspect cnt_cli"]),
    ],
)
def test_unknown_names_suggest_the_nearest(count, table, name, texts):
    result = count(name)
    assert (result.returncode, result.stdout) == (2, "")
    for text in texts:
        assert text in result.stderr


def test_what_the_server_refuses_is_wrong_usage(count, table):
    result = count(table, "--where", "nothing = 1")
    assert (result.returncode, result.stdout) == (2, "")
    assert "nothing" in result.stderr
    assert len(result.stderr.splitlines()) == 2


def test_a_version_or_data_centre_that_is_not_there(count, table):
    result = count(table, "--local-dc", "atlantis")
    assert (result.returncode, result.stdout) == (2, "")
    assert "atlantis" in result.stderr


@pytest.fixture
def silent_port():
    """A port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_status_4(silent_port, number):
    process = subprocess.Popen(
        [os.environ["CQLBULK_TOOL"], "count", "a.b", "--hosts", f"127.0.0.1:{silent_port}"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=0.5)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=5)
    assert (process.returncode, stdout) == (4, "")
    assert "interrupted" in stderr


def test_a_silent_port_is_not_waited_for_forever(cqlbulk, silent_port):
    result = cqlbulk("count", "a.b", "--hosts", f"127.0.0.1:{silent_port}", timeout_seconds=30)
    assert result.returncode in (2, 3)
    assert f"127.0.0.1:{silent_port}" in result.stderr


def test_goes_on_when_nobody_reads_stderr(count, table):
    reader, writer = os.pipe()
    os.close(reader)
    result = count(table, stdout=subprocess.PIPE, stderr=writer, capture_output=False)
    os.close(writer)
    assert (result.returncode, result.stdout) == (0, f"{ROWS}\n")
