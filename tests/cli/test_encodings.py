"""Files in other encodings than UTF-8, both ways, compared with what Python makes of them."""

from __future__ import annotations

import gzip
import json

import pytest

KEYSPACE = "encodings_cli"
TEXTS = {1: "caf\u00e9", 2: 'say "\u00fc", \u00df\n', 3: "", 4: "\u00a0"}
WIDE = {**TEXTS, 5: "\u20ac \u65e5\u672c", 6: "\U0001f600", 7: "\ufeffin the middle"}


@pytest.fixture(scope="module")
def keyspace(database) -> str:
    database.execute(
        f"CREATE KEYSPACE IF NOT EXISTS {KEYSPACE} WITH replication = "
        "{'class': 'SimpleStrategy', 'replication_factor': 1}"
    )
    for name in ("narrow", "wide", "copy"):
        database.execute(f"CREATE TABLE IF NOT EXISTS {KEYSPACE}.{name} (k int PRIMARY KEY, v text)")
    for name, texts in (("narrow", TEXTS), ("wide", WIDE)):
        for key, text in texts.items():
            database.execute(f"INSERT INTO {KEYSPACE}.{name} (k, v) VALUES (%s, %s)", (key, text))
    return KEYSPACE


@pytest.fixture
def copy(database, keyspace) -> str:
    database.execute(f"TRUNCATE {keyspace}.copy")
    return f"{keyspace}.copy"


def texts_in(database, table: str) -> dict[int, str]:
    return {row.k: row.v for row in database.execute(f"SELECT k, v FROM {table}")}


def plain(cqlbulk, table: str, host: str, folder) -> str:
    assert cqlbulk("export", table, "--to", "plain.csv", "--hosts", host, "--overwrite").returncode == 0
    return (folder / "plain.csv").read_bytes().decode()


@pytest.mark.parametrize(
    ("name", "in_python", "mark", "table"),
    [
        ("UTF-16", "utf-16-le", b"\xff\xfe", "wide"),
        ("UTF-16LE", "utf-16-le", b"", "wide"),
        ("UTF-16BE", "utf-16-be", b"", "wide"),
        ("UTF-32", "utf-32-le", b"\xff\xfe\0\0", "wide"),
        ("ISO-8859-1", "latin-1", b"", "narrow"),
        ("WINDOWS-1252", "cp1252", b"", "narrow"),
        ("GB18030", "gb18030", b"", "wide"),
    ],
)
def test_there_and_back(cqlbulk, database, keyspace, copy, host, tmp_path, name, in_python, mark, table):
    expected = plain(cqlbulk, f"{keyspace}.{table}", host, tmp_path)
    done = cqlbulk("export", f"{keyspace}.{table}", "--to", "out.csv", "--encoding", name, "--hosts", host, "--splits", "4")
    assert done.returncode == 0, done.stderr
    written = (tmp_path / "out.csv").read_bytes()
    assert written.startswith(mark)
    assert sorted(written.removeprefix(mark).decode(in_python)) == sorted(expected)
    loaded = cqlbulk("load", copy, "--from", "out.csv", "--encoding", name, "--hosts", host)
    assert loaded.returncode == 0, loaded.stderr
    assert texts_in(database, copy) == texts_in(database, f"{keyspace}.{table}")


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_a_byte_order_mark_decides(cqlbulk, database, copy, host, tmp_path, mark):
    order = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    (tmp_path / "in.csv").write_bytes(mark + "k,v\n1,\u20ac\n".encode(order))
    loaded = cqlbulk("load", copy, "--from", "in.csv", "--encoding", "UTF-16", "--hosts", host)
    assert loaded.returncode == 0, loaded.stderr
    assert texts_in(database, copy) == {1: "\u20ac"}


def test_around_it_compression(cqlbulk, database, keyspace, copy, host, tmp_path):
    expected = plain(cqlbulk, f"{keyspace}.wide", host, tmp_path)
    done = cqlbulk("export", f"{keyspace}.wide", "--to", "out.csv.gz", "--encoding", "UTF-16", "--hosts", host)
    assert done.returncode == 0, done.stderr
    written = gzip.decompress((tmp_path / "out.csv.gz").read_bytes())
    assert sorted(written.decode("utf-16")) == sorted(expected)
    assert cqlbulk("load", copy, "--from", "out.csv.gz", "--encoding", "UTF-16", "--hosts", host).returncode == 0
    assert texts_in(database, copy) == texts_in(database, f"{keyspace}.wide")


def test_bytes_that_are_no_text_reject_their_record_alone(cqlbulk, database, copy, host, tmp_path):
    # 0x81 means nothing in CP1252.
    (tmp_path / "in.csv").write_bytes(b"k,v\n1,caf\xe9\n2,bad \x81 byte\n3,good\n")
    loaded = cqlbulk("load", copy, "--from", "in.csv", "--encoding", "CP1252", "--hosts", host, "--reject-file", "bad.csv", "--report", "json")
    assert loaded.returncode == 1, loaded.stderr
    assert json.loads(loaded.stdout)["rejected"] == 1
    assert texts_in(database, copy) == {1: "caf\u00e9", 3: "good"}
    reason = json.loads((tmp_path / "bad.csv.reasons.jsonl").read_text())
    assert (reason["line"], reason["column"]) == (3, "v")
    assert "UTF-8" in reason["reason"]


def test_a_character_that_does_not_fit_stops_the_export(cqlbulk, keyspace, host, tmp_path):
    done = cqlbulk("export", f"{keyspace}.wide", "--to", "out.csv", "--encoding", "ISO-8859-1", "--hosts", host)
    assert done.returncode == 3
    assert "ISO-8859-1 has no U+" in done.stderr
    assert not (tmp_path / "out.csv").exists()


def test_what_cannot_be_is_told(cqlbulk, keyspace, host):
    for arguments, text in (
        (("--to", "out.csv", "--encoding", "UTF-17"), "\"UTF-17\" is no encoding that iconv knows"),
        (("--to", "out.csv", "--encoding", "ASCII//TRANSLIT"), "is no encoding"),
        (("--to", "out.parquet", "--encoding", "UTF-16"), "parquet is no text"),
    ):
        done = cqlbulk("export", f"{keyspace}.wide", *arguments, "--hosts", host)
        assert (done.returncode, text in done.stderr) == (2, True), done.stderr
