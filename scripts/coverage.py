"""What the unit tests reach of the conversions of values: lines and branches, folder by folder.

The asan build counts in these folders (cqlbulk_measure_coverage in cmake/); scripts/test.py has the unit tests write their
counts to build/asan/coverage/ and calls report(). Alone, after `./dev test --unit`, it lists what is not reached:

    python scripts/coverage.py [PART_OF_A_PATH]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
BUILD = PROJECT / "build" / "asan"
COUNTS = BUILD / "coverage"
PROGRAMS = ("cql_pure_test", "cqlbulk_unit_test")


@dataclass(frozen=True)
class Folder:
    name: str
    files: tuple[str, ...]  # as these paths begin
    least_lines: float  # percent
    least_branches: float


FOLDERS = (
    Folder("text", ("libs/bulk/src/text/",), 99.9, 99.9),
    Folder("columnar", ("libs/bulk/src/columnar/",), 100, 100),
    Folder(
        "codecs",
        ("libs/client/include/cql/codec", "libs/client/src/core/codec")
        + tuple(f"libs/client/src/core/{name}.cpp" for name in ("decimal", "duration", "inet", "uuid", "varint", "vint")),
        99.8,
        99.1,
    ),
)


# Where lines or branches are that no test reaches, and why. Beside these the share of branches misses those of packs of
# template arguments, in codec_composites.hpp: of a tuple's elements the first never has one before it, the others always.
REASONS = {
    "libs/bulk/src/text/locale_names.cpp": "ICU fails for a locale that it has just named: its data are damaged",
    "libs/client/src/core/uuid.cpp": "the system has no random numbers",
    "libs/client/include/cql/codec_scalars.hpp": "not run: the compiler has decided",
}


def command_of(tool: str) -> str:
    return f"{tool}-19"


def merged() -> Path:
    """One profile of all that the programs wrote."""
    raw = sorted(str(path) for path in COUNTS.glob("*.profraw"))
    if not raw:
        raise RuntimeError(f"no counts in {COUNTS}: run ./dev test --unit first")
    profile = COUNTS / "unit.profdata"
    subprocess.run([command_of("llvm-profdata"), "merge", "-o", profile, *raw], check=True, capture_output=True, text=True)
    return profile


def programs() -> list[str]:
    first, *others = [str(BUILD / "bin" / name) for name in PROGRAMS]
    return [first] + [part for other in others for part in ("-object", other)]


def measured(profile: Path, *options: str) -> dict[str, dict]:
    """Of each file of the project, by its path there, what llvm-cov exports: "summary", and without -summary-only more."""
    answer = subprocess.run(
        [command_of("llvm-cov"), "export", f"-instr-profile={profile}", *options, *programs()],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    found = {}
    for file in json.loads(answer.stdout)["data"][0]["files"]:
        path = place_of(file["filename"])
        if path.is_relative_to(PROJECT):
            found[path.relative_to(PROJECT).as_posix()] = file
    return found


def place_of(recorded: str) -> Path:
    """Where a file is: recorded absolutely, or, with the compiler's cache, as seen from the build's folder."""
    return Path(os.path.normpath(BUILD / recorded))


def percent(files: list[dict], kind: str) -> float:
    count = sum(file[kind]["count"] for file in files)
    return 100 * sum(file[kind]["covered"] for file in files) / count if count else 0.0


def report() -> tuple[str, bool]:
    """A line for the step's result, and whether every folder is as good as it has to be."""
    files = measured(merged(), "-summary-only")
    told = []
    good = True
    for folder in FOLDERS:
        own = [file["summary"] for path, file in files.items() if path.startswith(folder.files)]
        lines, branches = percent(own, "lines"), percent(own, "branches")
        enough = lines >= folder.least_lines and branches >= folder.least_branches
        good = good and enough
        told.append(f"{folder.name} {lines:.1f}% of lines, {branches:.1f}% of branches")
        if not enough:
            told[-1] += f" (at least {folder.least_lines:g} and {folder.least_branches:g} are demanded)"
    return "reached: " + "; ".join(told), good


def list_unreached(part: str) -> None:
    """Source lines that no test ran, or of which a branch was never taken."""
    folders = tuple(start for folder in FOLDERS for start in folder.files)
    for path, file in sorted(measured(merged()).items()):
        if part not in path or not path.startswith(folders):
            continue
        source = (PROJECT / path).read_text().splitlines()
        found = {line: "branch" for line in unreached_branches(file["branches"])} | dict.fromkeys(unreached_lines(file["segments"]), "line")
        for line, what in sorted(found.items()):
            print(f"{path}:{line}: {what}: {source[line - 1].strip()} ({REASONS.get(path, 'nobody knows why')})")


def unreached_lines(segments: list[list]) -> set[int]:
    """A segment: line, column, count, has a count, begins a region, is a gap. It holds until the next one."""
    lines = set()
    for (line, column, count, counted, _, gap), following in zip(segments, segments[1:]):
        if counted and not gap and count == 0:
            last = following[0] if following[1] > 1 or following[0] == line else following[0] - 1
            lines |= set(range(line, last + 1))
    return lines


def unreached_branches(branches: list[list]) -> set[int]:
    """Branches of a template stand there once for every type: one that any of them takes is taken. Those that are never
    come to are decided by the compiler, or stand in lines that are not reached."""
    taken: dict[tuple, list[int]] = {}
    for line, column, end_line, end_column, true_count, false_count, *_ in branches:
        counts = taken.setdefault((line, column, end_line, end_column), [0, 0])
        counts[0] += true_count
        counts[1] += false_count
    return {place[0] for place, counts in taken.items() if min(counts) == 0 < max(counts)}


if __name__ == "__main__":
    print(report()[0])
    list_unreached(sys.argv[1] if len(sys.argv) > 1 else "")
