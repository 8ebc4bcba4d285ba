"""The examples of the client, which users copy, run against the real ring and say what they should."""

import json
import os
import re
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

# Beside the tool: both come from the release build.
EXAMPLES = Path(os.environ.get("CQLBULK_TOOL", "")).parent


def run(name: str, *arguments: str) -> str:
    done = subprocess.run(
        [EXAMPLES / name, *arguments], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_first_query(host):
    assert "system_schema" in run("first_query", host).splitlines()


def test_an_example_says_what_went_wrong():
    done = subprocess.run([EXAMPLES / "first_query", "127.0.0.200"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert re.fullmatch(r"first_query: .*127\.0\.0\.200:9042.*\n", done.stderr)


def test_prepared_insert(host, database):
    assert run("prepared_insert", host).splitlines() == [
        "1709208000000: 20.5 °C, no note, 0 tags",
        "1709208060000: 20.7 °C, door open, 0 tags",
        "1709208120000: 21.1 °C, closed, 2 tags",
    ]
    rows = list(database.execute("SELECT celsius, note, tags FROM cql_examples.readings WHERE sensor = 7"))
    assert [tuple(row) for row in rows] == [
        (20.5, None, None),
        (20.7, "door open", None),
        (21.1, "closed", {"checked", "hall"}),
    ]


def test_stream_rows(host, database):
    rows = "FROM system_schema.columns WHERE keyspace_name = 'system'"
    counted = database.execute(f"SELECT COUNT(*) {rows}").one()[0]
    told = run("stream_rows", host, f"SELECT * {rows}")
    assert re.search(rf"^{counted} rows in \d+ pages", told, re.MULTILINE)


def test_concurrent_queries(host, database):
    assert "1000 queries, 16 at a time: 500 rows found" in run("concurrent_queries", host, "500", "16")
    assert database.execute("SELECT v FROM cql_examples.pairs WHERE k = 499").one().v == "value of 499"


def test_observing(host):
    done = subprocess.run(
        [EXAMPLES / "observing", host, "SELECT key FROM system.local"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0
    assert re.search(r'^query 7 "SELECT key FROM system\.local" at 127\.0\.0\.\d+:9042 took \S+ s, attempts 1$', done.stderr, re.M)
    assert "connection_opened 127.0.0." in done.stderr
    assert "cql_requests_total{} 10" in done.stdout.splitlines()
    assert "cql_requests_in_flight{} 0" in done.stdout.splitlines()
    per_node = re.findall(r'^cql_node_attempts_seconds_count\{node="[^"]+"\} (\d+)$', done.stdout, re.M)
    assert sum(int(count) for count in per_node) == 10


@pytest.fixture
def service(host):
    """The address at which http_service listens."""
    with subprocess.Popen(
        [EXAMPLES / "http_service", host, "127.0.0.1", "0"], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stdout.readline()
            assert line.startswith("listening on http://127.0.0.1:")
            yield line.removeprefix("listening on ").strip()
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=300) == 0


def test_http_service(service):
    with urllib.request.urlopen(f"{service}/keyspaces/system_schema/tables", timeout=300) as answer:
        assert answer.headers["Content-Type"] == "application/json"
        tables = json.load(answer)
    assert "columns" in {table["table_name"] for table in tables}
    with urllib.request.urlopen(f"{service}/keyspaces/no_such/tables", timeout=300) as answer:
        assert json.load(answer) == []
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(f"{service}/anything", timeout=300)
    assert refusal.value.code == 404
