"""What tests do about operations that run."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path


def operation_in(folder: Path) -> str:
    """The id of the only one that began in the folder."""
    [operation] = (folder / "cqlbulk-operations").iterdir()
    return operation.name


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.005)
