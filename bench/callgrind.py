"""What callgrind writes: which function took how many instructions, and whom it called for how many.

The format: https://valgrind.org/docs/manual/cl-format.html. Only what `callgrind` itself writes with --dump-line=no is
read: one cost (instructions), one position.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

# For programs that must cost the same every time: one thread's worth of allocator, no locale, nothing of the user's.
QUIET_ENVIRONMENT = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "ARROW_DEFAULT_MEMORY_POOL": "system"}

_SPECIFICATION = re.compile(r"(c?(?:fn|ob|fl|fi|fe))=(?:\((\d+)\))?(?: ?(.*))?$")
_RECURSION = re.compile(r"'\d+$")


@dataclass(frozen=True)
class Function:
    name: str
    object: str  # the file of the program or library, without its folder


@dataclass
class Profile:
    """One dump: the program's, or what was counted since the dump before."""

    trigger: str = ""  # why it was written; of a client's request the text it gave
    total: int = 0
    own: Counter[Function] = field(default_factory=Counter)  # without those it called
    calls: Counter[tuple[Function, Function]] = field(default_factory=Counter)  # (caller, called): with all below


class NotCallgrind(Exception):
    pass


def read(path: Path) -> Profile:
    """Raises NotCallgrind for a file that is none or was cut short."""
    with path.open(errors="replace") as lines:
        return _parse(path, lines)


def _parse(path: Path, lines) -> Profile:
    profile = Profile()
    names: dict[tuple[str, str], str] = {}
    current = {"ob": "", "cob": None, "fn": "", "cfn": ""}
    calling = False
    for raw in lines:
        line = raw.rstrip("\n")
        if not line or line.startswith("#"):
            continue
        first = line[0]
        if first.isdigit() or first in "+-*":
            cost = int(line.split()[1]) if " " in line else 0
            here = Function(_RECURSION.sub("", current["fn"]), current["ob"])
            if calling:
                there = Function(_RECURSION.sub("", current["cfn"]), current["ob"] if current["cob"] is None else current["cob"])
                profile.calls[here, there] += cost
                calling, current["cob"] = False, None
            else:
                profile.own[here] += cost
            continue
        if match := _SPECIFICATION.match(line):
            key, number, name = match.groups()
            kind = "file" if key.lstrip("c") in ("fl", "fi", "fe") else key.lstrip("c")
            if number is not None:
                name = names.setdefault((kind, number), name or "")
            if kind == "ob":
                name = Path(name).name
            current[key] = name
        elif line.startswith("calls="):
            calling = True
        elif line.startswith("desc: Trigger: "):
            profile.trigger = line.removeprefix("desc: Trigger: ").removeprefix("Client Request: ")
        elif line.startswith("events: ") and line != "events: Ir":
            raise NotCallgrind(f"{path}: counts {line.removeprefix('events: ')}, not instructions")
        elif line.startswith("totals: "):
            profile.total = int(line.split()[1])
            return profile
    raise NotCallgrind(f"{path}: no callgrind's, or not whole")
