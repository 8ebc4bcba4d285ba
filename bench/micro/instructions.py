"""`./dev bench instructions`: how many instructions each hot piece takes, against the table that is committed.

Counts, not times: callgrind runs the pieces on a processor of its own making, so a busy machine changes nothing. Counted again
they are the same to the last instruction; with a longer environment or path of the program they differ by 0.1% at most. Machines
without AVX2 have other functions of the C library, and counts up to 60% away: the table's versions tell. A piece that takes more than 5% more than the table says fails; one that takes so much less is told, for the table is to follow.
`--accept` writes the table. `./dev test --instructions` is the same.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "bench"))

import callgrind  # noqa: E402
from profiles.components import readable  # noqa: E402

TABLE = PROJECT / "bench" / "micro" / "instructions.json"
ACCEPT = "./dev bench instructions --accept"
TOLERANCE = 0.05
SHOWN_FUNCTIONS = 3


@dataclass(frozen=True)
class Count:
    """What one unit of a piece costs."""

    instructions: float
    unit: str

    def __str__(self) -> str:
        return f"{self.instructions:,} a {self.unit}"


@dataclass
class Table:
    versions: dict[str, str]  # what the counts depend on, beside the sources
    counts: dict[str, Count]

    @classmethod
    def read(cls, path: Path) -> "Table":
        if not path.exists():
            return cls({}, {})
        content = json.loads(path.read_text())
        counts = {name: Count(entry["instructions"], entry["per"]) for name, entry in content["pieces"].items()}
        return cls(content["counted with"], counts)

    def write(self, path: Path) -> None:
        """A piece a line, so that a change shows as one."""
        versions = ",\n".join(f"    {json.dumps(name)}: {json.dumps(version)}" for name, version in self.versions.items())
        width = max(map(len, self.counts), default=0) + 3
        pieces = ",\n".join(
            f"    {json.dumps(name) + ':':<{width}} {json.dumps({'instructions': count.instructions, 'per': count.unit})}"
            for name, count in self.counts.items()
        )
        path.write_text(f'{{\n  "counted with": {{\n{versions}\n  }},\n  "pieces": {{\n{pieces}\n  }}\n}}\n')


@dataclass
class Verdict:
    """By the piece's name: what is wrong, or what is worth a word."""

    wrong: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    other_versions: list[str] = field(default_factory=list)


def compare(table: Table, measured: Table, *, all_pieces: bool = True) -> Verdict:
    """`all_pieces`: not only some were measured, so that what is missing is gone."""
    verdict = Verdict()
    for name, now in measured.counts.items():
        before = table.counts.get(name)
        if before is None:
            verdict.wrong[name] = f"takes {now}, and is not in the table"
        elif before.unit != now.unit:
            verdict.wrong[name] = f"takes {now}, and the table has it per {before.unit}"
        else:
            change = now.instructions / before.instructions - 1
            if change > TOLERANCE:
                verdict.wrong[name] = f"takes {now}, {change:.1%} more than the {before.instructions:,} in the table"
            elif change < -TOLERANCE:
                verdict.told[name] = f"takes {now}, {-change:.1%} less than the {before.instructions:,} in the table"
    if all_pieces:
        for name in table.counts.keys() - measured.counts.keys():
            verdict.wrong[name] = "is in the table, and there is no such piece"
    for name in sorted(table.versions.keys() | measured.versions.keys()):
        was, here = table.versions.get(name, "none"), measured.versions.get(name, "none")
        if was != here:
            verdict.other_versions.append(f"{name} {here} here, {was} in the table")
    return verdict


def significant(value: float) -> float:
    """Four digits: more would change with every commit."""
    return int(round(value)) if value >= 1000 else float(f"{value:.4g}")


class CountingFailed(Exception):
    pass


