"""What a command line that cannot be gets to hear: status 2, one or two lines, and the way out. No cluster needed."""

from __future__ import annotations

import os

import pytest


def refused(result, *texts: str) -> None:
    assert result.returncode == 2, result.stderr
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert 1 <= len(lines) <= 2, result.stderr
    assert lines[0].startswith("cqlbulk: ")
    for text in texts:
        assert text in result.stderr


@pytest.mark.parametrize(
    "arguments, texts",
    [
        ([], ["no command is given", "cqlbulk --help"]),
        (["cuont", "a.b"], ["unknown command cuont", "did you mean count?"]),
        (["tune", "x"], ["nothing is to be changed", "--parallelism", "--go-on"]),
        (["resume", "x"], ["there is no operation x in cqlbulk-operations", "`cqlbulk status` lists the operations"]),
        (["count"], ["no table is named"]),
        (["count", "nodot"], ['"nodot" is not KEYSPACE.TABLE']),
        (["count", "a.b", "c.d"], ['unexpected argument "c.d"']),
        (["count", "--spilts", "8", "a.b"], ["--spilts", "did you mean --splits?"]),
        (["count", "--spilts=8", "a.b"], ["--spilts", "did you mean --splits?"]),
        (["count", "a.b", "--splits", "many"], ['--splits: "many" is not a whole number']),
        (["count", "a.b", "--splits", "0"], ["--splits", "from 1"]),
        (["count", "a.b", "--splits"], ["--splits needs a value"]),
        (["count", "a.b", "--splits", "1", "--splits", "2"], ["--splits is given more than once"]),
        (["count", "a.b", "--by", "node"], ["--by", "total, range, host, partition"]),
        (["count", "a.b", "--consistency", "MOST"], ["--consistency", "LOCAL_QUORUM"]),
        (["count", "a.b", "--timeout", "soon"], ["--timeout", "30s"]),
        (["count", "a.b", "--hosts", "a:b:c:d]x["], ["no contact point"]),
        (["count", "a.b", "--hosts", "h:99999"], ["--hosts", "from 1 to 65535"]),
        (["count", "a.b", "--protocol-version", "3"], ["--protocol-version", "4, 5"]),
        (["count", "a.b", "--max-failed-ranges", "x%"], ["--max-failed-ranges", "5%"]),
        (["count", "a.b", "--ca", "ca.pem"], ["--ca", "need --tls"]),
        (["count", "a.b", "--tls", "--ca", "nowhere.pem"], ["nowhere.pem", "No such file"]),
        (["count", "a.b", "--tls", "--key", "own.key"], ["own.key", "without its certificate"]),
        (["count", "a.b", "--tls", "--key-password-file", "nowhere"], ["nowhere", "cannot be read"]),
        (["count", "a.b", "--tls", "--tls-any-host", "--tls-host-name", "n"], ["exclude each other"]),
        (["count", "a.b", "--password", "secret"], ["never given on the command line", "--password-file"]),
        (["count", "a.b", "--report-file", "nowhere/report.json"], ["--report-file", "nowhere/report.json"]),
        (["count", "a.b", "--user", "me"], ["no password for --user me", "CQLBULK_PASSWORD"]),
        (["count", "a.b", "--user", "me", "--password-file", "nowhere"], ["nowhere", "cannot be read"]),
        (["count", "a.b", "--password-file", "x"], ["--password-file needs --user"]),
        (["count", "a.b", "--query", "SELECT * FROM a.b"], ["--query takes the place of a.b"]),
        (["count", "--query", "DELETE FROM a.b"], ["must be a SELECT"]),
        (["count", "--query", "SELECT * FROM b"], ["must name the keyspace"]),
        (["count", "--query", "SELECT * FROM a.b WHERE c = 'x"], ["a string that does not end"]),
        (["count", "a.b", "--to", "x.csv"], ["--to is an option of", "not of count"]),
        (["--hosts", "h", "count", "a.b"], ["--hosts stands before the command"]),
        (["export", "a.b"], ["no target is named", "--to"]),
        (["export", "a.b", "--to", "x.csv", "--codec", "zip"], ["--codec", "snappy"]),
        (["export", "a.b", "--to", "x.csv", "--max-file-bytes", "big"], ["--max-file-bytes", "1GiB"]),
        (["load", "a.b"], ["no input is named", "--from"]),
        (["load", "a.b", "--from", "x.csv", "--map", "field"], ["--map", "FIELD=COLUMN"]),
        (["load", "a.b", "--from", "x.csv", "--nulls", "drop"], ["--nulls", "unset, write, reject"]),
        (["load", "a.b", "--from", "x.csv", "--quote", "''"], ["--quote", "a single character"]),
        (["inspect", "a.b", "--to", "c.d"], ["--to needs --from"]),
        (["inspect", "--from", "nowhere.csv"], ["nowhere.csv"]),
        (["status", "nothing-of-that-name"], ["nothing-of-that-name"]),
    ],
    ids=lambda value: " ".join(value)[:40] if value and isinstance(value, list) else None,
)
def test_is_refused_with_the_way_out(cqlbulk, arguments, texts):
    refused(cqlbulk(*arguments), *texts)


def test_secrets_are_not_repeated(cqlbulk):
    result = cqlbulk("count", "a.b", "--password", "s3cret")
    assert "s3cret" not in result.stdout + result.stderr


def test_wrong_port_names_host_and_way_out(cqlbulk):
    refused(cqlbulk("count", "a.b", "--hosts", "127.0.0.1:1"), "127.0.0.1:1", "refused", "--hosts")


def test_unknown_host_is_named(cqlbulk):
    refused(cqlbulk("count", "a.b", "--hosts", "no-such-host.invalid"), "no-such-host.invalid", "--hosts")


@pytest.mark.parametrize("command", [[], ["count"], ["export"], ["load"], ["resume"], ["verify"], ["inspect"], ["status"]])
def test_help_teaches_by_example(cqlbulk, command):
    result = cqlbulk(*command, "--help")
    assert result.returncode == 0
    assert result.stderr == ""
    examples = result.stdout.split("Examples:\n", 1)[1].split("\n\n")[0].splitlines()
    assert 2 <= len(examples) <= 5
    for example in examples:
        assert example.strip().startswith(" ".join(["cqlbulk", *command])), example
    assert max(map(len, result.stdout.splitlines())) <= 120


def test_version(cqlbulk):
    result = cqlbulk("--version")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("cqlbulk 0.")


def test_the_version_is_told_before_any_library_begins(cqlbulk):
    def begun(*arguments: str) -> str:  # the loader names every library whose constructors it calls
        return cqlbulk(*arguments, env={**os.environ, "LD_DEBUG": "files"}).stderr

    assert "libarrow" in begun("--help").partition("calling init")[2]
    assert "calling init" not in begun("--version")
