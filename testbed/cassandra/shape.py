"""What a ring looks like before anything runs: names, addresses, ports, data centres, tokens.

Pure: no files, no processes. The same request always gives the same shape, tokens included, so that
a test which fails on a ring fails on the next one too.
"""

from __future__ import annotations

import random
import re
from dataclasses import asdict, dataclass

CQL_PORT = 9042
STORAGE_PORT = 7000
TOKENS_PER_NODE = 16

# Rings of different purpose keep out of each other's way: each has its own addresses by default.
FIRST_OCTETS = {"demo": 1, "test": 11, "test-tls": 15, "bench": 31, "test-datacenters": 85, "test-4-1": 91}

# Releases by the name a person uses. The first is the one that everything is for (its jars come with ./dev setup).
RELEASES = {"5.0": "5.0.8", "4.1": "4.1.10"}

# From this size on a node is meant for measuring: G1 and the full compiler instead of a quick, small start.
LARGE_HEAP_MB = 1024


class ShapeError(ValueError):
    """A request that cannot be a ring; the message is for the person who asked."""


@dataclass(frozen=True)
class NodeShape:
    index: int  # from 1, as people count nodes
    address: str
    jmx_port: int
    datacenter: str
    rack: str
    tokens: tuple[int, ...]

    def listening_on(self) -> list[tuple[str, int]]:
        """Every (address, port) the node will open."""
        return [(self.address, CQL_PORT), (self.address, STORAGE_PORT), ("127.0.0.1", self.jmx_port)]


@dataclass(frozen=True)
class RingShape:
    name: str
    nodes: tuple[NodeShape, ...]
    heap_mb: int
    auth: bool
    extra_yaml: str
    release: str = RELEASES["5.0"]
    tls: str = ""  # "server": clients must encrypt; "mutual": they must show a certificate too

    def as_json(self) -> dict:
        return asdict(self)

    @staticmethod
    def from_json(raw: dict) -> "RingShape":
        nodes = tuple(NodeShape(**{**node, "tokens": tuple(node["tokens"])}) for node in raw["nodes"])
        return RingShape(**{**raw, "nodes": nodes})

    def describe(self) -> str:
        addresses = self.nodes[0].address
        if len(self.nodes) > 1:
            addresses += "-" + self.nodes[-1].address.rsplit(".", 1)[1]
        counted = "1 node" if len(self.nodes) == 1 else f"{len(self.nodes)} nodes"
        datacenters = sorted({node.datacenter for node in self.nodes})
        extras = [f"heap {self.heap_mb} MB"]
        if len(datacenters) > 1:
            extras.append("data centres " + ", ".join(datacenters))
        if self.auth:
            extras.append("passwords on")
        if self.tls:
            extras.append("TLS" if self.tls == "server" else "TLS with client certificates")
        if self.extra_yaml:
            extras.append("own settings")
        if self.release != RELEASES["5.0"]:
            extras.append(f"Cassandra {self.release}")
        return f"'{self.name}', {counted} on {addresses}, " + ", ".join(extras)

    def differs_in(self, other: "RingShape") -> list[str]:
        """What a person would name as different between two rings of the same name."""
        found = []
        if len(self.nodes) != len(other.nodes):
            found.append(f"nodes ({len(self.nodes)} and {len(other.nodes)})")
        elif [n.address for n in self.nodes] != [n.address for n in other.nodes]:
            found.append("addresses")
        elif self.nodes != other.nodes:
            found.append("data centres or tokens")
        if self.heap_mb != other.heap_mb:
            found.append(f"heap ({self.heap_mb} and {other.heap_mb} MB)")
        if self.auth != other.auth:
            found.append("passwords")
        if self.tls != other.tls:
            found.append("TLS")
        if self.extra_yaml != other.extra_yaml:
            found.append("own settings")
        if self.release != other.release:
            found.append(f"release ({self.release} and {other.release})")
        return found

    def shares_data_with(self, other: "RingShape") -> bool:
        """Whether one can start on the files the other left: heap, settings and TLS may change, the ring may not."""
        return self.nodes == other.nodes and self.auth == other.auth and self.release == other.release


