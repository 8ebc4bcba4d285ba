"""`./dev test`: builds what the tests need, runs every runner, and sums what they found.

A list of steps, each with its time and its own log. A step whose needs failed is left out and counted as
one failure, so that a total never looks better than the run was. The ring of three starts once, for all
steps that talk to a real Cassandra, and ends with the run however it ends.

Tests find their surroundings in the environment:
  CQLBULK_TEST_HOST   address of the ring's first node     CQLBULK_TEST_HOSTS  of all, with commas
  CQLBULK_TEST_RING   its name, for Ring.existing(name)    CQLBULK_TOOL        the release build's cqlbulk
"""

from __future__ import annotations

import argparse
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
LOGS = PROJECT / ".testbed" / "test"
TOOL = PROJECT / "build" / "release" / "bin" / "cqlbulk"
TAIL_LINES = 60
PLAIN_LABELS = ("fuzz", "package")  # commands, not programs of GoogleTest cases
RINGS_OF_TESTS = ("test-datacenters", "test-4-1")  # which tests start and stop by themselves

sys.path.insert(0, str(PROJECT / "testbed" / "cassandra"))
import coverage  # noqa: E402
from ring import Ring, RingError, ring_names  # noqa: E402
from shape import ring_shape  # noqa: E402


@dataclass
class Outcome:
    """What a step found. A step that is no test run by itself, such as a build, counts only when it fails."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    note: str = ""


@dataclass(frozen=True)
class Step:
    name: str
    tier: str  # chosen by the option of that name; "" only comes along as somebody's need
    run: Callable[["Session"], Outcome]
    needs: tuple[str, ...] = ()
    beside: str = ""  # runs while that step does: one of them mostly waits


@dataclass
class Session:
    filter: str | None
    ring_name: str | None
    ring: Ring | None = None
    children: set[subprocess.Popen] = field(default_factory=set)  # that run now
    ending: bool = False  # whatever is started now ends at once
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))

    def log_of(self, step_name: str) -> Path:
        return LOGS / f"{step_name.replace(' ', '-')}.log"


# The steps


def build(preset: str) -> Callable[[Session], Outcome]:
    def run(session: Session) -> Outcome:
        failed = execute(["scripts/build.sh", preset], session, f"build {preset}", live=sys.stdout.isatty())
        return Outcome(failed=1 if failed else 0)

    return run


def check_layers(session: Session) -> Outcome:
    failed = execute([sys.executable, "scripts/check_layers.py"], session, "layers")
    return Outcome(failed=1) if failed else Outcome(passed=1)


def ctest(step_name: str, label: str, *, jobs: int, preset: str = "asan", may_be_empty: bool = False) -> Callable[[Session], Outcome]:
    """Tests with that label: programs of GoogleTest cases, each with a report of its own, or plain commands."""

    def run(session: Session) -> Outcome:
        plain_report = LOGS / f"{label}.xml"
        cases = PROJECT / "build" / preset / "reports" / label
        plain_report.unlink(missing_ok=True)
        shutil.rmtree(cases, ignore_errors=True)
        command = ["ctest", "--test-dir", f"build/{preset}", "--output-on-failure", "--output-junit", str(plain_report)]
        lenient = may_be_empty or bool(session.filter)
        command += ["-L", f"^{label}$", "-j", str(jobs), "--no-tests=" + ("ignore" if lenient else "error")]
        if session.filter and label in PLAIN_LABELS:  # cases choose themselves by GTEST_FILTER
            command += ["-R", re.escape(session.filter)]
        status = execute(command, session, step_name)
        reports = sorted(cases.glob("*.xml")) or [plain_report]
        return counted(status, reports, lenient)

    return run


def unit(session: Session) -> Outcome:
    """The unit tests, and what they reach of the conversions of values."""
    shutil.rmtree(coverage.COUNTS, ignore_errors=True)
    session.environment["LLVM_PROFILE_FILE"] = str(coverage.COUNTS / "%p.profraw")
    outcome = ctest("unit", "unit", jobs=3 * CORES)(session)
    del session.environment["LLVM_PROFILE_FILE"]
    if outcome.failed or session.filter:  # some tests alone reach little
        return outcome
    outcome.note, enough = coverage.report()
    outcome.failed = 0 if enough else 1
    return outcome


def pytest(
    step_name: str, marked: str, *, jobs: int = 1, may_be_empty: bool = False
) -> Callable[[Session], Outcome]:
    """`jobs`: so many files of tests at once, since most of their time they wait."""

    def run(session: Session) -> Outcome:
        report = LOGS / f"{step_name.replace(' ', '-')}.xml"
        report.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", "tests", "-q", "-ra", "-p", "no:cacheprovider"]
        command += ["-m", marked, f"--junitxml={report}"]
        command += ["-n", str(jobs), "--dist", "loadfile"] if jobs > 1 else []
        command += ["-k", session.filter] if session.filter else []
        status = execute(command, session, step_name)
        nothing_collected = status == 5
        if nothing_collected and (may_be_empty or session.filter):
            return Outcome(note="no tests")
        return counted(status, [report], may_be_empty=False)

    return run


def instructions(session: Session) -> Outcome:
    """What the hot pieces cost, in instructions."""
    step_name = "instructions"
    if execute(["scripts/build.sh", "release", "instruction_count"], session, step_name):
        return Outcome(failed=1, note="its program does not build")
    report = LOGS / f"{step_name}.xml"
    report.unlink(missing_ok=True)
    status = execute([sys.executable, "bench/micro/instructions.py", "--report", str(report)], session, step_name)
    outcome = counted(status, [report], may_be_empty=False)
    notes = [line for line in session.log_of(step_name).read_text().splitlines() if line.startswith("note: ")]
    outcome.note = outcome.note or "; ".join(note.removeprefix("note: ") for note in notes)
    return outcome


def start_ring(session: Session) -> Outcome:
    log = session.log_of("ring")
    log.unlink(missing_ok=True)

    def say(line: str) -> None:  # for as long as the ring lives: its end is told too
        with log.open("a") as lines:
            print(line, file=lines)

    try:
        if session.ring_name:
            ring = Ring.existing(session.ring_name, say=say)
            if not all(ring.answering(node.index) for node in ring.shape.nodes):
                raise RingError(f"ring '{session.ring_name}' is not up; './dev cluster status' says more")
        else:
            ring = Ring(ring_shape("test", 3), say=say)
            session.ring = ring  # before it is up: what a failed start leaves must be stopped too
            ring.up(fresh=True)
    except (RingError, FileNotFoundError) as error:
        say(str(error))
        return Outcome(failed=1)
    session.environment |= {
        "CQLBULK_TEST_RING": ring.shape.name,
        "CQLBULK_TEST_HOST": ring.addresses()[0],
        "CQLBULK_TEST_HOSTS": ",".join(ring.addresses()),
    }
    return Outcome()


CORES = os.cpu_count() or 1
BOTH_BUILDS = ("build asan", "build release")

STEPS = [
    Step("layers", "layers", check_layers),
    Step("build asan", "", build("asan")),
    Step("unit", "unit", unit, ("build asan",)),
    Step("fuzz", "fuzz", ctest("fuzz", "fuzz", jobs=CORES), ("build asan",)),
    Step("build release", "", build("release")),
    Step("instructions", "instructions", instructions, ("build release",)),
    Step("package", "package", ctest("package", "package", jobs=1), BOTH_BUILDS),
    Step("ring", "", start_ring, ("build release",)),
    Step("integration", "integration", ctest("integration", "integration", jobs=1), (*BOTH_BUILDS, "ring")),
    Step("build tsan", "", build("tsan"), beside="integration"),
    Step("threads", "threads", ctest("threads", "threads", jobs=CORES, preset="tsan"), ("build tsan", "ring")),
    Step("cli", "cli", pytest("cli", "not long and not alone", jobs=CORES + 1), ("build release", "ring")),
    Step("cli alone", "cli", pytest("cli alone", "alone and not long"), ("build release", "ring")),
    Step("long", "long", ctest("long", "long", jobs=1, may_be_empty=True), (*BOTH_BUILDS, "ring")),
    Step("long cli", "long", pytest("long cli", "long", may_be_empty=True), ("build release", "ring")),
]

TIERS = {
    "layers": "the include graph is the declared one (1 s)",
    "unit": "unit tests under the sanitizers, no network",
    "fuzz": "every fuzz target for a few seconds",
    "instructions": "what the hot pieces cost, in instructions, against the committed table",
    "package": "the libraries install, and outside projects build on them",
    "integration": "C++ tests on a ring of three, under the sanitizers",
    "threads": "where threads meet, under the thread sanitizer, on the same ring",
    "cli": "tests/: the tool as a user runs it, on the same ring",
    "long": "what takes long in both; not part of the default run",
}


# Running them


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    chosen_tiers = {tier for tier in TIERS if getattr(options, tier)}
    if not chosen_tiers - {"long"}:
        chosen_tiers |= TIERS.keys() - {"long"}
    steps = with_needs([step for step in STEPS if step.tier in chosen_tiers])

    LOGS.mkdir(parents=True, exist_ok=True)
    lock = (LOGS / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("./dev test: another run is under way here; wait for it or end it", file=sys.stderr)
        return 2

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    session = Session(options.filter, options.ring)
    session.environment |= surroundings()
    if options.filter:
        session.environment["GTEST_FILTER"] = f"*{options.filter}*"
    results: dict[str, tuple[Outcome, float]] = {}
    try:
        perform_all(steps, session, results)
    except KeyboardInterrupt:
        print("interrupted")
        return 130
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second interrupt must not leave Cassandras behind
        end_children(session)
        if session.ring:
            session.ring.down()
        for name in set(RINGS_OF_TESTS) & set(ring_names()):  # of a test that was ended before it could
            Ring.existing(name).down(wipe=True)
    return summarize(results, session)


def perform_all(steps: list[Step], session: Session, results: dict[str, tuple[Outcome, float]]) -> None:
    names = {step.name for step in steps}
    for step in steps:
        if step.name in results or step.beside in names:
            continue
        companions = [other for other in steps if other.beside == step.name]
        threads = ThreadPoolExecutor(max_workers=1 + len(companions))
        try:
            performed = {other.name: threads.submit(perform, other, session, results) for other in companions}
            results[step.name] = perform(step, session, results)
            results |= {name: outcome.result() for name, outcome in performed.items()}
        except BaseException:
            end_children(session)  # else the threads would wait for theirs
            raise
        finally:
            threads.shutdown()


def perform(step: Step, session: Session, results: dict[str, tuple[Outcome, float]]) -> tuple[Outcome, float]:
    broken = [need for need in step.needs if results[need][0].failed]
    if broken:
        print(f"-- {step.name}: left out, since '{broken[0]}' failed", flush=True)
        return Outcome(failed=1, note=f"left out: {broken[0]} failed"), 0.0
    print(f"-- {step.name}", flush=True)
    began = time.monotonic()
    outcome = step.run(session)
    if outcome.failed:
        show_failure(session.log_of(step.name))
    return outcome, time.monotonic() - began


def execute(command: list[str], session: Session, step_name: str, *, live: bool = False) -> int:
    """Runs a command with its output in the step's log, or on the terminal; its exit status."""
    with session.log_of(step_name).open("w") as log:
        output = None if live else log
        if live:
            log.write("its output went to the terminal\n")
        child = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=session.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=None if live else subprocess.STDOUT,
            start_new_session=True,
        )
        session.children.add(child)
        try:
            if session.ending:
                os.killpg(child.pid, signal.SIGTERM)
            return child.wait()
        finally:
            if child.poll() is None:  # we are being ended: so is what the child has started
                os.killpg(child.pid, signal.SIGTERM)
                child.wait()
            session.children.discard(child)


