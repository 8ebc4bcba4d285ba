"""What the benches that measure on a real node share: they find tool and node, say what failed, and end with a status."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from cassandra import DriverException

from report import say
from ring import RingError
from samples import RunFailed
from server import FILES, Server


def run_on_node(options: argparse.Namespace, bench: Callable[[argparse.Namespace, Path, Server], int]) -> int:
    """`options` has the tool's path and the node's host."""
    tool = options.tool.resolve()
    if not tool.exists():
        say(f"{options.tool} is not built: run './dev build'")
        return 2
    FILES.mkdir(parents=True, exist_ok=True)
    try:
        server = Server(options.host)
    except (RingError, DriverException) as error:
        say(str(error))
        return 2
    try:
        return bench(options, tool, server)
    except (RunFailed, DriverException, TimeoutError, RuntimeError) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        server.close()


def command_line(name: str) -> str:
    """What the user typed: ./dev adds the tool and the host itself."""
    return shlex.join(["./dev", *name.split(), *without(sys.argv[1:], "--tool", "--host")])


def without(arguments: list[str], *names: str) -> list[str]:
    """The arguments but for these options and their values."""
    kept, skip_next = [], False
    for argument in arguments:
        if not skip_next and argument not in names:
            kept.append(argument)
        skip_next = argument in names and not skip_next
    return kept