def node_tokens(index: int) -> tuple[int, ...]:
    """Tokens as a real cluster has them, uneven, but the same each time for the same node."""
    # random.Random seeded with text is specified to give the same numbers in every Python 3.
    source = random.Random(f"cqlbulk testbed node {index}")
    return tuple(sorted(source.getrandbits(64) - 2**63 for _ in range(TOKENS_PER_NODE)))


def parse_heap_mb(text: str) -> int:
    match = re.fullmatch(r"(\d+)([mMgG])", text)
    if not match:
        raise ShapeError(f"heap '{text}' is not a size: write 512m or 2g")
    size_mb = int(match[1]) * (1024 if match[2] in "gG" else 1)
    if size_mb < 192:
        raise ShapeError(f"heap {text} is too small for Cassandra: 256m is the least that is of use")
    return size_mb


def parse_datacenters(text: str) -> list[tuple[str, int]]:
    """'dc1:2,dc2:1' as [('dc1', 2), ('dc2', 1)]."""
    parsed = []
    for part in text.split(","):
        match = re.fullmatch(r"([A-Za-z][A-Za-z0-9_-]*):([1-9]\d*)", part.strip())
        if not match:
            raise ShapeError(f"data centres '{text}' do not read as NAME:NODES,NAME:NODES, such as dc1:2,dc2:1")
        parsed.append((match[1], int(match[2])))
    if len({name for name, _ in parsed}) != len(parsed):
        raise ShapeError(f"data centres '{text}' name one of them twice")
    return parsed


def ring_shape(
    name: str = "demo",
    node_count: int = 1,
    *,
    datacenters: list[tuple[str, int]] | None = None,
    base: str = "127.0.0.1",
    first: int | None = None,
    heap: str = "512m",
    auth: bool = False,
    extra_yaml: str = "",
    release: str = "5.0",
    tls: str = "",
) -> RingShape:
    """The ring a request means. `first` is the last octet of node 1; by default it goes by the ring's name."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name):
        raise ShapeError(f"'{name}' cannot name a ring: letters, digits, - and _, a letter first")
    if release not in RELEASES:
        raise ShapeError(f"there is no Cassandra '{release}' here: {' or '.join(RELEASES)}")
    octets = re.fullmatch(r"(127\.\d{1,3}\.\d{1,3})\.(\d{1,3})", base)
    if not octets:
        raise ShapeError(f"base address '{base}' is not a loopback address, 127.a.b.c")
    prefix, start = octets[1], int(octets[2])
    if first is not None:
        start = first
    elif base == "127.0.0.1":
        start = FIRST_OCTETS.get(name, start)

    if tls not in ("", "server", "mutual"):
        raise ShapeError(f"TLS '{tls}' is neither server nor mutual")
    placement = datacenters if datacenters else [("dc1", node_count)]
    total = sum(count for _, count in placement)
    if total < 1:
        raise ShapeError("a ring needs at least one node")
    if start < 1 or start + total - 1 > 254:
        raise ShapeError(f"{total} nodes from {prefix}.{start} on do not fit below {prefix}.255")

    nodes = []
    for datacenter, count in placement:
        for position in range(1, count + 1):
            index = len(nodes) + 1
            octet = start + index - 1
            nodes.append(
                NodeShape(
                    index=index,
                    address=f"{prefix}.{octet}",
                    jmx_port=7000 + 100 * octet,
                    datacenter=datacenter,
                    rack=f"rack{position}",
                    tokens=node_tokens(index),
                )
            )
    return RingShape(name, tuple(nodes), parse_heap_mb(heap), auth, extra_yaml.strip(), RELEASES[release], tls)
