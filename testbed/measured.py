"""Runs one command and says what it took: wall time, CPU, peak memory, for the demo and the bench.

The figures are of the command with all processes it starts. Linux only (/proc). Nothing is judged here.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.02
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Measured:
    exit_status: int  # negative: the signal that ended it
    wall_seconds: float
    cpu_seconds: float  # user and system time, of every process that was waited for
    peak_mb: float  # resident, summed over the processes alive at one instant, so pages they share count for each
    stdout: str
    stderr: str


def run_measured(command: list[str], *, cwd: Path | None = None) -> Measured:
    """Runs the command to its end, without a terminal; raises FileNotFoundError where there is no such program."""
    began = time.perf_counter()
    child = subprocess.Popen(
        command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    # Both pipes are read to their end before anybody waits: a full pipe would stop the child.
    texts = {"stdout": "", "stderr": ""}
    readers = [threading.Thread(target=_read_into, args=(texts, name, getattr(child, name))) for name in texts]
    for reader in readers:
        reader.start()
    watch = _MemoryWatch(child.pid)
    try:
        _, wait_status, usage = os.wait4(child.pid, 0)
    except BaseException:
        child.kill()
        child.wait()
        raise
    finally:
        watch.stop()
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(wait_status)  # Popen must not wait for a process that is gone
    for reader in readers:
        reader.join()
    return Measured(
        child.returncode, wall, usage.ru_utime + usage.ru_stime, watch.peak_kb / 1024, texts["stdout"], texts["stderr"]
    )


def process_cpu_seconds(pid: int) -> float:
    """User and system time of a running process so far, its threads included; to the clock tick (10 ms)."""
    # The command's name stands in parentheses and may itself hold spaces and parentheses.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND


def machine_busy_seconds() -> float:
    """CPU time that anything at all has used on this machine so far, summed over its cores."""
    with open("/proc/stat") as stat:
        user, nice, system, _idle, _iowait, irq, softirq = (int(field) for field in stat.readline().split()[1:8])
    return (user + nice + system + irq + softirq) / _TICKS_PER_SECOND


class _MemoryWatch:
    """Samples the memory of a process and its descendants.

    rusage's ru_maxrss would not do: a child starts with the peak of the Python process that forked it.
    """

    def __init__(self, pid: int):
        self.peak_kb = 0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            processes = _with_descendants(self._pid)
            resident = [_status_kb(pid, "VmRSS") for pid in processes]
            # The kernel keeps the peak of each process: a single one's is exact whenever we look.
            self.peak_kb = max(self.peak_kb, sum(resident), _status_kb(self._pid, "VmHWM"))
            if self._ended.wait(SAMPLE_SECONDS):
                return


def _with_descendants(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        try:
            for task in os.listdir(f"/proc/{parent}/task"):
                with open(f"/proc/{parent}/task/{task}/children") as children:
                    found += [int(child) for child in children.read().split()]
        except OSError:
            continue  # it ended while we looked
    return found


def _status_kb(pid: int, field: str) -> int:
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith(field + ":"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


def _read_into(texts: dict[str, str], name: str, pipe) -> None:
    with pipe:
        texts[name] = pipe.read()
