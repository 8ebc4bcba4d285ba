"""What the pages of all benches share: under what conditions samples were taken, and how tables are written."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from ring import PROJECT
from server import Server


@dataclass(frozen=True)
class Setting:
    """Under what conditions the samples were taken."""

    command: str
    rows: int
    repeats: int
    facts: list[str]


def describe_setting(command: str, rows: int, repeats: int, server: Server, tool: Path, more_peers: list[str] | None = None) -> Setting:
    packages = [f"{name} {version(name)}" for name in ("cassandra-driver", "cqlsh", "pyarrow")]
    facts = [
        machine(),
        f"Server: Cassandra {server.release}, one node, {server.ring.shape.heap_mb} MB heap, replication factor 1",
        f"cqlbulk: {_first_line(str(tool), '--version')}, commit {commit()}",
        f"Peers: {', '.join([*packages, *(more_peers or [])])}, Python {platform.python_version()}",
    ]
    return Setting(command, rows, repeats, facts)


def say(line: str) -> None:
    """To whoever started the bench, while it runs."""
    print(f"bench: {line}", file=sys.stderr, flush=True)


def markdown(lines: list[list[str]], text_columns: int) -> str:
    """Padded, so that it reads as well on a terminal; numbers to the right."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]

    def padded(line: list[str]) -> str:
        cells = [cell.ljust(width) if i < text_columns else cell.rjust(width) for i, (cell, width) in enumerate(zip(line, widths))]
        return f"| {' | '.join(cells)} |"

    rule = "|".join("-" * (width + 2) if i < text_columns else "-" * (width + 1) + ":" for i, width in enumerate(widths))
    return "\n".join([padded(lines[0]), f"|{rule}|", *map(padded, lines[1:])])


def machine() -> str:
    memory_gb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    system = f"{platform.system()} {platform.release().partition('-')[0]}"
    return f"Machine: {os.cpu_count()} cores ({processor()}), {memory_gb:.0f} GB, {system}; client and server share it"


def processor() -> str:
    with open("/proc/cpuinfo") as cpuinfo:
        models = [line.partition(":")[2].strip() for line in cpuinfo if line.startswith("model name")]
    return models[0] if models else platform.machine()


def commit() -> str:
    hash = _first_line("git", "-C", str(PROJECT), "rev-parse", "--short", "HEAD")
    changed = _first_line("git", "-C", str(PROJECT), "status", "--porcelain", "--untracked-files=no")
    return hash + (" with changes" if changed else "")


def _first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout.strip().partition("\n")[0]
