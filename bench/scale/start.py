"""How long the smallest commands take, from start to end."""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import dataclass

from samples import RunFailed
from scale.work import Tools

VERSION, HELP, EMPTY, NOTHING = "cqlbulk --version", "cqlbulk export --help", "count of an empty table", "/bin/true, to compare"


@dataclass(frozen=True)
class Start:
    what: str
    wall_ms: list[float]
    cpu_ms: list[float]

    @property
    def median_ms(self) -> float:
        return statistics.median(self.wall_ms)

    @property
    def median_cpu_ms(self) -> float:
        return statistics.median(self.cpu_ms)


def starts(tools: Tools, times: int) -> list[Start]:
    """In turn, so that what disturbs the machine disturbs all alike. Raises RunFailed."""
    with tools.server("--rows", "0") as server:
        commands = {
            VERSION: [str(tools.cqlbulk), "--version"],
            HELP: [str(tools.cqlbulk), "export", "--help"],
            EMPTY: tools.count(server).command,
            NOTHING: ["/bin/true"],
        }
        taken: dict[str, list[tuple[float, float]]] = {what: [] for what in commands}
        for number in range(times + 1):
            for what, command in commands.items():
                measured = _run(command)
                if number > 0:  # the first finds files that are not in memory
                    taken[what].append(measured)
    return [Start(what, [wall for wall, _ in of_what], [cpu for _, cpu in of_what]) for what, of_what in taken.items()]


def _run(command: list[str]) -> tuple[float, float]:
    """Milliseconds of wall time and of CPU. No memory is watched here: that would cost more than what is measured."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    try:
        began = time.perf_counter()
        places = [(os.POSIX_SPAWN_DUP2, nowhere, place) for place in (0, 1, 2)]
        pid = os.posix_spawn(command[0], command, os.environ, file_actions=places)
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - began
    finally:
        os.close(nowhere)
    if status != 0:
        raise RunFailed(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return wall * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3
