"""Real Cassandra rings as plain processes on loopback addresses: for tests, the demo and the bench.

    ring = Ring(ring_shape("test", 3))
    ring.up()                      # returns when every node sees every other one
    ring.kill(2); ring.start(2)
    ring.down()

The command line over it is __main__.py (`./dev cluster`). Needs a Java 17 and the jars that
`./dev setup` fetches; of Python, the standard library alone. What a person can mend is a RingError,
whose message says how.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import shutil
import ssl
import subprocess
import sys
import time
from pathlib import Path

import certificates
import native
import node as node_setup
from processes import ProcessId, listener_on, stop_all
from shape import CQL_PORT, RELEASES, NodeShape, RingShape

PROJECT = Path(__file__).resolve().parents[2]
TESTBED = (PROJECT / ".testbed").resolve()  # another checkout may lend its own by a link
START_LIMIT_SECONDS = 180
SUPERUSER = ("cassandra", "cassandra")


class RingError(Exception):
    """Something a person can mend. `refused` says that it was found before anything was done."""

    def __init__(self, message: str, *, refused: bool = False):
        super().__init__(message)
        self.refused = refused


def _say_on_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


class Ring:
    def __init__(self, shape: RingShape, *, say=_say_on_stderr):
        self.shape = shape
        self.directory = TESTBED / "run" / shape.name
        self._say = say

    @staticmethod
    def existing(name: str, *, say=_say_on_stderr) -> "Ring":
        """The ring of this name as it was last started, running or not."""
        recorded = _read_record(TESTBED / "run" / name)
        if recorded is None:
            raise RingError(f"there is no ring '{name}'; './dev cluster up --name {name}' starts one", refused=True)
        return Ring(recorded[0], say=say)

    # The whole ring

    def up(self, *, fresh: bool = False) -> None:
        """Starts the nodes that do not run and waits until all are of one mind; `fresh` drops earlier data first."""
        with self._locked():
            if fresh:
                self._stop_and_forget()
            self._agree_with_earlier()
            missing = [node for node in self.shape.nodes if not self.running(node.index)]
            if missing:
                self._start_nodes(missing)
            else:
                self._say(f"ring {self.shape.describe()}: already running")

    def down(self, *, wipe: bool = False) -> None:
        """Ends every node; the data stays for the next `up`, unless wiped. Harmless on a ring that is down."""
        with self._locked():
            if not self._stop_all():
                self._say(f"ring '{self.shape.name}' is not running")
            if wipe:
                self._stop_and_forget()

    def running(self, index: int) -> bool:
        process = self.process(index)
        return process is not None and process.alive()

    def answering(self, index: int) -> bool:
        if not self.running(index):
            return False
        return native.answers_options(self.node(index).address, CQL_PORT, tls=self._tls_context())

    def addresses(self) -> list[str]:
        return [node.address for node in self.shape.nodes]

    # One node, counted from 1

    def start(self, index: int) -> None:
        """A node again, after stop() or kill(); returns when the whole ring has it back."""
        with self._locked():
            if not self.running(index):
                self._start_nodes([self.node(index)])

    def stop(self, index: int) -> None:
        """A node ends in good order and tells its peers."""
        stop_all([self._live_process(index)])

    def kill(self, index: int) -> None:
        """A node ends as if its machine had lost power."""
        stop_all([self._live_process(index)], grace_seconds=None)

    def pause(self, index: int) -> None:
        """A node keeps its connections and answers nothing, as a machine in trouble does."""
        self._live_process(index).pause()

    def resume(self, index: int) -> None:
        self._live_process(index).resume()

    def nodetool(self, index: int, *arguments: str) -> subprocess.CompletedProcess:
        """nodetool's output as text, in .stdout; raises CalledProcessError where it fails."""
        return subprocess.run(self.nodetool_command(index, list(arguments)), check=True, capture_output=True, text=True)

    def nodetool_command(self, index: int, arguments: list[str]) -> list[str]:
        home = TESTBED / "home"
        home.mkdir(exist_ok=True)
        return node_setup.nodetool_command(self.node(index), _jars(self.shape.release), home, arguments)

    def node(self, index: int) -> NodeShape:
        if not 1 <= index <= len(self.shape.nodes):
            count = len(self.shape.nodes)
            raise RingError(f"ring '{self.shape.name}' has nodes 1 to {count}, not {index}", refused=True)
        return self.shape.nodes[index - 1]

    def files(self, index: int) -> node_setup.NodeFiles:
        return node_setup.NodeFiles(self.directory / f"node{index}")

    def tls_files(self) -> certificates.TlsFiles:
        """The certificates of a ring with TLS; they are there from its first start on."""
        return node_setup.tls_files(self.files(1))

    def process(self, index: int) -> ProcessId | None:
        """The process last started for this node, ended or not."""
        recorded = _read_record(self.directory)
        return recorded[1].get(index) if recorded else None

    # Within

    def _start_nodes(self, nodes: list[NodeShape]) -> None:
        self._refuse_taken_ports(nodes)
        jars = _jars(self.shape.release)
        if self.shape.tls:
            certificates.make(self.tls_files(), self.shape.name, self.addresses())
        some = "" if len(nodes) == len(self.shape.nodes) else " node " + ", ".join(str(node.index) for node in nodes)
        self._say(f"ring {self.shape.describe()}: starting{some or ' it'}")
        began = time.monotonic()
        try:
            for node in nodes:
                self._launch(node, jars)
            self._wait_for_ring(began + START_LIMIT_SECONDS)
        except BaseException:
            # Half a ring is of no use, and whoever interrupts a start does not expect it to go on running.
            stop_all([process for node in nodes if (process := self.process(node.index))])
            raise
        up = [node.address for node in self.shape.nodes if self.running(node.index)]
        self._say(f"ring '{self.shape.name}' is up: CQL on {', '.join(up)} ({time.monotonic() - began:.1f} s)")

    def _launch(self, node: NodeShape, jars: Path) -> None:
        files = self.files(node.index)
        node_setup.write_files(self.shape, node, files)
        command = node_setup.server_command(self.shape, files, node, jars)
        with files.output.open("ab") as output:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=node_setup.server_environment(),
                cwd=files.root,
                start_new_session=True,  # an interrupt typed at the terminal is not meant for the servers
            )
        _, processes = _read_record(self.directory) or (None, {})
        self._write_record({**processes, node.index: ProcessId.of(child.pid)})

    def _wait_for_ring(self, deadline: float) -> None:
        """Until every node answers CQL and sees all of them, or all that run where others are down on purpose."""
        waiting = [node for node in self.shape.nodes if self.running(node.index)]
        whole = len(waiting) == len(self.shape.nodes)
        obstacle = "it has not answered CQL yet"
        while waiting:
            for node in waiting:
                if not self.running(node.index):
                    raise self._failed_start(node, "ended while starting")
            if time.monotonic() > deadline:
                raise self._failed_start(waiting[0], f"was not ready within {START_LIMIT_SECONDS} s: {obstacle}")
            obstacle = self._obstacle_at(waiting[0], whole)
            if obstacle:
                time.sleep(0.2)
            else:
                waiting.pop(0)

    def _obstacle_at(self, node: NodeShape, whole: bool) -> str:
        """Why this node's view of the ring is not complete yet, or an empty text."""
        expected = len(self.shape.nodes)
        tls = self._tls_context()
        if not native.answers_options(node.address, CQL_PORT, tls=tls):
            return "it has not answered CQL yet"
        if not whole:
            return ""
        try:
            with native.Connection(node.address, CQL_PORT, tls=tls) as connection:
                connection.start(*SUPERUSER)
                gossip = connection.query("SELECT status_with_port FROM system_views.gossip_info")
                normal = sum(b"NORMAL" in (row["status_with_port"] or b"") for row in gossip)
                if normal != expected:
                    return f"it sees {normal} of {expected} nodes as normal"
                own = connection.query("SELECT schema_version FROM system.local")
                peers = connection.query("SELECT schema_version FROM system.peers_v2")
                versions = {row["schema_version"] for row in own + peers}
                if len(peers) != expected - 1:
                    return f"it knows {len(peers)} of {expected - 1} peers"
                if len(versions) != 1:
                    return f"it sees {len(versions)} versions of the schema"
                # Normal does not mean alive. system_auth has one replica, so reading all of it needs every node.
                connection.query("SELECT role FROM system_auth.roles", native.ALL)
        except (OSError, EOFError, native.ServerError) as error:
            return str(error)
        return ""

    def _tls_context(self) -> ssl.SSLContext | None:
        if not self.shape.tls:
            return None
        files = self.tls_files()
        context = ssl.create_default_context(cafile=files.authority)
        context.load_cert_chain(files.client_certificate, files.client_key)
        return context

    def _refuse_taken_ports(self, nodes: list[NodeShape]) -> None:
        taken = [
            f"  {address}:{port} is held by {owner}"
            for node in nodes
            for address, port in node.listening_on()
            if (owner := listener_on(address, port))
        ]
        if taken:
            raise RingError(
                f"ring '{self.shape.name}' cannot start, its addresses are in use:\n"
                + "\n".join(taken)
                + "\nEnd what holds them, or choose other addresses with --first OCTET.",
                refused=True,
            )

    def _agree_with_earlier(self) -> None:
        """Refuses to start over a ring of the same name that is another one."""
        recorded = _read_record(self.directory)
        if recorded is None:
            return
        earlier, processes = recorded
        differences = ", ".join(earlier.differs_in(self.shape))
        if differences and any(process.alive() for process in processes.values()):
            raise RingError(
                f"ring '{self.shape.name}' already runs with other {differences}.\n"
                f"'./dev cluster down --name {self.shape.name}' ends it.",
                refused=True,
            )
        if not earlier.shares_data_with(self.shape):
            raise RingError(
                f"the data of ring '{self.shape.name}' belongs to a ring with other {differences}.\n"
                "Add --fresh to throw that data away, or start it as it was.",
                refused=True,
            )

    def _stop_all(self) -> bool:
        alive = [process for node in self.shape.nodes if (process := self.process(node.index)) and process.alive()]
        if not alive:
            return False
        began = time.monotonic()
        killed = stop_all(alive)
        by_force = f", {len(killed)} of {len(alive)} nodes by force" if killed else ""
        self._say(f"ring '{self.shape.name}' is down (in {time.monotonic() - began:.1f} s{by_force})")
        return True

    def _stop_and_forget(self) -> None:
        recorded = _read_record(self.directory)
        if recorded is None:
            return
        # The ring that is recorded may have more nodes than the one asked for now.
        Ring(recorded[0], say=self._say)._stop_all()
        for entry in self.directory.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()

    def _live_process(self, index: int) -> ProcessId:
        self.node(index)
        process = self.process(index)
        if process is None or not process.alive():
            raise RingError(f"node {index} of ring '{self.shape.name}' is not running", refused=True)
        return process

    def _failed_start(self, node: NodeShape, what: str) -> RingError:
        files = self.files(node.index)
        words = []
        for log in (files.output, files.system_log):
            if log.exists():
                lines = log.read_text(errors="replace").splitlines()
                words += [f"  {line[:300]}" for line in lines if "ERROR" in line or "xception" in line][-5:]
        told = [f"node {node.index} of ring '{self.shape.name}' {what}", *words, f"  more in {files.log}"]
        return RingError("\n".join(told))

    def _write_record(self, processes: dict[int, ProcessId]) -> None:
        record = {
            "ring": self.shape.as_json(),
            "processes": {index: [process.pid, process.started] for index, process in processes.items()},
        }
        written = self.directory / "ring.json.new"
        written.write_text(json.dumps(record, indent=1))
        written.replace(self.directory / "ring.json")

    @contextlib.contextmanager
    def _locked(self):
        """One start or stop at a time for rings of one name, whoever asks."""
        locks = TESTBED / "run"
        locks.mkdir(parents=True, exist_ok=True)
        with (locks / f"{self.shape.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def ring_names() -> list[str]:
    return sorted(record.parent.name for record in (TESTBED / "run").glob("*/ring.json"))


def _read_record(directory: Path) -> tuple[RingShape, dict[int, ProcessId]] | None:
    try:
        record = json.loads((directory / "ring.json").read_text())
    except FileNotFoundError:
        return None
    processes = {int(index): ProcessId(*identity) for index, identity in record["processes"].items()}
    return RingShape.from_json(record["ring"]), processes


def _jars(release: str) -> Path:
    jars = TESTBED / f"lib-{release}"
    if not (jars / "complete").exists():
        which = "" if release == RELEASES["5.0"] else f" --cassandra {release}"
        raise RingError(f"Cassandra's jars are not in {jars}: run './dev setup{which}'", refused=True)
    return jars
