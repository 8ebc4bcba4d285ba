"""Lines over a logarithmic axis, drawn as SVG. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

WIDTH, HEIGHT, LEFT, TOP, GAP, LEGEND = 300, 150, 60, 40, 75, 16
COLORS = ("#2f6fb0", "#d98c3f", "#4b9c5a", "#8a5ab0", "#999")


@dataclass(frozen=True)
class Panel:
    title: str
    unit: str
    lines: dict[str, list[tuple[float, float]]]  # by name: places along the axis, and values


def figure(panels: list[Panel]) -> str:
    """Two panels in a row."""
    most_lines = max(len(panel.lines) for panel in panels)
    height = HEIGHT + GAP + most_lines * LEGEND
    total_width, total_height = 2 * (LEFT + WIDTH + 30), TOP + (len(panels) + 1) // 2 * height
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total_width} {total_height}" font-family="sans-serif" font-size="11">',
        f'<rect width="{total_width}" height="{total_height}" fill="white"/>',
    ]
    for index, panel in enumerate(panels):
        out += _panel(panel, LEFT + index % 2 * (LEFT + WIDTH + 30), TOP + index // 2 * height)
    return "\n".join([*out, "</svg>\n"])


def short(number: float) -> str:
    for size, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:g}{suffix}"
    return f"{number:g}"


def _panel(panel: Panel, left: float, top: float) -> list[str]:
    places = sorted({place for line in panel.lines.values() for place, _ in line})
    first, last = math.log(places[0]), math.log(places[-1])
    most = max(value for line in panel.lines.values() for _, value in line) * 1.15

    def x(place: float) -> float:
        return left + (math.log(place) - first) / (last - first or 1) * WIDTH

    def y(value: float) -> float:
        return top + HEIGHT * (1 - value / most)

    out = [
        f'<text x="{left}" y="{top - 8}" font-weight="bold">{panel.title}</text>',
        f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#bbb"/>',
        f'<text x="{left - 4}" y="{top + 8}" text-anchor="end">{most:.3g}</text>',
        f'<text x="{left - 4}" y="{top + HEIGHT}" text-anchor="end">0</text>',
        f'<text x="{left - 4}" y="{top + 22}" text-anchor="end">{panel.unit}</text>',
    ]
    out += [f'<text x="{x(place):.1f}" y="{top + HEIGHT + 14}" text-anchor="middle">{short(place)}</text>' for place in places]
    for number, (name, line) in enumerate(panel.lines.items()):
        color = COLORS[number % len(COLORS)]
        points = " L".join(f"{x(place):.1f},{y(value):.1f}" for place, value in line)
        out.append(f'<path d="M{points}" fill="none" stroke="{color}" stroke-width="2"/>')
        out += [f'<circle cx="{x(place):.1f}" cy="{y(value):.1f}" r="2.5" fill="{color}"/>' for place, value in line]
        out.append(f'<text x="{left}" y="{top + HEIGHT + 32 + number * LEGEND}" fill="{color}">{name}: {line[-1][1]:.3g} {panel.unit}</text>')
    return out
