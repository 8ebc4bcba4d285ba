"""A table's results as bars: the wall time of every run, path by path. Pure."""

from __future__ import annotations

from xml.sax.saxutils import escape

from results import Results

WIDTH, BAR, LEFT, TOP, GAP, RIGHT = 460, 16, 320, 44, 26, 90
OWN, PEER, BOUND = "#2f6fb0", "#d98c3f", "#999"


def walls(result: Results) -> str:
    """An SVG. Each path has a scale of its own, so that its longest bar fits."""
    out: list[str] = []
    y = TOP
    for contest in result.contests:
        if contest.own.name not in result.samples or not contest.peers:
            continue
        seconds = {run.name: result.median(run.name, "wall_seconds") for run in (contest.own, *contest.peers) if run.name in result.samples}
        longest = max(seconds.values())
        out.append(f'<text x="{LEFT}" y="{y}" font-weight="bold">{escape(contest.path)}</text>')
        y += 6
        for name, wall in seconds.items():
            width = wall / longest * WIDTH
            color = OWN if name == contest.own.name else BOUND if name.startswith(("floor", "Arrow", "cqlbulk")) else PEER
            out += [
                f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">{escape(name)}</text>',
                f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{color}"/>',
                f'<text x="{LEFT + width + 6:.1f}" y="{y + 12}">{wall:.2f} s</text>',
            ]
            y += BAR + 4
        y += GAP
    size = f"{LEFT + WIDTH + RIGHT} {y}"
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" font-family="sans-serif" font-size="12">',
        f'<rect width="{LEFT + WIDTH + RIGHT}" height="{y}" fill="white"/>',
        f'<text x="{LEFT}" y="18">{escape(result.table.name)}, {result.rows:,} rows: wall time. Blue: cqlbulk; grey: bounds; orange: peers.</text>',
    ]
    return "\n".join([*head, *out, "</svg>\n"])
