"""The figures as the page people read: a table, a plot, and how they came about. Pure."""

from __future__ import annotations

from datetime import date

from foreground.figures import Figures, middle_of
from report import Setting, markdown

ALONE = "the reads alone"
WIDTH, BAR, LEFT, TOP = 420, 20, 250, 40


def table(taken: dict[str, list[Figures]]) -> str:
    alone = middle_of(taken[ALONE])
    lines = [["beside", "p50 ms", "p99 ms", "p99 grows by", "max ms", "bulk rows/s", "others' CPU"]]
    for name, several in taken.items():
        figures = middle_of(several)
        spread = f"{figures.p99_ms:.1f} ({min(f.p99_ms for f in several):.1f}–{max(f.p99_ms for f in several):.1f})"
        growth = "–" if name == ALONE else f"{figures.p99_ms - alone.p99_ms:.1f}"
        rows = "–" if name == ALONE else f"{figures.rows_per_second:,.0f}"
        lines.append([name, f"{figures.p50_ms:.2f}", spread, growth, f"{figures.max_ms:.0f}", rows, f"{figures.other_cpu_share:.0%}"])
    return markdown(lines, text_columns=1)


def plot(taken: dict[str, list[Figures]]) -> str:
    """A bar a run for the reads' p99, with the bulk work's rows a second beside it."""
    middles = {name: middle_of(several) for name, several in taken.items()}
    most = max(figures.p99_ms for figures in middles.values())
    height = TOP + len(middles) * (BAR + 8) + 10
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 190} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{LEFT + WIDTH + 190}" height="{height}" fill="white"/>',
        f'<text x="{LEFT}" y="20" font-weight="bold">p99 of the point reads; rows a second of the bulk work beside them</text>',
    ]
    for index, (name, figures) in enumerate(middles.items()):
        y, width = TOP + index * (BAR + 8), figures.p99_ms / most * WIDTH
        color = "#999" if name == ALONE else "#2f6fb0" if name.startswith("cqlbulk") else "#d98c3f"
        said = f"{figures.p99_ms:.1f} ms" + ("" if name == ALONE else f", {figures.rows_per_second:,.0f} rows/s")
        out += [
            f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{name}</text>',
            f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{color}"/>',
            f'<text x="{LEFT + width + 6:.1f}" y="{y + 14}">{said}</text>',
        ]
    return "\n".join([*out, "</svg>\n"])


def page(setting: Setting, taken: dict[str, list[Figures]], rate: float, seconds: float, plot_file: str) -> str:
    facts = "\n".join(f"- {fact}." for fact in setting.facts)
    return f"""# What bulk work does to others

Written by `{setting.command}` on {date.today().isoformat()}; not by hand.
Point reads at {rate:g} a second, alone and beside bulk work on the same table, {setting.rows:,} rows of about 180 bytes as CSV.

{table(taken)}

![p99 of the reads]({plot_file})

Each figure is the median of {setting.repeats} measurements of at least {seconds:g} s, p99 with the least and the most in parentheses, max the
worst of all. Absolute times move with the machine; compare within one page.

## How it was measured

{facts}
- Each read is due at a moment of its own, {1000 / rate:g} ms after the one before, whether that is answered or not. Its latency runs from when it was
  due: what it waited because others took long counts. The reads come from a process of their own (Python driver, one row by its whole key).
- The bulk work is repeated until the time is over; its rows a second include its start-up. Loads write into a second table of the same
  node, from a file in random order.
- Client and server share the machine: what the bulk work's client takes from the server counts against it, too.
- Measurements of one round follow each other, every second round in reverse order, after a round for warming. Each begins when the server is quiet.
  "Others' CPU" is everybody else's on the machine, in shares of one core.
- After each measurement the rows that came through are counted.
"""
