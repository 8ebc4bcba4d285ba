"""Operations while nodes die, freeze and come back. The short form of ./dev chaos --cluster."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "testbed"))

from cluster_chaos import ClusterChaos  # noqa: E402


pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def chaos(ring, tmp_path_factory):
    chaos = ClusterChaos(os.environ["CQLBULK_TOOL"], ring, 20_000, tmp_path_factory.mktemp("faults"))
    chaos.prepare()
    return chaos


@pytest.mark.parametrize(
    ("operation", "fault"), [("export", "killed"), ("load", "frozen"), ("export", "two frozen")]
)
def test_an_operation_on_an_ill_cluster_is_whole(chaos, operation, fault):
    chaos.run(operation, fault)


@pytest.mark.long
@pytest.mark.parametrize("operation", ["export", "load", "count"])
@pytest.mark.parametrize("fault", ["killed", "frozen", "restarted", "two frozen"])
def test_every_operation_survives_every_fault(chaos, operation, fault):
    chaos.run(operation, fault)