def measure(program: Path, parts: list[str], folder: Path) -> tuple[Table, dict[str, callgrind.Profile]]:
    """Counts, and where in each piece the instructions went."""
    valgrind = shutil.which("valgrind")
    if not valgrind:
        raise CountingFailed("there is no valgrind: ./dev setup installs it")
    command = [valgrind, "--quiet", "--tool=callgrind", "--instr-atstart=no", "--dump-line=no", f"--callgrind-out-file={folder}/counts"]
    run = subprocess.run([*command, str(program), *parts], env=callgrind.QUIET_ENVIRONMENT, capture_output=True, text=True)
    if run.returncode != 0:
        raise CountingFailed(f"{program.name} ended with status {run.returncode}:\n{run.stderr.strip()}")
    versions, *pieces = (json.loads(line) for line in run.stdout.splitlines())
    versions["valgrind"] = subprocess.run([valgrind, "--version"], capture_output=True, text=True).stdout.strip().removeprefix("valgrind-")
    dumps = {profile.trigger: profile for profile in map(callgrind.read, folder.glob("counts*")) if profile.total}
    missing = [piece["piece"] for piece in pieces if piece["piece"] not in dumps]
    if missing:
        raise CountingFailed(f"callgrind wrote nothing of: {', '.join(missing)}")
    counts = {piece["piece"]: Count(significant(dumps[piece["piece"]].total / piece["units"]), piece["unit"]) for piece in pieces}
    return Table(versions, counts), dumps


def where(profile: callgrind.Profile) -> str:
    """The functions in which most of it happens, without those they call."""
    largest = profile.own.most_common(SHOWN_FUNCTIONS)
    return ", ".join(f"{readable(function.name)} {own / profile.total:.0%}" for function, own in largest)


def write_report(path: Path, measured: Table, verdict: Verdict) -> None:
    """As JUnit has it, for scripts/test.py."""
    suite = ElementTree.Element("testsuite", name="instructions")
    for name in sorted(measured.counts.keys() | verdict.wrong.keys()):
        case = ElementTree.SubElement(suite, "testcase", classname="instructions", name=name)
        if name in verdict.wrong:
            ElementTree.SubElement(case, "failure", message=verdict.wrong[name])
    ElementTree.ElementTree(suite).write(path)


def tell(verdict: Verdict, profiles: dict[str, callgrind.Profile]) -> None:
    for name, what in verdict.wrong.items():
        print(f"FAILED: {name}: {what}")
        if name in profiles:
            print(f"        mostly in {where(profiles[name])}")
    for name, what in verdict.told.items():
        print(f"less: {name}: {what}")
    if (verdict.wrong or verdict.told) and verdict.other_versions:
        print(f"The table was made elsewhere, which may be all there is to it: {'; '.join(verdict.other_versions)}.")
    if verdict.wrong:
        print(f"If that is what it has to cost, '{ACCEPT}' writes the table anew: commit it with the change.")
    elif verdict.told:
        print(f"note: {len(verdict.told)} became cheaper: '{ACCEPT}', so that it stays so")


def main() -> int:
    options = parse_arguments()
    program = options.build / "bin" / "instruction_count"
    with tempfile.TemporaryDirectory(prefix="instructions-") as folder:
        try:
            measured, profiles = measure(program, options.only, Path(folder))
        except (CountingFailed, callgrind.NotCallgrind) as failure:
            print(f"instructions: {failure}", file=sys.stderr)
            return 2
    table = Table.read(TABLE)
    if options.accept:
        if options.only:
            measured = Table(measured.versions, table.counts | measured.counts)
        measured.write(TABLE)
        print(f"written: {TABLE.relative_to(PROJECT)}")
        return 0
    verdict = compare(table, measured, all_pieces=not options.only)
    for name, count in measured.counts.items():
        print(f"{name:<32} {count.instructions:>9,} a {count.unit}")
    tell(verdict, profiles)
    if options.report:
        write_report(options.report, measured, verdict)
    return 1 if verdict.wrong else 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev bench instructions",
        description="Counts the instructions of each hot piece and compares them with bench/micro/instructions.json.",
    )
    parser.add_argument("only", nargs="*", metavar="PART", help="only pieces with this in their name")
    parser.add_argument("--accept", action="store_true", help="write the table: what is counted now is right")
    parser.add_argument("--build", type=Path, default=PROJECT / "build/release", help="the build with instruction_count (%(default)s)")
    parser.add_argument("--report", type=Path, metavar="FILE", help="where to write the verdict as JUnit has it")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
