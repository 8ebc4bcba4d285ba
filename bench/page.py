"""Results as the page people read: the targets first, then a section a table, ratios before figures, then how they came about."""

from __future__ import annotations

from datetime import date

import targets
from report import Setting, markdown
from results import QUANTITIES, Results
from samples import Sample, Spread, disturbance
from datasets import READINGS

NEGLIGIBLE = 0.05  # of a second, or a MB: dividing by less says nothing


def page(setting: Setting, results: list[Results], left_out: list[str], plots: str) -> str:
    """`plots`: the folder beside the page with an SVG for each table, by its name."""
    facts = "\n".join(f"- {fact}." for fact in [*setting.facts, *left_out])
    return f"""# Benchmarks

Written by `{setting.command}` on {date.today().isoformat()}; not by hand. Ratios are cqlbulk's median divided by the peer's: below 1 is less.
Figures are the median of {setting.repeats}, with the least and the most in parentheses; a peer's without them is a single sample. Absolute times
move with the machine: compare within one page, and by CPU seconds.

{sections(results, plots)}
## How it was measured

{facts}
- The server was warmed by repeating cqlbulk's own runs until its CPU time settled. Then all runs of one round follow each other, every
  second round in reverse order. Each starts on a quiet server: no flush or compaction left over from the run before.
- Wall and client CPU are those of the whole process with its children, start-up and connecting included. Server CPU is the
  Cassandra process's during that time; what it compacts afterwards is not in it. Other CPU is everybody else's on the machine.
- Peak memory is resident memory, summed over the processes of one run, sampled every 20 ms; pages that they share count for each.
- After each run the rows that came through are counted by other means; a run that lost one gives no figures.
- The peers are in [bench/peers](../bench/peers), with their own defaults where they have some; the Rust driver's program keeps eight pages, 32 batches
  or 512 inserts under way, on one thread. The floor is a program that sends the same statements and drops the answers unread
  ([bench/floor](../bench/floor)); its wall and CPU are without connecting and without making the statements. Arrow alone is its
  encoder on rows that lie in memory, without a server, writing to /dev/null, on one thread and the second time around.
- Beside the baseline each tool loads the file that it exported, in the order of the ring, and cqlsh and DSBulk take part once.
"""


def sections(results: list[Results], plots: str | None = None) -> str:
    parts = []
    for result in results:
        if result.table is READINGS and (met := targets.table(result)):
            measured_of = f"Of the table `{READINGS.name}`, for {READINGS.rows:,} rows"
            measured_of += "" if result.rows == READINGS.rows else f" (here: {result.rows:,}, where starting up weighs more)"
            parts += ["## Targets", f"{measured_of}; walls and CPU in seconds, memory in MB.", met]
    for result in results:
        parts += _section(result, plots)
    parts += disturbance(
        [sample.disturbed for result in results for taken in result.samples.values() for sample in taken],
        "Trust the CPU seconds more than the wall times, or run it again on a quiet machine.",
    )
    return "\n\n".join(parts) + "\n"


def _section(result: Results, plots: str | None) -> list[str]:
    columns = ", ".join(f"{name} {cql_type}" for name, cql_type in result.table.columns.items())
    told_columns = f"`{columns}, PRIMARY KEY {result.table.primary_key}`"
    parts = [f"## The table `{result.table.name}`", f"{result.rows:,} rows: {result.table.told}."]
    if len(result.table.columns) <= 10:
        parts.append(told_columns)
    parts.append(_ratios(result))
    if plots:
        parts.append(f"![walls of {result.table.name}]({plots}/{result.table.name}.svg)")
    parts.append(_figures(result))
    parts += [f"No figures: {failure.summary}." for failure in result.failures.values()]
    return parts


def _ratios(result: Results) -> str:
    lines = [["cqlbulk", "against", *QUANTITIES.values()]]
    for contest in result.contests:
        for peer in contest.peers:
            if contest.own.name in result.samples and peer.name in result.samples:
                ratios = [_ratio(result, contest.own.name, peer.name, quantity) for quantity in QUANTITIES]
                lines.append([contest.own.name.removeprefix("cqlbulk "), peer.name, *ratios])
    return markdown(lines, text_columns=2)


def _ratio(result: Results, own: str, peer: str, quantity: str) -> str:
    divisor = result.median(peer, quantity)
    if divisor < NEGLIGIBLE:  # as the server's for an encoder alone
        return "–"
    ratio = result.median(own, quantity) / divisor
    # Three places where two would leave one digit.
    return f"{ratio:.3f}" if ratio < 0.1 else f"{ratio:.2f}"


def _figures(result: Results) -> str:
    lines = [["run", "rows/s", *QUANTITIES.values(), "other CPU s"]]
    for run in result.runs():
        taken = result.samples[run.name]
        rows = result.rows if run.expected_rows is None else run.expected_rows
        rate = f"{rows / Spread.of(taken, 'wall_seconds').median:,.0f}" if rows else "–"
        cells = [_spread(Spread.of(taken, quantity), quantity) for quantity in (*QUANTITIES, "other_cpu_seconds")]
        lines.append([run.name, rate, *cells])
    return markdown(lines, text_columns=1)


def _spread(spread: Spread, quantity: str) -> str:
    digits = 0 if quantity == "peak_mb" else 3 if quantity == "wall_seconds" and spread.most < 0.5 else 2
    median, least, most = (f"{value:.{digits}f}" for value in (spread.median, spread.least, spread.most))
    return median if least == most else f"{median} ({least}–{most})"
