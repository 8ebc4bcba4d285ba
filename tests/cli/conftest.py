"""What tests of the command line find besides tests/conftest.py."""

from __future__ import annotations

import os
import subprocess

import pytest


@pytest.fixture
def tool(cqlbulk, host):
    """cqlbulk on the ring, so that a test does not say each time where that is."""

    def run(*arguments: str, **options) -> subprocess.CompletedProcess:
        return cqlbulk(*arguments, "--hosts", host, **options)

    return run


@pytest.fixture
def started(tmp_path):
    """Starts cqlbulk in the test's folder without waiting for it."""
    processes = []

    def start(*arguments: str, **options) -> subprocess.Popen:
        command = [os.environ["CQLBULK_TOOL"], *arguments]
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()
