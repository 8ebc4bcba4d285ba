"""What tests of the command line find besides tests/conftest.py."""

from __future__ import annotations

import subprocess

import pytest


@pytest.fixture
def tool(cqlbulk, host):
    """cqlbulk on the ring, so that a test does not say each time where that is."""

    def run(*arguments: str, **options) -> subprocess.CompletedProcess:
        return cqlbulk(*arguments, "--hosts", host, **options)

    return run
