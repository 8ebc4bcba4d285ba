"""Two data centres: operations keep to the local one, in connections, requests and consistency, unless told otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile
from cassandra.policies import WhiteListRoundRobinPolicy
from operations import wait_until
from ring import Ring
from shape import ring_shape
from tables import hundred_partitions

KEYSPACE = "two_centres"
TABLE, COPY = f"{KEYSPACE}.t", f"{KEYSPACE}.copy"
ROWS = 2_000
COORDINATED = ("coordinator_read_latency", "coordinator_scan_latency", "coordinator_write_latency")
READ_HERE = ("local_read_latency", "local_scan_latency")


class Node:
    """What one node says of itself: each is asked by a connection of its own."""

    def __init__(self, address: str):
        self.address = address
        deadline = 300  # against hanging only
        profile = ExecutionProfile(load_balancing_policy=WhiteListRoundRobinPolicy([address]), request_timeout=deadline)
        self._cluster = Cluster(
            [address],
            execution_profiles={EXEC_PROFILE_DEFAULT: profile},
            protocol_version=5,
            connect_timeout=deadline,
            control_connection_timeout=deadline,
            idle_heartbeat_timeout=deadline,
            max_schema_agreement_wait=deadline,
        )
        self.session = self._cluster.connect()

    def close(self) -> None:
        self._cluster.shutdown()

    def requests(self, kinds: tuple[str, ...]) -> int:
        """Of these kinds on the tests' tables, since the node began."""
        tables = [row for kind in kinds for row in self.session.execute(f"SELECT keyspace_name, count FROM system_views.{kind}")]
        return sum(row.count for row in tables if row.keyspace_name == KEYSPACE)

    def connections_of_cqlbulk(self) -> int:
        rows = self.session.execute("SELECT driver_name FROM system_views.clients")
        return sum("cql" in (row.driver_name or "") and "Python" not in row.driver_name for row in rows)


@pytest.fixture(scope="module")
def nodes() -> Iterator[list[Node]]:
    """Two nodes of dc1, one of dc2; a copy of each row in both."""
    ring = Ring(ring_shape("test-datacenters", datacenters=[("dc1", 2), ("dc2", 1)]), say=lambda line: None)
    ring.up(fresh=True)
    try:
        found = [Node(address) for address in ring.addresses()]
        database = found[0].session
        database.execute(
            f"CREATE KEYSPACE {KEYSPACE} WITH replication = {{'class': 'NetworkTopologyStrategy', 'dc1': 1, 'dc2': 1}}"
        )
        for table in (TABLE, COPY):
            hundred_partitions(database, table, ROWS if table == TABLE else 0)
        yield found
        for node in found:
            node.close()
    finally:
        ring.down(wipe=True)


def work_of(nodes: list[Node], run) -> tuple[list[int], list[int]]:
    """What each node coordinated, and read for others or itself, during `run`."""

    def counts() -> list[tuple[int, int]]:
        return [(node.requests(COORDINATED), node.requests(READ_HERE)) for node in nodes]

    before = counts()
    run()
    grown = [(now[0] - then[0], now[1] - then[1]) for then, now in zip(before, counts())]
    return [coordinated for coordinated, _ in grown], [read for _, read in grown]


def all_three(cqlbulk, hosts: str, *options: str) -> None:
    """An export, a load of what it wrote, and a count."""
    connection = ("--hosts", hosts, *options)
    exported = cqlbulk("export", TABLE, "--to", "out.csv", "--overwrite", "--report", "json", *connection)
    assert exported.returncode == 0, exported.stderr
    loaded = cqlbulk("load", COPY, "--from", "out.csv", "--report", "json", *connection)
    assert loaded.returncode == 0, loaded.stderr
    reports = [json.loads(run.stdout) for run in (exported, loaded)]
    assert [report["rows"] for report in reports] == [ROWS, ROWS]
    assert [report["consistency"] for report in reports] == ["LOCAL_ONE", "LOCAL_QUORUM"]
    counted = cqlbulk("count", COPY, *connection)
    assert (counted.returncode, counted.stdout) == (0, f"{ROWS}\n"), counted.stderr


def test_all_operations_keep_to_the_data_centre_of_the_first_host(nodes, cqlbulk, tmp_path):
    coordinated, read = work_of(nodes, lambda: all_three(cqlbulk, nodes[0].address))
    assert coordinated[0] > 0 and coordinated[1] > 0
    assert (coordinated[2], read[2]) == (0, 0), "requests crossed over to dc2"


def test_the_local_data_centre_can_be_another_than_the_first_host_s(nodes, cqlbulk, tmp_path):
    hosts = f"{nodes[0].address},{nodes[2].address}"
    coordinated, read = work_of(nodes, lambda: all_three(cqlbulk, hosts, "--local-dc", "dc2"))
    assert coordinated[2] > 0
    assert (coordinated[:2], read[:2]) == ([0, 0], [0, 0]), "requests crossed over to dc1"


def test_nobody_connects_to_the_other_data_centre(nodes, started, tmp_path):
    export = started("export", TABLE, "--to", "slow.csv", "--max-rows-per-second", "50", "--hosts", nodes[0].address)
    wait_until(lambda: nodes[0].connections_of_cqlbulk() > 1 and nodes[1].connections_of_cqlbulk() > 0)
    wait_until(lambda: list(tmp_path.glob("cqlbulk-operations/*/control")))
    assert nodes[2].connections_of_cqlbulk() == 0
    assert export.poll() is None, export.stderr.read()


def test_a_data_centre_that_is_not_there_is_said_before_any_work(nodes, cqlbulk):
    result = cqlbulk("count", TABLE, "--hosts", nodes[0].address, "--local-dc", "dc3")
    assert result.returncode == 2, result.stderr
    assert "dc3" in result.stderr and "dc1" in result.stderr
