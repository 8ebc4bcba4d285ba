"""The steps of ./dev test: which run beside each other, and that none outlives an interruption."""

from __future__ import annotations

import importlib.util
import sys
import threading
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture
def runner(tmp_path, monkeypatch):
    sys.path.insert(0, str(PROJECT / "scripts"))
    spec = importlib.util.spec_from_file_location("test_runner", PROJECT / "scripts" / "test.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "test_runner", module)  # dataclasses look their module up
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "LOGS", tmp_path)
    return module


def test_a_step_runs_beside_the_one_it_names(runner):
    both = threading.Barrier(2)

    def meets(_session):
        both.wait(timeout=300)
        return runner.Outcome(passed=1)

    steps = [
        runner.Step("slow", "", meets),
        runner.Step("build", "", meets, beside="slow"),
        runner.Step("last", "", lambda _: runner.Outcome(passed=1), needs=("build",)),
    ]
    results = {}
    runner.perform_all(steps, runner.Session(None, None), results)
    assert {name: outcome.passed for name, (outcome, _) in results.items()} == {"slow": 1, "build": 1, "last": 1}


def test_without_the_other_it_runs_by_itself(runner):
    results = {}
    step = runner.Step("build", "", lambda _: runner.Outcome(passed=1), beside="slow")
    runner.perform_all([step], runner.Session(None, None), results)
    assert results["build"][0].passed == 1


def test_an_interruption_ends_what_runs_beside(runner):
    session = runner.Session(None, None)
    started = threading.Event()

    def long(_session):
        started.set()
        return runner.Outcome(failed=runner.execute(["sleep", "600"], session, "long"))

    def interrupted(_session):  # before or after the other's command began
        assert started.wait(timeout=300)
        raise KeyboardInterrupt

    steps = [runner.Step("slow", "", interrupted), runner.Step("build", "", long, beside="slow")]
    with pytest.raises(KeyboardInterrupt):
        runner.perform_all(steps, session, {})
    assert not session.children
