"""Records the seed corpora of the client's fuzz targets from a real server: what it answers, byte for byte.

    ./dev cluster up 1 --name corpus --first 46 && python testbed/record_corpus.py --host 127.0.0.46

Speaks the protocol by itself, v4 and v5, so that the corpora owe nothing to the code they are for. Writes
libs/client/fuzz/fuzz_NAME/; the first bytes of a file choose what a target does with the rest (see the targets).
"""

from __future__ import annotations

import argparse
import socket
import struct
from pathlib import Path

FUZZ = Path(__file__).resolve().parents[1] / "libs" / "client" / "fuzz"
ERROR, READY, SUPPORTED, RESULT, EVENT = 0x00, 0x02, 0x06, 0x08, 0x0C
OPTIONS, STARTUP, QUERY, PREPARE, REGISTER = 0x05, 0x01, 0x07, 0x09, 0x0B
PLACE_OF_OPCODE = {RESULT: 0, ERROR: 1, EVENT: 2, SUPPORTED: 3}  # in fuzz_envelope_response
LARGEST = 4_096

KEYSPACE = "corpus"
TYPES = {
    "scalars": "k int PRIMARY KEY, a ascii, b bigint, c blob, d boolean, e date, f decimal, g double, h duration, i float, j inet,"
    " l smallint, m text, n time, o timestamp, p timeuuid, q tinyint, r uuid, s varint",
    "nested": "k int PRIMARY KEY, l list<int>, s set<text>, m map<text, frozen<list<int>>>, t tuple<int, text>, v vector<float, 3>",
}
ROWS = [
    "INSERT INTO corpus.scalars (k, a, b, c, d, e, f, g, h, i, j, l, m, n, o, p, q, r, s) VALUES (1, 'x', -1, 0x00ff, true,"
    " '2026-11-21', -1.50, 0.1, 1mo2d3ns, 1.5, '::1', 7, 'ü', '01:02:03.000000004', '2026-11-21T01:02:03.004Z', now(), 3, uuid(),"
    " 123456789012345678901234567890)",
    "INSERT INTO corpus.scalars (k) VALUES (2)",
    "INSERT INTO corpus.nested (k, l, s, m, t, v) VALUES (1, [1, 2], {'a'}, {'x': [1], 'y': []}, (1, null), [1, 2, 3])",
]
QUERIES = [
    "SELECT * FROM system.local",
    "SELECT * FROM system_schema.columns LIMIT 5",
    "SELECT keyspace_name, durable_writes, replication FROM system_schema.keyspaces",
    "SELECT * FROM corpus.scalars",
    "SELECT * FROM corpus.nested",
    "SELECT COUNT(*) FROM corpus.scalars",
    "SELECT * FROM corpus.nothing",
    "SELEKT",
    "USE corpus",
]


def long_string(text: str) -> bytes:
    return struct.pack(">i", len(text.encode())) + text.encode()


def string(text: str) -> bytes:
    return struct.pack(">H", len(text.encode())) + text.encode()


class Connection:
    """One conversation; everything that comes after the handshake is kept as it came."""

    def __init__(self, host: str, version: int):
        self.version = version
        self.socket = socket.create_connection((host, 9042), timeout=30)
        self.raw = b""
        self.segments: list[bytes] = []
        self.pending = b""
        self.framed = False
        self.greetings = [self.ask(OPTIONS, b"")]
        body = struct.pack(">H", 1) + string("CQL_VERSION") + string("3.0.0")
        self.greetings.append(self.ask(STARTUP, body))
        self.framed = version == 5

    def ask(self, opcode: int, body: bytes) -> tuple[int, bytes]:
        envelope = struct.pack(">BBhBi", self.version, 0, 1, opcode, len(body)) + body
        self.socket.sendall(self._segment(envelope) if self.framed else envelope)
        return self.next()

    def query(self, text: str, page_size: int = 2) -> tuple[int, bytes]:
        flags = struct.pack(">i", 0x04) if self.version == 5 else b"\x04"
        return self.ask(QUERY, long_string(text) + struct.pack(">H", 1) + flags + struct.pack(">i", page_size))

    def prepare(self, text: str) -> tuple[int, bytes]:
        return self.ask(PREPARE, long_string(text) + (struct.pack(">i", 0) if self.version == 5 else b""))

    def next(self) -> tuple[int, bytes]:
        header = self._take(9)
        _, _, _, opcode, length = struct.unpack(">BBhBi", header)
        body = self._take(length)
        if self.framed or self.version == 4:
            self.raw += header + body
        return opcode, body

    def _take(self, count: int) -> bytes:
        if not self.framed:
            return self._read(count)
        while len(self.pending) < count:
            header = self._read(6)
            length = int.from_bytes(header[:3], "little") & 0x1FFFF
            payload = self._read(length)
            self.segments.append(header + payload + self._read(4))
            self.pending += payload
        taken, self.pending = self.pending[:count], self.pending[count:]
        return taken

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise SystemExit("the server closed the connection")
            data += more
        return data

    def _segment(self, payload: bytes) -> bytes:
        header = (len(payload) | 1 << 17).to_bytes(3, "little")
        return header + crc24(header).to_bytes(3, "little") + payload + crc32(payload).to_bytes(4, "little")


