"""cqlsh's COPY as a peer: its command lines, with its own defaults but for the header and the form of timestamps.

cqlsh exits with 0 even where a COPY lost rows: whoever runs these must look at what arrived.
"""

from __future__ import annotations

import sys
from pathlib import Path

# Of 2024-01-01T19:55:10.308Z cqlsh 6.2 would otherwise read the date alone, and so write most rows over one another.
DATETIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%f%z"
CQLSH = Path(sys.executable).parent / "cqlsh"


def copy_to(host: str, table: str, columns: list[str], file: Path) -> list[str]:
    return _command(host, f"COPY {table} ({', '.join(columns)}) TO '{file}' WITH HEADER = TRUE AND DATETIMEFORMAT = '{DATETIME_FORMAT}'")


def copy_from(host: str, table: str, columns: list[str], file: Path, rejected: Path, most_rows_of_batch: int | None = None) -> list[str]:
    """`rejected`: where it writes what it could not load."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM '{file}' WITH HEADER = TRUE AND DATETIMEFORMAT = '{DATETIME_FORMAT}'"
    statement += f" AND ERRFILE = '{rejected}'"
    return _command(host, statement + (f" AND MAXBATCHSIZE = {most_rows_of_batch}" if most_rows_of_batch else ""))


def _command(host: str, statement: str) -> list[str]:
    return [sys.executable, str(CQLSH), "--disable-history", host, "-e", statement]
