"""Profiles as the page people read: all ways side by side, the bounds, then each way by itself."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import report

SHOWN_FUNCTIONS = 12
LEAST_SHARE, LEAST = 0.005, 0.05  # of a way, and instructions: components and functions below are not shown

BUSY = 0.5  # load of the machine, from which on times say little


def page(taken: list, pieces: dict, rows: int, command: str, folder: Path, load: float) -> str:
    """`pieces`: bench/micro/instructions.json. `load`: of the machine when the runs began."""
    disturbed = f"**Disturbed:** when the runs began, others kept the machine busy (load {load:.1f}): the nanoseconds are too many.\n\n"
    return f"""# Where a row's time goes

Written by `{command}` on {date.today().isoformat()}; not by hand. Instructions per row, counted by callgrind: what a run of
{rows:,} more rows takes more, so that starting and connecting are in no figure. The kernel's part is in none either; "system" below
is its CPU time, from runs without callgrind. The replay server answers; rows are those of `bench.readings`, 164 bytes.

## All ways

{_overview(taken)}

## Against the bounds

{_bounds(taken, pieces["pieces"])}

"Alone" is what those of the [hot pieces](../bench/micro) take by themselves that the way cannot do without: the wire's checksum, the
checksum of the rows, the format from rows in memory to bytes that are forgotten or back. They are counted on rows of the same six
types. User and system are CPU nanoseconds a row of runs without callgrind, the kernel's copies from and to the network and
into files included.

{disturbed if load > BUSY else ""}{_each(taken)}
## How it was counted

- {_versions(pieces["counted with"])}; cqlbulk: commit {report.commit()}; {os.cpu_count()} cores ({report.processor()}).
- Callgrind runs programs on a processor of its own making, one thread at a time. An instruction is not a nanosecond: copies move 32
  bytes with one, a division takes as long as dozens. What grows here is worth a look; what it costs the clock tells.
- A component's functions are told by their names and libraries ([components.py](../bench/profiles/components.py)). What the compiler put
  into its caller counts there. "With what serves it" adds what its functions call of the C and C++ libraries: copying, allocating.
- "not named" are functions of libraries without symbols, zstd among them.
- Files were written to {folder}. The kernel's part of writing to a disk is another.
"""


def _overview(taken: list) -> str:
    names = {name for one in taken for name, component in one.components.items() if component.own > _least(one)}
    ordered = sorted(names, key=lambda name: -sum(_own(one, name) / max(one.instructions, 1) for one in taken))
    lines = [["", *(one.way.name for one in taken)]]
    lines += [[name, *(_figure(_own(one, name)) for one in taken)] for name in ordered]
    lines.append(["all", *(_figure(one.instructions) for one in taken)])
    return report.markdown(lines, text_columns=1)


def _least(one) -> float:
    return max(LEAST_SHARE * one.instructions, LEAST)


def _own(one, name: str) -> float:
    component = one.components.get(name)
    return component.own if component else 0.0


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}" if value >= 0.05 else "–"


def _bounds(taken: list, pieces: dict) -> str:
    lines = [["way", "instructions", "alone", "of it", "user ns", "system ns", "rows per CPU s"]]
    for one in taken:
        alone = sum(_per_row(pieces[name]) for name in one.way.alone if name in pieces)
        share = f"{alone / one.instructions:.0%}" if alone else ""
        nanoseconds = one.user_ns + one.system_ns
        lines.append(
            [
                one.way.name,
                _figure(one.instructions),
                _figure(alone),
                share,
                _figure(one.user_ns),
                _figure(one.system_ns),
                f"{1e9 / nanoseconds:,.0f}" if nanoseconds > 0 else "",
            ]
        )
    return report.markdown(lines, text_columns=1)


ROW_BYTES = 164


def _per_row(piece: dict) -> float:
    return piece["instructions"] * (ROW_BYTES / 1024 if piece["per"] == "KiB" else 1)


def _each(taken: list) -> str:
    parts = []
    for one in taken:
        if one.instructions < LEAST:
            parts.append(f"## {one.way.name}\n\nNothing that grows with the rows: the nodes count them.\n")
            continue
        least = _least(one)
        lines = [["component", "own", "share", "with what serves it", "mostly"]]
        for name, component in sorted(one.components.items(), key=lambda item: -item[1].own):
            if component.own > least:
                largest = ", ".join(f"`{function}` {_figure(own)}" for function, own in _named(component).most_common(3) if own > least)
                lines.append([name, _figure(component.own), f"{component.own / one.instructions:.0%}", _figure(component.all), largest])
        functions = [["function", "own", "component"]]
        every = [(own, function, name) for name, component in one.components.items() for function, own in _named(component).items()]
        for own, function, name in sorted(every, reverse=True)[:SHOWN_FUNCTIONS]:
            if own > least:
                functions.append([f"`{function}`", _figure(own), name])
        parts.append(
            f"## {one.way.name}\n\n{report.markdown(lines, text_columns=1)}\n\n{report.markdown(functions, text_columns=1)}\n"
        )
    return "\n".join(parts)


def _named(component):
    """Functions of libraries without symbols are one."""
    named = type(component.functions)()
    for function, own in component.functions.items():
        named["not named" if function.startswith(("0x", "???")) else function] += own
    return named


def _versions(versions: dict) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())
