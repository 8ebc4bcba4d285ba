"""The client on a ring with two data centres: the local one serves alone; the other takes over where that was chosen."""

import os
import subprocess
from pathlib import Path

import pytest
from ring import Ring
from shape import ring_shape

PROGRAM = Path(__file__).resolve().parents[1] / "build" / "asan" / "bin" / "cql_datacenters_test"


@pytest.fixture(scope="module")
def two_datacenters():
    name = os.environ.get("CQLBULK_TEST_DATACENTERS")  # one that runs already, for work on these tests
    if name:
        yield Ring.existing(name)
        return
    ring = Ring(ring_shape("twodc", datacenters=[("dc1", 2), ("dc2", 2)], first=51))
    try:
        ring.up(fresh=True)
        yield ring
    finally:
        ring.down(wipe=True)


def run(ring: Ring, suite: str) -> None:
    environment = os.environ | {"CQLBULK_TEST_HOST": ring.addresses()[0], "CQLBULK_TEST_HOST_OF_DC2": ring.addresses()[2]}
    command = [str(PROGRAM), f"--gtest_filter={suite}.*", "--gtest_fail_if_no_test_selected"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
def test_requests_stay_in_the_local_data_centre(two_datacenters):
    run(two_datacenters, "AllUp")


@pytest.mark.long
def test_another_data_centre_takes_over_where_that_was_chosen(two_datacenters):
    for node in (1, 2):
        two_datacenters.stop(node)
    try:
        run(two_datacenters, "LocalDown")
    finally:
        for node in (1, 2):
            two_datacenters.start(node)
    run(two_datacenters, "AllUp")