def crc24(data: bytes) -> int:
    """native_protocol_v5.spec §2.2: initial value 0x875060, polynomial 0x1974F0B."""
    crc = 0x875060
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1974F0B
    return crc


def crc32(data: bytes) -> int:
    """The same section: CRC-32 that has seen FA 2D 55 CA first."""
    import zlib

    return zlib.crc32(data, zlib.crc32(b"\xfa\x2d\x55\xca"))


def save(target: str, name: str, data: bytes) -> None:
    folder = FUZZ / f"fuzz_{target}"
    folder.mkdir(exist_ok=True)
    if len(data) <= LARGEST:
        (folder / name).write_bytes(data)


def prepare_server(host: str) -> None:
    connection = Connection(host, 4)
    connection.query("DROP KEYSPACE IF EXISTS corpus")
    connection.query("CREATE KEYSPACE corpus WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}")
    for name, columns in TYPES.items():
        connection.query(f"CREATE TABLE corpus.{name} ({columns})")
    for row in ROWS:
        opcode, body = connection.query(row)
        assert opcode == RESULT, body


def record(host: str, version: int) -> None:
    connection = Connection(host, version)
    handshake = bytes([0 if version == 5 else 1])
    for opcode, body in connection.greetings:
        handshake += bytes([version - 3, opcode]) + struct.pack("<H", len(body)) + body
    save("handshake", f"v{version}", handshake)
    answers = [connection.query(text) for text in QUERIES]
    answers.append(connection.prepare("SELECT * FROM corpus.nested WHERE k = ?"))
    answers.append(connection.ask(REGISTER, struct.pack(">H", 1) + string("SCHEMA_CHANGE")))
    answers.append(connection.query("CREATE TABLE IF NOT EXISTS corpus.later (k int PRIMARY KEY)"))
    answers.append(connection.next())  # the event, or the answer when the event came first
    connection.query("DROP TABLE corpus.later")
    for number, (opcode, body) in enumerate([*connection.greetings, *answers]):
        if opcode in PLACE_OF_OPCODE:
            save("envelope_response", f"v{version}-{number:02}", bytes([PLACE_OF_OPCODE[opcode], version - 3, 0]) + body)
    if version == 5:
        for number, segment in enumerate(connection.segments):
            save("segment", f"v5-{number:02}", b"\x00" + segment)
        wire = b"".join(connection.segments[-6:])
    else:
        wire = connection.raw[-2_000:]
        cut = connection.raw.find(b"\x84\x00\x00\x01", len(connection.raw) - 2_000)
        wire = connection.raw[cut:]
    for step in (1, 7, 255):
        save("inbound", f"v{version}-{step}", bytes([1 if version == 4 else 0, step]) + wire)
    record_rows(version, Connection(host, version))


def rows_in(body: bytes) -> tuple[int, int, bytes]:
    """Columns, rows and the rows' bytes of a RESULT of plain types in one table."""
    _, flags, columns = struct.unpack(">iii", body[:12])
    place = 12
    if flags & 0x02:
        place += 4 + max(0, struct.unpack(">i", body[place : place + 4])[0])

    def skip_string() -> None:
        nonlocal place
        place += 2 + struct.unpack(">H", body[place : place + 2])[0]

    skip_string()  # keyspace and table, once for all columns
    skip_string()
    for _ in range(columns):
        skip_string()
        place += 2
    return columns, struct.unpack(">i", body[place : place + 4])[0], body[place + 4 :]


def record_rows(version: int, connection: Connection) -> None:
    _, body = connection.query("SELECT k, a, b, c, d, e, s FROM corpus.scalars")
    columns, count, data = rows_in(body)
    save("rows", f"v{version}", bytes([columns, count]) + data)


def record_types(host: str) -> None:
    _, body = Connection(host, 4).query("SELECT type FROM system_schema.columns", page_size=5_000)
    _, _, data = rows_in(body)
    types = set()
    while data:
        length = struct.unpack(">i", data[:4])[0]
        types.add(data[4 : 4 + length])
        data = data[4 + length :]
    for number, name in enumerate(sorted(types)):
        save("type_text", f"{number:02}", name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--host", required=True, help="a Cassandra without passwords")
    host = parser.parse_args().host
    prepare_server(host)
    for version in (4, 5):
        record(host, version)
    record_types(host)
    for statement in [*QUERIES, *ROWS]:
        save("statement_text", f"{QUERIES.index(statement) if statement in QUERIES else 50 + ROWS.index(statement):02}", statement.encode())


if __name__ == "__main__":
    main()
