"""What every test of the tool as a whole finds: the ring of three, a driver on it, and a way to run cqlbulk.

Run by `./dev test --cli`, which builds the tool and starts the ring; `--ring dev3` uses one that runs already.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT / "testbed" / "cassandra"))

from ring import Ring  # noqa: E402


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "alone: takes nodes away from whatever else uses the ring; runs by itself")
    config.addinivalue_line("markers", "long: takes minutes; run by ./dev test --long")


@pytest.fixture(scope="session")
def ring() -> Ring:
    """The real Cassandra. A test that ends a node starts it again before it returns."""
    return Ring.existing(_surrounding("CQLBULK_TEST_RING"))


@pytest.fixture(scope="session")
def host(ring: Ring) -> str:
    return ring.addresses()[0]


@pytest.fixture(scope="session")
def database(ring: Ring):
    """A session of the Python driver: another opinion about what the ring holds."""
    from cassandra.cluster import Cluster

    # Deadlines against hanging only: a busy machine takes its time to make a table on three nodes.
    deadline = 300
    with Cluster(
        ring.addresses(),
        protocol_version=5,
        connect_timeout=deadline,
        control_connection_timeout=deadline,
        idle_heartbeat_timeout=deadline,
        max_schema_agreement_wait=deadline,
    ) as cluster:
        session = cluster.connect()
        session.default_timeout = deadline
        yield session


@pytest.fixture
def cqlbulk(tmp_path: Path):
    """cqlbulk("count", "ks.t", "--hosts", host) in a fresh folder; its status and output are the test's to judge."""

    def run(*arguments: str, timeout_seconds: float = 600, **options) -> subprocess.CompletedProcess:
        command = [_surrounding("CQLBULK_TOOL"), *arguments]
        told = {"cwd": tmp_path, "capture_output": True, "text": True, "stdin": subprocess.DEVNULL, **options}
        return subprocess.run(command, timeout=timeout_seconds, **told)

    return run


def _surrounding(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        pytest.exit(f"{name} is not set: run these tests with './dev test --cli'", returncode=2)
    return value
