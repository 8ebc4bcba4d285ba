"""Samples as the page people read: ratios first, then the figures, then how they came about."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import generate
from contest import Contest
from server import Server
from ring import PROJECT
from samples import DISTURBING_SHARE, Sample, Spread

QUANTITIES = {
    "wall_seconds": "wall s",
    "client_cpu_seconds": "client CPU s",
    "server_cpu_seconds": "server CPU s",
    "peak_mb": "peak MB",
}


@dataclass(frozen=True)
class Setting:
    """Under what conditions the samples were taken."""

    command: str
    rows: int
    repeats: int
    facts: list[str]


def describe_setting(command: str, rows: int, repeats: int, server: Server, tool: Path) -> Setting:
    memory_gb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in ("cassandra-driver", "cqlsh", "pyarrow"))
    facts = [
        f"Machine: {os.cpu_count()} cores ({processor()}), {memory_gb:.0f} GB, {platform.system()} {platform.release().partition('-')[0]}; "
        "client and server share it",
        f"Server: Cassandra {server.release}, one node, {server.ring.shape.heap_mb} MB heap, replication factor 1",
        f"cqlbulk: {_first_line(str(tool), '--version')}, commit {commit()}",
        f"Peers: {packages}, Python {platform.python_version()}",
    ]
    return Setting(command, rows, repeats, facts)


def tables(contests: list[Contest], samples: dict[str, list[Sample]], rows: int) -> str:
    parts = ["## Ratios", _ratios(contests, samples), "## Figures", _figures(contests, samples, rows), *_disturbance(samples)]
    return "\n\n".join(parts) + "\n"


def page(setting: Setting, contests: list[Contest], samples: dict[str, list[Sample]]) -> str:
    facts = "\n".join(f"- {fact}." for fact in setting.facts)
    return f"""# Benchmarks

Written by `{setting.command}` on {date.today().isoformat()}; not by hand.
{setting.rows:,} rows of about 180 bytes as CSV, in partitions of {generate.ROWS_PER_PARTITION}, table
`{_table()}`.

{tables(contests, samples, setting.rows)}
Ratios are cqlbulk's median divided by the peer's: below 1 is less. Figures are the median of {setting.repeats}, with the least and the most
in parentheses. Absolute times move with the machine; compare within one page, and by CPU seconds.

## How it was measured

{facts}
- The server was warmed by repeating cqlbulk's own runs until its CPU time settled. Then all runs of one round follow each other, every
  second round in reverse order. Each starts on a quiet server: no flush or compaction left over from the run before.
- Wall and client CPU are those of the whole process with its children, start-up and connecting included. Server CPU is the
  Cassandra process's during that time; what it compacts afterwards is not in it. Other CPU is everybody else's on the machine.
- Peak memory is resident memory, summed over the processes of one run, sampled every 20 ms; pages that they share count for each.
- After each run the rows that came through are counted by other means; a run that lost one gives no figures.
- The peers are in [bench/peers](../bench/peers). The floor is a program that sends the same statements and drops the answers unread
  ([bench/floor](../bench/floor)); its wall and CPU are without connecting and without making the statements.
"""


def _ratios(contests: list[Contest], samples: dict[str, list[Sample]]) -> str:
    lines = [["cqlbulk", "against", *QUANTITIES.values()]]
    for contest in contests:
        for peer in contest.peers:
            if contest.own.name in samples and peer.name in samples:
                ratios = [_ratio(samples[contest.own.name], samples[peer.name], quantity) for quantity in QUANTITIES]
                lines.append([contest.own.name.removeprefix("cqlbulk "), peer.name, *ratios])
    return markdown(lines, text_columns=2)


def _ratio(own: list[Sample], peer: list[Sample], quantity: str) -> str:
    divisor = Spread.of(peer, quantity).median
    # Three places where two would leave one digit.
    return "–" if divisor == 0 else _rounded(Spread.of(own, quantity).median / divisor)


def _rounded(ratio: float) -> str:
    return f"{ratio:.3f}" if ratio < 0.1 else f"{ratio:.2f}"


def _figures(contests: list[Contest], samples: dict[str, list[Sample]], rows: int) -> str:
    lines = [["run", "rows/s", *QUANTITIES.values(), "other CPU s"]]
    runs = [run for contest in contests for run in (contest.own, *contest.peers)]
    for name in dict.fromkeys(run.name for run in runs if run.name in samples):
        taken = samples[name]
        cells = [_spread(Spread.of(taken, quantity), quantity) for quantity in (*QUANTITIES, "other_cpu_seconds")]
        lines.append([name, f"{rows / Spread.of(taken, 'wall_seconds').median:,.0f}", *cells])
    return markdown(lines, text_columns=1)


def _disturbance(samples: dict[str, list[Sample]]) -> list[str]:
    taken = [sample for of_run in samples.values() for sample in of_run]
    disturbed = sum(sample.disturbed for sample in taken)
    if not disturbed:
        return []
    return [
        f"**Disturbed:** in {disturbed} of {len(taken)} runs others used more than {DISTURBING_SHARE:.0%} of the machine. "
        "Trust the CPU seconds more than the wall times, or run it again on a quiet machine."
    ]


def _spread(spread: Spread, quantity: str) -> str:
    digits = 0 if quantity == "peak_mb" else 2
    median, least, most = (f"{value:.{digits}f}" for value in (spread.median, spread.least, spread.most))
    return median if least == most else f"{median} ({least}–{most})"


def markdown(lines: list[list[str]], text_columns: int) -> str:
    """Padded, so that it reads as well on a terminal; numbers to the right."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]

    def padded(line: list[str]) -> str:
        cells = [cell.ljust(width) if i < text_columns else cell.rjust(width) for i, (cell, width) in enumerate(zip(line, widths))]
        return f"| {' | '.join(cells)} |"

    rule = "|".join("-" * (width + 2) if i < text_columns else "-" * (width + 1) + ":" for i, width in enumerate(widths))
    return "\n".join([padded(lines[0]), f"|{rule}|", *map(padded, lines[1:])])


def _table() -> str:
    return ", ".join(f"{name} {cql_type}" for name, cql_type in generate.COLUMNS.items()) + f", PRIMARY KEY {generate.PRIMARY_KEY}"


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
