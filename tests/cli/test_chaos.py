"""Operations killed at any instant and resumed: nothing lost, nothing doubled. The short form of ./dev chaos."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHAOS = Path(__file__).resolve().parents[2] / "testbed" / "chaos.py"


def disturb(host: str, runs: int, seed: int) -> str:
    command = [sys.executable, str(CHAOS), "--tool", os.environ["CQLBULK_TOOL"], "--hosts", host]
    command += ["--runs", str(runs), "--seed", str(seed), "--rows", "2000"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_disturbed_operation_of_every_kind_ends_as_an_undisturbed_one(host):
    assert "24 runs" in disturb(host, 24, seed=1)


@pytest.mark.long
def test_many_disturbed_operations_end_as_undisturbed_ones(host):
    assert "500 runs" in disturb(host, 500, seed=2)
