"""CSV between cqlbulk and others: what Python's csv module and Arrow read of our files, and what we read of Python's."""

from __future__ import annotations

import csv
import json

import pyarrow.csv
import pytest

KEYSPACE = "csv_cli"
TEXTS = ["", "plain", 'a "quoted" word', "comma, and; semicolon", "line\nfeed", "carriage\r\nreturn", " blanks ", "ä€😀", "\\back", "#no comment", "NULL"]


@pytest.fixture(scope="module")
def texts(database) -> str:
    """A table of text that CSV has to quote, one of it null."""
    database.execute(
        f"CREATE KEYSPACE IF NOT EXISTS {KEYSPACE} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}"
    )
    for name in ("texts", "texts_copy"):
        database.execute(f"DROP TABLE IF EXISTS {KEYSPACE}.{name}")
        database.execute(f"CREATE TABLE {KEYSPACE}.{name} (id int PRIMARY KEY, t text, n int)")
    insert = database.prepare(f"INSERT INTO {KEYSPACE}.texts (id, t, n) VALUES (?, ?, ?)")
    for i, text in enumerate(TEXTS):
        database.execute(insert, (i, text, i * i))
    database.execute(f"INSERT INTO {KEYSPACE}.texts (id) VALUES ({len(TEXTS)})")
    return f"{KEYSPACE}.texts"


def rows_of(database, table: str) -> list[tuple]:
    return sorted(tuple(row) for row in database.execute(f"SELECT id, n, t FROM {table}"))


DIALECTS = {
    "usual": ({}, []),
    "excel": ({"lineterminator": "\r\n"}, ["--line-end", "crlf"]),
    "tabs": ({"delimiter": "\t", "quotechar": "'"}, ["--delimiter", "tab", "--quote", "'"]),
    "backslash": ({"escapechar": "\\", "doublequote": False}, ["--escape", "\\"]),
    "all quoted": ({"quoting": csv.QUOTE_ALL}, ["--quoting", "all"]),
}


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_python_reads_what_we_write(cqlbulk, database, texts, host, tmp_path, dialect):
    python, ours = DIALECTS[dialect]
    result = cqlbulk("export", texts, "--to", "out.csv", "--hosts", host, "--null", "\\N", *ours)
    assert result.returncode == 0, result.stderr
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file, strict=True, **python)
    assert header == ["id", "n", "t"]
    # With a backslash as the escape, Python takes it away outside quotes, too.
    null = "N" if "escapechar" in python else "\\N"
    unescape = (lambda text: text.replace("\\", "")) if "escapechar" in python else (lambda text: text)
    expected = [tuple(null if value is None else unescape(str(value)) for value in row) for row in rows_of(database, texts)]
    assert sorted(map(tuple, rows), key=lambda row: int(row[0])) == expected


