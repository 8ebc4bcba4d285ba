"""cqlbulk inspect and status."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def table(database) -> str:
    database.execute(
        "CREATE KEYSPACE IF NOT EXISTS cnt_inspect WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}"
    )
    database.execute("CREATE TABLE IF NOT EXISTS cnt_inspect.orders (id uuid PRIMARY KEY, total decimal, tags set<text>)")
    return "cnt_inspect.orders"


def test_cluster(cqlbulk, host, ring):
    said = cqlbulk("inspect", "--hosts", host).stdout
    for address in ring.addresses():
        assert address in said
    assert "Murmur3Partitioner" in said


def test_keyspace_and_table(cqlbulk, host, table):
    assert "orders" in cqlbulk("inspect", "cnt_inspect", "--hosts", host).stdout
    said = cqlbulk("inspect", table, "--hosts", host, "--splits", "77").stdout
    assert "set<text>" in said
    assert "partition key" in said
    assert "77 splits" in said


def test_file_alone_needs_no_cluster(cqlbulk, tmp_path):
    (tmp_path / "orders.csv").write_text('id,amount\n1,2\n3,"4\n5"\n')
    said = cqlbulk("inspect", "--from", "orders.csv").stdout
    assert "2 records of 2 fields" in said
    assert "amount" in said


def test_file_against_a_table(cqlbulk, host, table, tmp_path):
    (tmp_path / "orders.csv").write_text("id,amount\n1,2\n")
    said = cqlbulk("inspect", "--from", "orders.csv", "--to", table, "--hosts", host).stdout
    assert "INSERT INTO cnt_inspect.orders" in said
    assert "--map" in said


def test_unknown_names(cqlbulk, host, table):
    result = cqlbulk("inspect", "cnt_inspekt", "--hosts", host)
    assert result.returncode == 2
    assert "Did you mean cnt_inspect?" in result.stderr


def test_status_without_operations(cqlbulk):
    result = cqlbulk("status")
    assert result.returncode == 0
