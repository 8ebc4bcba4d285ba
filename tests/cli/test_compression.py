"""Compressed files of text as a user has them: written, read by the tools that everybody has, loaded back."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import signal
import subprocess
from pathlib import Path

import pyarrow
import pytest
from tables import insert_all

KEYSPACE = "compression_cli"
ROWS = 5_000
SUFFIXES = ["gz", "zst", "bz2", "lz4", "sz", "xz"]
NAMES = {"gz": "gzip", "zst": "zstd", "bz2": "bzip2", "lz4": "lz4", "sz": "snappy", "xz": "xz"}


def plain(path: Path) -> str:
    """What others read in a file of ours."""
    match path.suffix:
        case ".gz":
            return gzip.decompress(path.read_bytes()).decode()
        case ".bz2":
            return bz2.decompress(path.read_bytes()).decode()
        case ".xz":
            return lzma.decompress(path.read_bytes()).decode()
        case ".zst":
            return subprocess.run(["zstd", "-dc", path], check=True, capture_output=True).stdout.decode()
        case ".lz4":
            return subprocess.run(["lz4", "-dc", path], check=True, capture_output=True).stdout.decode()
        case ".sz":
            return b"".join(unframed(path.read_bytes())).decode()
    raise ValueError(path)


def unframed(stream: bytes):
    """Snappy's framing format, chunk by chunk (a chunk may end within a character), with the raw codec of pyarrow."""
    assert stream.startswith(b"\xff\x06\0\0sNaPpY")
    while stream:
        kind, size = stream[0], int.from_bytes(stream[1:4], "little")
        content, stream = stream[4 : 4 + size], stream[4 + size :]
        if kind == 0:
            packed = content[4:]
            # The raw format begins with the length, seven bits a byte.
            length = sum((byte & 127) << (7 * place) for place, byte in enumerate(packed[:3][: 1 + next(i for i, b in enumerate(packed[:3]) if b < 128)]))
            yield pyarrow.decompress(packed, decompressed_size=length, codec="snappy").to_pybytes()
        elif kind == 1:
            yield content[4:]
        else:
            assert kind >= 0x80, kind


def packed(text: str, suffix: str, folder: Path) -> bytes:
    """The same in their files."""
    data = text.encode()
    match suffix:
        case "gz":
            return gzip.compress(data)
        case "bz2":
            return bz2.compress(data)
        case "xz":
            return lzma.compress(data)
        case "zst" | "lz4":
            return subprocess.run([{"zst": "zstd", "lz4": "lz4"}[suffix], "-c"], input=data, check=True, capture_output=True).stdout
    raise ValueError(suffix)


@pytest.fixture(scope="module")
def table(database) -> str:
    database.execute(
        f"CREATE KEYSPACE IF NOT EXISTS {KEYSPACE} WITH replication = "
        "{'class': 'SimpleStrategy', 'replication_factor': 1}"
    )
    for name in ("t", "copy"):
        database.execute(f"DROP TABLE IF EXISTS {KEYSPACE}.{name}")
        database.execute(f"CREATE TABLE {KEYSPACE}.{name} (k int, c int, v text, PRIMARY KEY (k, c))")
    insert = database.prepare(f"INSERT INTO {KEYSPACE}.t (k, c, v) VALUES (?, ?, ?)")
    rows = [(row % 100, row, f"value {row}, \u00e9\u20ac") for row in range(ROWS)]
    insert_all(database, insert, rows)
    return f"{KEYSPACE}.t"


@pytest.fixture
def copy(database, table) -> str:
    database.execute(f"TRUNCATE {KEYSPACE}.copy")
    return f"{KEYSPACE}.copy"


@pytest.fixture
def exported(cqlbulk, table, host, tmp_path) -> str:
    """The table as one plain file, its lines in order."""
    done = cqlbulk("export", table, "--to", "plain.csv", "--hosts", host)
    assert done.returncode == 0, done.stderr
    return in_order((tmp_path / "plain.csv").read_text())


def in_order(text: str) -> str:
    header, *lines = text.splitlines(keepends=True)
    return header + "".join(sorted(lines))


def rows_in(database, table: str) -> list:
    return sorted(tuple(row) for row in database.execute(f"SELECT k, c, v FROM {table}"))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_one_file_there_and_back(cqlbulk, database, table, copy, host, tmp_path, exported, suffix):
    # Many fragments, each compressed by itself.
    done = cqlbulk("export", table, "--to", f"out.csv.{suffix}", "--hosts", host, "--splits", "8", "--threads", "2")
    assert done.returncode == 0, done.stderr
    assert in_order(plain(tmp_path / f"out.csv.{suffix}")) == exported
    verified = cqlbulk("verify", sorted((tmp_path / "cqlbulk-operations").glob("*export*"))[1].name, "--hosts", host)
    assert verified.returncode == 0, verified.stdout
    loaded = cqlbulk("load", copy, "--from", f"out.csv.{suffix}", "--hosts", host, "--report", "json")
    assert loaded.returncode == 0, loaded.stderr
    assert json.loads(loaded.stdout)["rows"] == ROWS
    assert rows_in(database, copy) == rows_in(database, table)


