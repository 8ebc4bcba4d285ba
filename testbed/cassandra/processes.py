"""Processes by identity and listeners by owner, read from /proc (Linux only).

A process is named by its id and the instant it started, so that an id which the kernel has given to
somebody else since is never signalled.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import time
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class ProcessId:
    pid: int
    started: int  # clock ticks since boot: field 22 of /proc/PID/stat

    @staticmethod
    def of(pid: int) -> "ProcessId":
        stat = _stat(pid)
        if stat is None:
            raise ProcessLookupError(f"no process {pid}")
        return ProcessId(pid, stat.started)

    def alive(self) -> bool:
        stat = _stat(self.pid)
        if stat is None or stat.started != self.started:
            return False
        # A zombie has ended and waits for its parent to ask how; but threads that are left still hold its sockets.
        return stat.state not in "ZX" or stat.threads > 1

    def signal(self, number: int) -> None:
        if self.alive():
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                pass  # it ended in between

    def pause(self) -> None:
        """Returns when every thread stands still: the signal reaches them one after the other."""
        self.signal(signal.SIGSTOP)
        while self.alive() and any(stat and stat.state not in "tT" for stat in self._threads()):
            time.sleep(0.005)

    def resume(self) -> None:
        self.signal(signal.SIGCONT)

    def _threads(self) -> list[_Stat | None]:
        return [_stat(f"{self.pid}/task/{thread}") for thread in os.listdir(f"/proc/{self.pid}/task")]

    def rss_mb(self) -> int | None:
        try:
            with open(f"/proc/{self.pid}/status") as status:
                for line in status:
                    if line.startswith("VmRSS:"):
                        return int(line.split()[1]) // 1024
        except OSError:
            pass
        return None


def stop_all(processes: list[ProcessId], grace_seconds: float | None = 30) -> list[ProcessId]:
    """SIGTERM to all at once, SIGKILL to those still there after the grace, or at once where there is None.

    Returns those that had to be killed.
    """
    if grace_seconds is not None:
        for process in processes:
            process.signal(signal.SIGTERM)
            process.signal(signal.SIGCONT)  # a paused process could not end otherwise
        _wait_until_gone(processes, grace_seconds)
    stubborn = [process for process in processes if process.alive()]
    for process in stubborn:
        process.signal(signal.SIGKILL)
    _wait_until_gone(stubborn, 10)
    return stubborn


def listener_on(address: str, port: int) -> str | None:
    """Who keeps us from listening on address:port: 'process 123 (java)', or None where it is free."""
    wanted = {address, "0.0.0.0", "::", f"::ffff:{address}", "::ffff:0.0.0.0"}
    for table, family in (("/proc/net/tcp", socket.AF_INET), ("/proc/net/tcp6", socket.AF_INET6)):
        try:
            lines = open(table).read().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            local, state, inode = fields[1], fields[3], fields[9]
            if state == _TCP_LISTEN and _endpoint(local, family) in {(host, port) for host in wanted}:
                return _owner_of_socket(inode)
    return None


_TCP_LISTEN = "0A"


class _Stat(NamedTuple):
    state: str
    threads: int
    started: int


def _stat(pid: int | str) -> _Stat | None:
    """The fields of /proc/PID/stat that matter here, or None where there is no such process or thread."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            # The command's name stands in parentheses and may itself hold spaces and parentheses: fields from 3 on.
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return None
    return _Stat(state=fields[0], threads=int(fields[17]), started=int(fields[19]))


def _wait_until_gone(processes: list[ProcessId], seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and any(process.alive() for process in processes):
        time.sleep(0.05)


def _endpoint(field: str, family: int) -> tuple[str, int]:
    """'0100007F:2352' as ('127.0.0.1', 9042): the kernel prints 32-bit words in the machine's byte order."""
    words, port = field.split(":")
    raw = b"".join(struct.pack("=I", int(words[i : i + 8], 16)) for i in range(0, len(words), 8))
    return socket.inet_ntop(family, raw), int(port, 16)


def _owner_of_socket(inode: str) -> str:
    link = f"socket:[{inode}]"
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            descriptors = os.listdir(f"/proc/{entry}/fd")
            if any(_readlink(f"/proc/{entry}/fd/{fd}") == link for fd in descriptors):
                with open(f"/proc/{entry}/comm") as comm:
                    return f"process {entry} ({comm.read().strip()})"
        except OSError:
            continue  # ended meanwhile, or not ours to look into
    return "a process of another user or container"


def _readlink(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""