# Not with a backslash, which Python writes outside quotes too, nor with its quotes around what stands for null.
@pytest.mark.parametrize("dialect", ["usual", "excel", "tabs"])
def test_we_read_what_python_writes(cqlbulk, database, texts, host, tmp_path, dialect):
    python, ours = DIALECTS[dialect]
    reading = [option for option in ours if option not in ("--line-end", "crlf", "--quoting", "all")]
    database.execute(f"TRUNCATE {texts}_copy")
    expected = rows_of(database, texts)
    with (tmp_path / "in.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, **{"lineterminator": "\n", **python})
        writer.writerow(["id", "n", "t"])
        # Python quotes neither None nor, by itself, the text that stands for null here.
        writer.writerows([["–" if value is None else value for value in row] for row in expected])
    result = cqlbulk("load", f"{texts}_copy", "--from", "in.csv", "--hosts", host, "--null", "–", *reading)
    assert result.returncode == 0, result.stderr
    assert rows_of(database, f"{texts}_copy") == expected


def test_arrow_reads_what_we_write(cqlbulk, database, texts, host, tmp_path):
    assert cqlbulk("export", texts, "--to", "out.csv", "--hosts", host).returncode == 0
    table = pyarrow.csv.read_csv(
        tmp_path / "out.csv",
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(strings_can_be_null=True, quoted_strings_can_be_null=False, null_values=[""]),
    )
    assert sorted(tuple(row.values()) for row in table.to_pylist()) == rows_of(database, texts)


FORMS = [
    [],
    ["--blobs", "base64", "--timestamps", "s", "--numbers", "plain", "--booleans", "Y,N", "--nested", "cql"],
    ["--timestamps", "us", "--time-zone", "Europe/Berlin"],
    ["--time-zone", "America/New_York", "--locale", "de"],
    ["--number-format", "#,##0.000;(#,##0.000)", "--locale", "de"],
    ["--timestamp-format", "d. MMM y, HH:mm:ss.SSSxxx", "--date-format", "dd/MM/yyyy", "--time-format", "hh:mm:ss.SSSSSSSSS a", "--locale", "fr"],
]


@pytest.fixture(scope="module")
def values(database, texts) -> str:
    for name in ("vals", "vals_copy"):
        database.execute(f"DROP TABLE IF EXISTS {KEYSPACE}.{name}")
        database.execute(
            f"CREATE TABLE {KEYSPACE}.{name} (id int PRIMARY KEY, b blob, ts timestamp, d date, t time, o boolean, f double,"
            " e decimal, v varint, l list<timestamp>, m map<text, frozen<list<int>>>, u frozen<tuple<int, text>>)"
        )
    insert = (
        f"INSERT INTO {KEYSPACE}.vals (id, b, ts, d, t, o, f, e, v, l, m, u) VALUES (%s, 0x00ff, '2024-07-02 03:04:05.678Z',"
        " '2024-02-29', '23:59:59.123456789', true, 1234567.25, 12345.678, 123456789012345678901234567890,"
        " ['1969-12-31T23:59:59.999Z'], {{'it''s': [1, 2]}}, (1, 'x'))"
    ).replace("{{", "{").replace("}}", "}")
    database.execute(insert, (1,))
    database.execute(f"INSERT INTO {KEYSPACE}.vals (id, b, o, f, v) VALUES (2, 0x, false, -Infinity, -1)")
    return f"{KEYSPACE}.vals"


@pytest.mark.parametrize("forms", FORMS, ids=lambda forms: " ".join(forms)[:40])
def test_what_is_written_in_a_form_is_read_in_it(cqlbulk, database, values, host, forms):
    database.execute(f"TRUNCATE {values}_copy")
    written = cqlbulk("export", values, "--to", "out.csv", "--hosts", host, *forms)
    assert written.returncode == 0, written.stderr
    read = cqlbulk("load", f"{values}_copy", "--from", "out.csv", "--hosts", host, *forms)
    assert read.returncode == 0, read.stderr
    before, after = (
        sorted(map(str, map(tuple, database.execute(f"SELECT * FROM {table}")))) for table in (values, f"{values}_copy")
    )
    assert after == before


def test_an_export_stops_at_digits_that_a_form_cannot_show(cqlbulk, values, host):
    result = cqlbulk("export", values, "--columns", "id,ts", "--to", "out.csv", "--hosts", host, "--timestamp-format", "yyyy-MM-dd HH:mm")
    assert result.returncode == 3, result.stderr
    assert "column ts" in result.stderr and "2024-07-02T03:04:05.678Z" in result.stderr
    assert "--rounding" in result.stderr


def test_every_bad_record_is_rejected_alone(cqlbulk, database, texts, host, tmp_path):
    database.execute(f"TRUNCATE {texts}_copy")
    (tmp_path / "bad.csv").write_bytes(
        b"\xef\xbb\xbfid,t,n\n"
        b"1,good,1\n"
        b"x,no number,1\n"
        b"2,\"good\nover two lines\",4\n"
        b"3,too few\n"
        b"4,too,many,4\n"
        b"5,\"text after\" a quote,5\n"
        b"6,\xff\xfe,6\n"
        b"99999999999,out of range,7\n"
        b",null key,8\n"
        b"7,nul \x00 byte,2.5\n"
        b"8,good at the end,64"
    )
    result = cqlbulk("load", f"{texts}_copy", "--from", "bad.csv", "--hosts", host, "--report", "json")
    assert result.returncode == 1, result.stderr
    report = json.loads(result.stdout)
    assert [row[0] for row in rows_of(database, f"{texts}_copy")] == [1, 2, 8]
    assert report["rejected"] == 8
    rejected = (tmp_path / report["reject_file"]).read_bytes()
    assert rejected.startswith(b"id,t,n\n") and rejected.count(b"\n") == 9
    assert b"6,\xff\xfe,6\n" in rejected


def test_names_limits_and_ragged_records(cqlbulk, database, texts, host, tmp_path):
    database.execute(f"TRUNCATE {texts}_copy")
    (tmp_path / "in.csv").write_text("skipped,x,0\n 1 , \"a\" \n2,b,4,more\n3,c,9\n")
    result = cqlbulk(
        "load", f"{texts}_copy", "--from", "in.csv", "--hosts", host, "--no-header", "--field-names", "id,t,n", "--skip", "1",
        "--max-records", "2", "--trim", "unquoted", "--missing-fields", "null", "--extra-fields", "ignore",
    )
    assert result.returncode == 0, result.stderr
    assert rows_of(database, f"{texts}_copy") == [(1, None, "a"), (2, 4, "b")]


def test_digits_are_rounded_and_numbers_held_only_when_told_to(cqlbulk, database, texts, host, tmp_path):
    (tmp_path / "in.csv").write_text("id,n\n1,2.5\n2,99999999999\n")
    refused = cqlbulk("load", f"{texts}_copy", "--from", "in.csv", "--hosts", host, "--dry-run")
    assert refused.returncode == 1
    database.execute(f"TRUNCATE {texts}_copy")
    result = cqlbulk("load", f"{texts}_copy", "--from", "in.csv", "--hosts", host, "--rounding", "half-even", "--overflow", "saturate")
    assert result.returncode == 0, result.stderr
    assert rows_of(database, f"{texts}_copy") == [(1, 2, None), (2, 2147483647, None)]


@pytest.mark.parametrize(
    "options, words",
    [
        (["--trim", "some"], ["--trim", "none, unquoted, all"]),
        (["--booleans", "yes"], ["--booleans", "two words"]),
        (["--time-zone", "Mars/Base"], ["Mars/Base", "no time zone"]),
        (["--locale", "xx_YY"], ["xx_YY", "no locale"]),
        (["--number-format", "0.0.0"], ["0.0.0", "no pattern of numbers"]),
        (["--date-format", "dd.mm.yyyy"], ["has m, which a date has not"]),
        (["--field-names", "id,t"], ["3 fields where 2 are given"]),
        (["--rounding", "sometimes"], ["--rounding", "half-even"]),
    ],
    ids=lambda value: " ".join(value)[:30],
)
def test_settings_that_cannot_be_are_refused(cqlbulk, texts, host, tmp_path, options, words):
    (tmp_path / "in.csv").write_text("id,t,n\n1,a,1\n")
    result = cqlbulk("load", texts, "--from", "in.csv", "--hosts", host, *options)
    assert result.returncode == 2, result.stderr
    for word in words:
        assert word in result.stderr


def test_a_field_of_a_hundred_megabytes_is_read_or_named(cqlbulk, texts, host, tmp_path):
    with (tmp_path / "in.csv").open("w") as file:
        file.write("id,t,n\n1,\"" + "x" * 100_000_000 + "\",1\n2,small,2\n")
    refused = cqlbulk("load", texts, "--from", "in.csv", "--hosts", host, "--dry-run", "--report", "json")
    assert refused.returncode == 1 and json.loads(refused.stdout)["rejected"] == 1
    assert "100000000 bytes, and no field may have more than 67108864" in refused.stdout + refused.stderr
    borne = cqlbulk("load", texts, "--from", "in.csv", "--hosts", host, "--dry-run", "--max-field-bytes", "100MB")
    assert borne.returncode == 0, borne.stderr