@pytest.mark.parametrize("suffix", ["gz", "bz2", "xz", "zst", "lz4"])
def test_files_of_others_load(cqlbulk, database, table, copy, host, tmp_path, exported, suffix):
    half = len(exported) // 2
    (tmp_path / f"in.csv.{suffix}").write_bytes(
        b"".join(packed(part, suffix, tmp_path) for part in (exported[:half], exported[half:]))
    )
    loaded = cqlbulk("load", copy, "--from", f"in.csv.{suffix}", "--hosts", host)
    assert loaded.returncode == 0, loaded.stderr
    assert rows_in(database, copy) == rows_in(database, table)


def test_a_directory_of_parts(cqlbulk, table, copy, host, tmp_path, exported):
    done = cqlbulk(
        "export", table, "--to", "out/", "--format", "csv", "--file-compression", "zstd", "--compression-level", "19",
        "--max-file-rows", "1000", "--hosts", host,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    parts = sorted((tmp_path / "out").iterdir())
    assert len(parts) >= 5 and all(part.name.endswith(".csv.zst") for part in parts)
    texts = [plain(part) for part in parts]
    assert in_order("k,c,v\n" + "".join(text.removeprefix("k,c,v\n") for text in texts)) == exported
    loaded = cqlbulk("load", copy, "--from", "out/", "--hosts", host, "--report", "json")
    assert (loaded.returncode, json.loads(loaded.stdout)["rows"]) == (0, ROWS)
    # An overwritten directory loses these parts too.
    again = cqlbulk("export", table, "--to", "out/", "--format", "csv", "--overwrite", "--hosts", host)
    assert again.returncode == 0, again.stderr
    assert {part.suffix for part in (tmp_path / "out").iterdir()} == {".csv"}


def test_rotation_counts_compressed_bytes(cqlbulk, database, host, tmp_path):
    database.execute(f"CREATE TABLE IF NOT EXISTS {KEYSPACE}.wide (k int PRIMARY KEY, v text)")
    insert = database.prepare(f"INSERT INTO {KEYSPACE}.wide (k, v) VALUES (?, ?)")
    for row in range(400):
        database.execute(insert, (row, os.urandom(10_000).hex()))
    done = cqlbulk(
        "export", f"{KEYSPACE}.wide", "--to", "out/", "--format", "csv", "--file-compression", "gzip", "--hosts", host,
        "--max-file-bytes", "1MiB", "--page-size", "20", "--threads", "1",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    sizes = [part.stat().st_size for part in sorted((tmp_path / "out").iterdir())]
    # 8 MB of hexadecimal digits, of which half remains.
    assert 3 <= len(sizes) <= 5, sizes
    assert all(1 << 20 <= size <= 1.6 * (1 << 20) for size in sizes[:-1]), sizes


def test_streams(cqlbulk, database, table, copy, host, tmp_path, exported):
    done = cqlbulk("export", table, "--to", "-", "--file-compression", "gzip", "--hosts", host, text=False)
    assert done.returncode == 0, done.stderr
    assert in_order(gzip.decompress(done.stdout).decode()) == exported
    (tmp_path / "stream").write_bytes(done.stdout)
    with open(tmp_path / "stream", "rb") as stream:
        piped = subprocess.Popen(["cat"], stdin=stream, stdout=subprocess.PIPE)
        loaded = cqlbulk("load", copy, "--from", "-", "--format", "csv", "--file-compression", "gzip", "--hosts", host, stdin=piped.stdout)
        piped.wait()
    assert loaded.returncode == 0, loaded.stderr
    assert rows_in(database, copy) == rows_in(database, table)


def test_an_empty_table(cqlbulk, database, host, tmp_path):
    database.execute(f"CREATE TABLE IF NOT EXISTS {KEYSPACE}.nothing (k int PRIMARY KEY, v text)")
    for suffix in SUFFIXES:
        done = cqlbulk("export", f"{KEYSPACE}.nothing", "--to", f"out.csv.{suffix}", "--hosts", host)
        assert done.returncode == 0, done.stderr
        assert plain(tmp_path / f"out.csv.{suffix}") == "k,v\n"


@pytest.mark.parametrize("suffix", ["gz", "sz"])
def test_a_killed_export_goes_on(cqlbulk, table, host, tmp_path, exported, suffix):
    export = ("export", table, "--to", f"out.csv.{suffix}", "--hosts", host, "--splits", "40", "--auto-resume", "--checkpoint-every", "1")
    kills = 0
    for step in (18, 22, 24, 26, 30, 9):
        killed = cqlbulk(*export, env={**os.environ, "CQLBULK_KILL_AT_STEP": str(step)})
        if killed.returncode == 0:
            break
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        kills += 1
    done = cqlbulk(*export) if killed.returncode else killed
    assert kills > 0
    assert done.returncode == 0, done.stderr
    assert in_order(plain(tmp_path / f"out.csv.{suffix}")) == exported
    # The first is the plain one's; all runs of this are one operation.
    [_, operation] = sorted((tmp_path / "cqlbulk-operations").iterdir())
    assert cqlbulk("verify", operation.name, "--hosts", host).returncode == 0


def test_a_stopped_load_goes_on(cqlbulk, database, table, copy, host, tmp_path, exported):
    (tmp_path / "stdin.gz").write_bytes(gzip.compress(exported.encode()))
    with open(tmp_path / "stdin.gz", "rb") as stream:
        piped = subprocess.Popen(["cat"], stdin=stream, stdout=subprocess.PIPE)
        load = ("load", copy, "--from", "-", "--format", "csv", "--file-compression", "gzip", "--hosts", host)
        killed = cqlbulk(*load, stdin=piped.stdout, env={**os.environ, "CQLBULK_KILL_AT_STEP": "12"})
        piped.wait()
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    [operation] = (tmp_path / "cqlbulk-operations").glob("*load*")
    resumed = cqlbulk("resume", operation.name)
    assert resumed.returncode == 0, resumed.stderr
    assert rows_in(database, copy) == rows_in(database, table)


def test_rejects_of_a_compressed_file_are_plain_and_load_again(cqlbulk, copy, host, tmp_path):
    lines = "".join(f"{row},{row},{'x' * 50}\n" if row % 50 else f"{row},bad,v\n" for row in range(2_000))
    (tmp_path / "in.csv.gz").write_bytes(gzip.compress(("k,c,v\n" + lines).encode()))
    loaded = cqlbulk("load", copy, "--from", "in.csv.gz", "--hosts", host, "--reject-file", "bad.csv", "--report", "json")
    assert loaded.returncode == 1, loaded.stderr
    assert json.loads(loaded.stdout)["rejected"] == 40
    assert (tmp_path / "bad.csv").read_text().splitlines()[:2] == ["k,c,v", "0,bad,v"]
    first = json.loads((tmp_path / "bad.csv.reasons.jsonl").read_text().splitlines()[1])
    assert first["line"] == 52


@pytest.mark.parametrize("suffix", ["gz", "zst", "bz2", "lz4", "xz"])
def test_damage_is_told_before_anything_is_written(cqlbulk, database, copy, host, tmp_path, exported, suffix):
    whole = packed(exported, suffix, tmp_path)
    for name, content in {"cut": whole[:-10], "more": whole + b"more", "other": exported.encode()}.items():
        (tmp_path / f"{name}.csv.{suffix}").write_bytes(content)
        loaded = cqlbulk("load", copy, "--from", f"{name}.csv.{suffix}", "--hosts", host)
        assert loaded.returncode == 2, loaded.stderr
        assert f"{name}.csv.{suffix}: at byte " in loaded.stderr, loaded.stderr
    assert rows_in(database, copy) == []


def test_little_that_becomes_much(cqlbulk, copy, host, tmp_path):
    """2 GB of one field in a few KB: refused, with no more memory than for anything else."""
    zeros = subprocess.run(["bash", "-c", "head -c 2000M /dev/zero | zstd -c"], check=True, capture_output=True).stdout
    (tmp_path / "in.csv.zst").write_bytes(subprocess.run(["zstd", "-c"], input=b"k,c,v\n1,1,", check=True, capture_output=True).stdout + zeros)
    used = subprocess.run(
        ["python3", "-c", "import resource, subprocess, sys; p = subprocess.run(sys.argv[1:]);"
         "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(p.returncode)",
         os.environ["CQLBULK_TOOL"], "load", copy, "--from", "in.csv.zst", "--hosts", host, "--quiet"],
        cwd=tmp_path, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert used.returncode == 1, used.stderr
    assert int(used.stdout.split()[-1]) < 1_500_000, "kilobytes"


def test_what_cannot_be_is_told(cqlbulk, table, host):
    def told(*arguments: str) -> str:
        done = cqlbulk("export", table, "--hosts", host, *arguments)
        assert done.returncode == 2
        return done.stderr

    assert "parquet files are not compressed as a whole" in told("--to", "out.parquet", "--file-compression", "gzip")
    assert "parquet files are not compressed as a whole" in told("--to", "out.parquet.gz")
    assert "--compression-level of gzip is 1 to 9" in told("--to", "out.csv.gz", "--compression-level", "10")
    assert "--compression-level needs a compression" in told("--to", "out.csv", "--compression-level", "1")
    assert "snappy has no levels" in told("--to", "out.csv.sz", "--compression-level", "1")
    assert "gzip, zstd, bzip2, lz4, snappy, xz" in told("--to", "out.csv", "--file-compression", "zip")
    assert "cannot be told from its name" in told("--to", "out.gz")


def test_inspect_looks_into_compressed_files(cqlbulk, tmp_path):
    (tmp_path / "in.csv.xz").write_bytes(lzma.compress(b"a,b\n1,2\n3,4\n"))
    told = cqlbulk("inspect", "--from", "in.csv.xz")
    assert told.returncode == 0, told.stderr
    assert "2 records" in told.stdout and "2 fields" in told.stdout