def end_children(session: Session) -> None:
    session.ending = True
    for child in list(session.children):
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGTERM)


def counted(status: int, reports: list[Path], may_be_empty: bool) -> Outcome:
    """The numbers in JUnit reports, which all runners write; a runner that broke down is a failure too."""
    passed = failed = skipped = 0
    for case in [case for report in reports if report.exists() for case in ElementTree.parse(report).getroot().iter("testcase")]:
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            skipped += 1
        else:
            passed += 1
    if passed + failed == 0 and not (status == 0 and may_be_empty):
        return Outcome(failed=1, skipped=skipped, note="no test ran")
    if status != 0 and failed == 0:
        return Outcome(passed, 1, skipped, f"the runner ended with status {status}")
    return Outcome(passed, failed, skipped, "" if passed + failed else "no tests")


def surroundings() -> dict[str, str]:
    found = {"CQLBULK_TOOL": str(TOOL), "PYTHONDONTWRITEBYTECODE": "1", "UBSAN_OPTIONS": "print_stacktrace=1"}
    found["TSAN_OPTIONS"] = f"suppressions={PROJECT}/testbed/thread_sanitizer.suppressions"
    symbolizer = shutil.which("llvm-symbolizer-19")
    if symbolizer:  # Debian's has the version in its name, and the sanitizers look for the bare one
        found["ASAN_SYMBOLIZER_PATH"] = symbolizer
    return found


