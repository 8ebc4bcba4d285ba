"""The command line over ring.py: `python3 testbed/cassandra`, for people `./dev cluster`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ring import PROJECT, SUPERUSER, Ring, RingError, ring_names
from shape import CQL_PORT, FIRST_OCTETS, RELEASES, RingShape, ShapeError, parse_datacenters, ring_shape

EXAMPLES = """\
examples:
  ./dev cluster up                         one small node, 'demo', on 127.0.0.1
  ./dev cluster up 3                       a ring of three on 127.0.0.1-3
  ./dev cluster up --name bench --heap 2g  one node for measuring, on 127.0.0.31
  ./dev cluster up --name two --first 41 --dc east:2,west:1
  ./dev cluster up 3 --fresh               throw earlier data away first
  ./dev cluster cqlsh -e 'DESCRIBE KEYSPACES'
  ./dev cluster nodetool status            on node 1; 'nodetool 2 info' on node 2
  ./dev cluster kill 2                     node 2 loses its power; 'start 2' brings it back
  ./dev cluster down --wipe                stop and remove the data

Data and logs lie in .testbed/run/NAME/nodeI/{data,log}.
"""


def main(arguments: list[str]) -> int:
    options, rest = _parser().parse_known_args(arguments)
    if rest and options.action not in (cqlsh, nodetool):
        print(f"./dev cluster: unknown argument {rest[0]}; './dev cluster --help' lists them", file=sys.stderr)
        return 2
    options.rest = rest
    try:
        return options.action(options) or 0
    except (ShapeError, RingError) as error:
        print(f"./dev cluster: {error}", file=sys.stderr)
        return 1 if isinstance(error, RingError) and not error.refused else 2
    except FileNotFoundError as error:
        print(f"./dev cluster: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def up(options: argparse.Namespace) -> None:
    asked = (options.nodes, options.dc, options.heap, options.auth, options.tls)
    asked += (options.yaml, options.base, options.first, options.version)
    if options.name in ring_names() and not any(value not in (None, False) for value in asked):
        Ring.existing(options.name).up(fresh=options.fresh)  # as it was
    else:
        Ring(_requested_shape(options)).up(fresh=options.fresh)


def down(options: argparse.Namespace) -> None:
    for name in ring_names() if options.all else [options.name]:
        if name in ring_names():
            Ring.existing(name).down(wipe=options.wipe)
        else:
            print(f"ring '{name}' is not running", file=sys.stderr)


def status(options: argparse.Namespace) -> int:
    """0 where all asked-for nodes answer, 1 where one does not, so that scripts can ask."""
    names = [options.name] if options.name else ring_names()
    if not names:
        print("no ring has been started; './dev cluster up' starts one")
        return 1
    everything_answers = True
    for name in names:
        ring = Ring.existing(name)
        print(f"ring {ring.shape.describe()}")
        for node in ring.shape.nodes:
            process = ring.process(node.index)
            answers = ring.answering(node.index)
            everything_answers &= answers
            state = "up" if answers else "running, no CQL" if ring.running(node.index) else "not running"
            memory = process.rss_mb() if process and process.alive() else None
            columns = [
                f"  node {node.index}",
                f"{node.address}:{CQL_PORT}",
                f"{node.datacenter}/{node.rack}",
                f"jmx {node.jmx_port}",
                f"pid {process.pid}" if process else "never started",
                f"{memory} MB" if memory is not None else "-",
                state,
            ]
            print("  ".join(f"{column:<14}" for column in columns).rstrip())
    return 0 if everything_answers else 1


def cqlsh(options: argparse.Namespace) -> None:
    ring = Ring.existing(options.name)
    program = PROJECT / ".venv" / "bin" / "cqlsh"
    if not program.exists():
        raise RingError("cqlsh is not installed: run './dev setup'", refused=True)
    superuser = ["--insecure-password-without-warning", "-u", SUPERUSER[0], "-p", SUPERUSER[1]]
    login = superuser if ring.shape.auth and "-u" not in options.rest else []
    tls = ["--ssl", "--cqlshrc", str(ring.tls_files().cqlshrc)] if ring.shape.tls else []
    os.execv(program, [str(program), *tls, *login, *options.rest, ring.node(1).address, str(CQL_PORT)])


def nodetool(options: argparse.Namespace) -> None:
    index, arguments = 1, options.rest
    if arguments and arguments[0].isdigit():
        index, arguments = int(arguments[0]), arguments[1:]
    command = Ring.existing(options.name).nodetool_command(index, arguments or ["help"])
    os.execvp(command[0], command)


def one_node(options: argparse.Namespace) -> None:
    getattr(Ring.existing(options.name), options.verb)(options.index)


def _requested_shape(options: argparse.Namespace) -> RingShape:
    datacenters = parse_datacenters(options.dc) if options.dc else None
    if datacenters and options.nodes is not None:
        raise ShapeError("--dc says how many nodes there are: leave the number out")
    return ring_shape(
        options.name,
        1 if options.nodes is None else options.nodes,
        datacenters=datacenters,
        base=options.base or "127.0.0.1",
        first=options.first,
        heap=options.heap or "512m",
        auth=options.auth,
        extra_yaml=options.yaml.read_text() if options.yaml else "",
        release=options.version or "5.0",
        tls=options.tls or "",
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev cluster",
        description="Real Cassandra rings on loopback addresses, as plain processes.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB", title="verbs")

    def verb(name: str, action, summary: str, **extra) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=summary, description=summary, **extra)
        added.set_defaults(action=action)
        return added

    def ring_name(to: argparse.ArgumentParser, default: str | None = "demo") -> None:
        to.add_argument("--name", default=default, help="which ring" + (f" ({default})" if default else ""))

    places = ", ".join(f"{name} .{octet}" for name, octet in FIRST_OCTETS.items())
    it = verb("up", up, "start a ring and wait until every node sees all the others; without options, as it was last")
    it.add_argument("nodes", nargs="?", type=int, metavar="N", help="how many nodes (1, or as last time)")
    ring_name(it)
    it.add_argument("--heap", help="512m; from 1g on a node for measuring: G1, the full compiler")
    it.add_argument("--dc", metavar="NAME:N,…", help="data centres and their nodes, instead of N")
    it.add_argument("--auth", action="store_true", help="passwords and permissions; superuser cassandra/cassandra")
    tls_help = "encrypt; 'mutual' demands client certificates too; all are made in .testbed/run/NAME/tls"
    it.add_argument("--tls", nargs="?", const="server", choices=("server", "mutual"), help=tls_help)
    it.add_argument("--yaml", type=Path, metavar="FILE", help="settings that replace or add to cassandra.yaml's")
    it.add_argument("--base", metavar="ADDRESS", help="loopback address of the first node (127.0.0.1)")
    it.add_argument("--first", type=int, metavar="OCTET", help=f"last octet of the first node ({places}, else base's)")
    it.add_argument("--version", help=f"which Cassandra: {' or '.join(RELEASES)} ({next(iter(RELEASES))})")
    it.add_argument("--fresh", action="store_true", help="throw earlier data of this ring away")

    it = verb("down", down, "stop a ring; its data stays for the next 'up'")
    ring_name(it)
    it.add_argument("--all", action="store_true", help="every ring")
    it.add_argument("--wipe", action="store_true", help="remove data and logs too")

    ring_name(verb("status", status, "nodes, processes and memory of all rings or one"), default=None)
    # Their arguments are their own, -h and --help among them.
    own_arguments = {"add_help": False, "allow_abbrev": False}
    ring_name(verb("cqlsh", cqlsh, "a CQL shell on node 1", **own_arguments))
    ring_name(verb("nodetool", nodetool, "nodetool on node 1, or on node I: nodetool I …", **own_arguments))
    for name, summary in {
        "stop": "end one node in good order",
        "kill": "end one node at once",
        "start": "bring one node back",
        "pause": "freeze one node",
        "resume": "let a frozen node go on",
    }.items():
        it = verb(name, one_node, summary)
        it.add_argument("index", type=int, metavar="I", help="which node, from 1")
        ring_name(it)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
