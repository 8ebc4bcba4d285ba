#!/usr/bin/env python3
"""Draws docs/reference/pace.svg from what bench_pace_simulation prints: bench_pace_simulation | bench/pace/plot.py > docs/reference/pace.svg"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict

WIDTH, HEIGHT, GAP, LEFT, TOP = 300, 120, 60, 60, 50
SECONDS = 60


def path(points: list[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in points)


def smoothed(values: list[float], over: int = 4) -> list[float]:
    """Half a second has few requests in it: a running mean over two seconds."""
    return [sum(values[max(0, i - over + 1) : i + 1]) / len(values[max(0, i - over + 1) : i + 1]) for i in range(len(values))]


def panel(name: str, paced: list[tuple[float, int, float]], best: dict[int, float], left: float, top: float) -> list[str]:
    def x(second: float) -> float:
        return left + second / SECONDS * WIDTH

    rates = smoothed([rate for _, _, rate in paced])
    most = max(*rates, best[0]) * 1.1
    highest = max(limit for _, limit, _ in paced) * 1.1

    def y(share: float) -> float:
        return top + HEIGHT * (1 - share)

    fixed = [(x(0), y(best[0] / most)), (x(20), y(best[0] / most)), (x(20), y(best[20] / most)),
             (x(40), y(best[20] / most)), (x(40), y(best[0] / most)), (x(SECONDS), y(best[0] / most))]
    throughput = [(x(second), y(rate / most)) for (second, _, _), rate in zip(paced, rates)]
    limits = [(x(second), y(limit / highest)) for second, limit, _ in paced]
    out = [
        f'<text x="{left}" y="{top - 8}" font-weight="bold">{name}</text>',
        f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#bbb"/>',
        f'<path d="{path(fixed)}" fill="none" stroke="#999" stroke-dasharray="5,3"/>',
        f'<path d="{path(limits)}" fill="none" stroke="#d98c3f"/>',
        f'<path d="{path(throughput)}" fill="none" stroke="#2f6fb0" stroke-width="2"/>',
        f'<text x="{left - 4}" y="{top + 8}" text-anchor="end">{most:.0f}/s</text>',
        f'<text x="{left + WIDTH + 4}" y="{top + 8}" fill="#d98c3f">{highest:.0f}</text>',
    ]
    out += [f'<text x="{x(s)}" y="{top + HEIGHT + 14}" text-anchor="middle">{s} s</text>' for s in (0, 20, 40, 60)]
    return out


def main() -> None:
    paced: dict[str, list[tuple[float, int, float]]] = defaultdict(list)
    best: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for name, second, fixed, limit, rate in csv.reader(sys.stdin):
        if int(fixed) == 0:
            paced[name].append((float(second), int(limit), float(rate)))
        else:
            best[name][int(float(second))] = max(best[name][int(float(second))], float(rate))
    rows = (len(paced) + 1) // 2
    width = 2 * (LEFT + WIDTH) + GAP
    height = TOP + rows * (HEIGHT + GAP)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">',
           f'<rect width="{width}" height="{height}" fill="white"/>',
           f'<text x="{LEFT}" y="18">blue: throughput of the pace; grey: of the best fixed number under way; orange: the limit. '
           "Four times as slow from 20 s to 40 s.</text>"]
    for index, (name, points) in enumerate(paced.items()):
        out += panel(name, points, best[name], LEFT + index % 2 * (WIDTH + LEFT + 20), TOP + index // 2 * (HEIGHT + GAP))
    print("\n".join([*out, "</svg>"]))


if __name__ == "__main__":
    main()