def with_needs(chosen: list[Step]) -> list[Step]:
    by_name = {step.name: step for step in STEPS}
    wanted = {step.name for step in chosen}
    while missing := {need for name in wanted for need in by_name[name].needs} - wanted:
        wanted |= missing
    return [step for step in STEPS if step.name in wanted]


# Telling


def show_failure(log: Path) -> None:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    if len(lines) > TAIL_LINES:
        print(f"   … the last {TAIL_LINES} of {len(lines)} lines")
    for line in lines[-TAIL_LINES:]:
        print(f"   {line}")
    sys.stdout.flush()


def summarize(results: dict[str, tuple[Outcome, float]], session: Session) -> int:
    print("\nstep            result     seconds")
    for name, (outcome, seconds) in results.items():
        told = [f"{outcome.passed} passed"] if outcome.passed else []
        told += [f"{outcome.failed} failed"] if outcome.failed and outcome.passed else []
        told += [f"{outcome.skipped} skipped"] if outcome.skipped else []
        told += [outcome.note] if outcome.note else []
        print(f"{name:<15} {'FAILED' if outcome.failed else 'ok':<10} {seconds:>7.1f}  {', '.join(told)}".rstrip())

    passed = sum(outcome.passed for outcome, _ in results.values())
    failed = sum(outcome.failed for outcome, _ in results.values())
    if failed:
        print(f"\nlogs of the steps: {LOGS.relative_to(PROJECT)}/")
        if session.ring:
            print(f"logs of the nodes: {session.ring.directory}/node*/log/")
    print(f"\n{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev test",
        description="Builds, then runs every check, or only the named tiers. The last line says how many passed.",
    )
    for tier, meaning in TIERS.items():
        parser.add_argument(f"--{tier}", action="store_true", help=meaning)
    parser.add_argument("--filter", metavar="NAME", help="only tests with this in their name")
    parser.add_argument("--ring", metavar="NAME", help="use this running ring of three and leave it running")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
