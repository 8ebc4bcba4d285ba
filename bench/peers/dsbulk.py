"""DSBulk as a peer: its command lines, with its own defaults.

A copy of it is a folder: an unpacked distribution (bin/dsbulk), or the jars that `./dev setup --dsbulk` fetches.
"""

from __future__ import annotations

import re
from pathlib import Path

_MAIN = "com.datastax.oss.dsbulk.runner.DataStaxBulkLoader"


class Dsbulk:
    def __init__(self, folder: Path, logs: Path):
        """Raises FileNotFoundError where there is none."""
        program = folder / "bin" / "dsbulk"
        jars = sorted(folder.glob("**/dsbulk-runner-*.jar"))
        if not jars:
            raise FileNotFoundError(f"{folder} holds no DSBulk: neither bin/dsbulk with its lib/, nor its jars")
        self.version = re.sub(r".*dsbulk-runner-(.*)\.jar", r"\1", jars[0].name)
        self._start = [str(program)] if program.exists() else ["java", "-cp", f"{jars[0].parent}/*", _MAIN]
        self.counts = any(jars[0].parent.glob("dsbulk-workflow-count-*.jar"))  # Maven has not every version of it
        self._logs = logs

    def count(self, host: str, table: str) -> list[str]:
        return self._command("count", host, table)

    def unload(self, host: str, table: str, folder: Path) -> list[str]:
        return self._command("unload", host, table, "-url", str(folder), "-header", "true")

    def load(self, host: str, table: str, file: Path) -> list[str]:
        return self._command("load", host, table, "-url", str(file), "-header", "true")

    def _command(self, action: str, host: str, table: str, *more: str) -> list[str]:
        keyspace, name = table.split(".")
        return [*self._start, action, "-h", host, "-k", keyspace, "-t", name, "-logDir", str(self._logs), *more]


def printed_count(output: str) -> int:
    """What count printed last; raises ValueError where that is no number."""
    return int(output.split()[-1]) if output.split() else int("")


def unloaded_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.csv"))
