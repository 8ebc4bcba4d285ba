"""What watches an operation beside the bar: log lines, the progress file, the webhook."""

from __future__ import annotations

import json
import os
import re
import socket
import ssl
import stat
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

ROWS = 60
FIELDS = ["timestamp", "level", "operation_id", "operation_type", "keyspace", "table", "format", "destination"]
FIELDS += ["token_range", "progress", "node", "message"]
PROGRESS = ["rows_processed", "bytes_processed", "ranges_completed", "total_ranges", "percentage", "rows_per_second"]
PROGRESS += ["eta_seconds"]


@pytest.fixture(scope="module")
def table(database):
    """ks.t with ROWS rows."""
    database.execute("DROP KEYSPACE IF EXISTS observers")
    database.execute(
        "CREATE KEYSPACE observers WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}"
    )
    database.execute("CREATE TABLE observers.t (k int PRIMARY KEY, v text)")
    database.execute("CREATE TABLE observers.copy (k int PRIMARY KEY, v text)")
    insert = database.prepare("INSERT INTO observers.t (k, v) VALUES (?, ?)")
    for key in range(ROWS):
        database.execute(insert, (key, f"value {key}"))
    yield "observers.t"
    database.execute("DROP KEYSPACE observers")


def apart_from_pace(messages: list, text=lambda message: message) -> list:
    """Without what tells of nodes that other tests keep busy: how those are spared is not what is asked here."""
    return [message for message in messages if not re.search(r"slowed down: |paused: |goes on$", text(message))]


class Receiver:
    """An HTTP server on 127.0.0.1 that keeps what it is sent and answers with `statuses` in turn, then with 200."""

    def __init__(self, statuses=(), tls: ssl.SSLContext | None = None):
        self.requests: list[tuple[dict, dict]] = []
        answers = iter(statuses)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.requests.append((dict(self.headers), json.loads(body)))
                self.send_response(next(answers, 200))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *failure):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def events(self) -> list[str]:
        return [body["event"] for body in apart_from_pace([body for _, body in self.requests], lambda body: body["message"] or "")]


@pytest.mark.parametrize("where", ["stderr", "file"])
def test_json_log_lines_have_always_the_same_fields(cqlbulk, host, table, tmp_path, where):
    place = ["--log-file", "run.log"] if where == "file" else []
    result = cqlbulk(
        "export", table, "--hosts", host, "--to", "out.csv", "--splits", "4", "--log-format", "json",
        "--log-level", "debug", *place,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    text = (tmp_path / "run.log").read_text() if where == "file" else result.stderr
    lines = apart_from_pace([json.loads(line) for line in text.splitlines()], lambda line: line["message"])
    for line in lines:
        assert list(line) == FIELDS
        assert list(line["progress"]) == PROGRESS
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["timestamp"])
        assert line["operation_type"] == "export"
        assert (line["keyspace"], line["table"]) == ("observers", "t")
        assert (line["format"], line["destination"]) == ("csv", "out.csv")
        assert line["operation_id"] == lines[0]["operation_id"] and "-export-" in line["operation_id"]
    pieces = [line for line in lines if line["token_range"]]
    assert len(pieces) >= 4 and all(set(line["token_range"]) == {"start", "end"} for line in pieces)
    assert {line["level"] for line in lines} == {"debug", "info"}
    end = lines[-1]
    assert end["message"].startswith(f"SUCCESS: {ROWS} rows")
    assert end["progress"]["rows_processed"] == ROWS
    assert end["progress"]["ranges_completed"] == end["progress"]["total_ranges"] == len(pieces)
    assert end["progress"]["percentage"] == 100


def test_text_log_takes_the_place_of_progress_and_leaves_the_summary(cqlbulk, host, table):
    result = cqlbulk("count", table, "--hosts", host, "--log-format", "text")
    assert (result.returncode, result.stdout) == (0, f"{ROWS}\n"), result.stderr
    lines = apart_from_pace(result.stderr.splitlines())
    assert re.match(r"\S+Z info  \S+-count-\w{4} count observers\.t count of observers\.t begins, ", lines[0])
    assert re.match(rf"\S+Z info  \S+-count-\w{{4}} count observers\.t SUCCESS: {ROWS} rows in ", lines[1])
    assert lines[2].startswith(f"SUCCESS: counted {ROWS} rows")


def test_a_log_file_is_appended_to_and_leaves_stderr_alone(cqlbulk, host, table, tmp_path):
    for _ in range(2):
        result = cqlbulk("count", table, "--hosts", host, "--log-file", "run.log", "--log-level", "info")
        assert result.returncode == 0, result.stderr
        assert apart_from_pace(result.stderr.splitlines())[0].startswith("SUCCESS"), result.stderr
    log = tmp_path / "run.log"
    assert len(apart_from_pace(log.read_text().splitlines())) == 4
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_rejected_records_are_warnings_with_their_place(cqlbulk, host, table, tmp_path):
    (tmp_path / "in.csv").write_text("k,v\n1,a\nx,b\n")
    result = cqlbulk("load", "observers.copy", "--hosts", host, "--from", "in.csv", "--log-file", "l", "--log-level", "warn")
    assert result.returncode == 1, result.stderr
    first, last = apart_from_pace((tmp_path / "l").read_text().splitlines())
    assert " warn " in first and "in.csv:3" in first
    assert " warn " in last and "PARTIAL SUCCESS: 1 row" in last


def test_progress_file_tells_the_end(cqlbulk, host, table, tmp_path):
    result = cqlbulk("export", table, "--hosts", host, "--to", "out/", "--format", "csv", "--progress-file", "p.json")
    assert result.returncode == 0, result.stderr
    told = json.loads((tmp_path / "p.json").read_text())
    assert told["status"] == "SUCCESS"
    assert told["operation_id"] in told["operation_dir"]
    assert told["progress"]["rows_processed"] == ROWS
    assert told["progress"]["percentage"] == 100
    assert list(tmp_path.glob("p.json*")) == [tmp_path / "p.json"]


def test_progress_file_of_what_never_began_says_so(cqlbulk, tmp_path):
    result = cqlbulk("count", "a.b", "--hosts", "127.0.0.1:1", "--progress-file", "p.json")
    assert result.returncode == 2
    assert json.loads((tmp_path / "p.json").read_text())["status"] == "FAILED"


def test_webhook_is_told_with_its_token(cqlbulk, host, table, tmp_path):
    (tmp_path / "token").write_text("open-sesame\n")
    with Receiver(statuses=[500, 503]) as receiver:
        url = f"{receiver.url}/hook?secret=path"
        result = cqlbulk(
            "export", table, "--hosts", host, "--to", "out.csv", "--webhook", url, "--webhook-token-file", "token",
            "--log-file", "run.log", "--log-level", "debug",
        )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert set(receiver.events()) == {"begin", "complete"}
    assert receiver.events()[-1] == "complete"
    end = receiver.requests[-1][1]
    assert (end["status"], end["report"]["rows"]) == ("SUCCESS", ROWS)
    assert all(headers["Authorization"] == "Bearer open-sesame" for headers, _ in receiver.requests)
    operation = tmp_path / "cqlbulk-operations" / end["operation_id"]
    kept = [result.stderr, *(path.read_text() for path in [tmp_path / "run.log", *operation.iterdir()])]
    assert not any("sesame" in text or "secret=path" in text for text in kept)


def test_webhook_takes_its_token_from_the_environment(cqlbulk, host, table):
    with Receiver() as receiver:
        environment = {**os.environ, "CQLBULK_WEBHOOK_TOKEN": "from-there", "CQLBULK_WEBHOOK": receiver.url}
        result = cqlbulk("count", table, "--hosts", host, env=environment)
    assert result.returncode == 0, result.stderr
    assert receiver.requests[-1][0]["Authorization"] == "Bearer from-there"
    assert "-count-" in receiver.requests[-1][1]["operation_id"]


def test_webhook_that_is_gone_harms_nothing_and_is_reported(cqlbulk, host, table):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # Bound and not listening: connections are refused.
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/secret"
        result = cqlbulk("count", table, "--hosts", host, "--webhook", url)
    assert (result.returncode, result.stdout) == (0, f"{ROWS}\n"), result.stderr
    assert "1 × observer" in result.stderr
    assert f"{url.removesuffix('/secret')} did not take the end" in result.stderr
    assert "Connection refused" in result.stderr and "/secret" not in result.stderr


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody trusts unless told to, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", "key.pem", "-out", "certificate.pem", "-days", "2", "-subj", "/CN=webhook"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("name, trusted, taken", [("127.0.0.1", True, True), ("127.0.0.1", False, False), ("localhost", True, False)])
def test_webhook_over_tls_checks_authority_and_name(cqlbulk, host, table, certificate, name, trusted, taken):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate / "certificate.pem", certificate / "key.pem")
    environment = {**os.environ, "SSL_CERT_FILE": str(certificate / "certificate.pem")} if trusted else dict(os.environ)
    with Receiver(tls=tls) as receiver:
        url = receiver.url.replace("127.0.0.1", name)
        result = cqlbulk("count", table, "--hosts", host, "--webhook", url, env=environment)
    assert (result.returncode, result.stdout) == (0, f"{ROWS}\n"), result.stderr
    assert receiver.events() == (["begin", "complete"] if taken else [])
    assert ("TLS failed: certificate verify failed" in result.stderr) is not taken


@pytest.mark.parametrize(
    "arguments, texts",
    [
        (["--log-format", "xml"], ["--log-format", "text, json"]),
        (["--log-level", "loud"], ["--log-level", "debug, info, warn, error"]),
        (["--log-file", "nowhere/run.log"], ["nowhere/run.log", "No such file"]),
        (["--progress-file", "nowhere/p.json"], ["nowhere/p.json", "No such file"]),
        (["--webhook", "ftp://h/SECRET"], ["--webhook", "http://HOST"]),
        (["--webhook", "http://me:SECRET@h/"], ["--webhook", "holds a user"]),
        (["--webhook-token-file", "t"], ["--webhook-token-file needs --webhook"]),
        (["--webhook", "http://h/", "--webhook-token-file", "nowhere"], ["token file nowhere"]),
        (["--webhook", "http://h/", "--webhook-token", "SECRET"], ["never given on the command line"]),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(cqlbulk, tmp_path, arguments, texts):
    result = cqlbulk("count", "a.b", *arguments)
    assert result.returncode == 2, result.stderr
    assert len(result.stderr.splitlines()) <= 2
    for text in texts:
        assert text in result.stderr
    assert "SECRET" not in result.stderr
    assert not list(tmp_path.iterdir())
