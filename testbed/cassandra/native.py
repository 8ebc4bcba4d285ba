"""Just enough of the CQL native protocol v4 to ask a node how it is: OPTIONS, STARTUP, PLAIN login, QUERY.

Standard library only, so that a ring can be started before any Python package is installed. Not a driver:
one request at a time, no paging, and results only of types whose description is a bare number
(native_protocol_v4.spec §4.2.5.2), which is what the system tables asked here hold.
"""

from __future__ import annotations

import socket
import ssl
import struct

ONE, ALL = 0x0001, 0x0005

_ERROR, _STARTUP, _READY, _AUTHENTICATE = 0x00, 0x01, 0x02, 0x03
_OPTIONS, _SUPPORTED, _QUERY, _RESULT = 0x05, 0x06, 0x07, 0x08
_AUTH_RESPONSE, _AUTH_SUCCESS = 0x0F, 0x10
_RESULT_ROWS = 0x0002
_GLOBAL_TABLE_SPEC, _HAS_MORE_PAGES = 0x01, 0x02


class ServerError(Exception):
    def __init__(self, code: int, message: str):
        super().__init__(f"0x{code:04X} {message}")
        self.code = code


def answers_options(host: str, port: int, timeout_seconds: float = 2, tls: ssl.SSLContext | None = None) -> bool:
    """Whether a node speaks CQL here. An open port is not enough: it opens before the server listens to it."""
    try:
        with Connection(host, port, timeout_seconds, tls) as connection:
            return connection._ask(_OPTIONS, b"")[0] == _SUPPORTED
    except (OSError, ServerError, EOFError):
        return False


class Connection:
    def __init__(self, host: str, port: int, timeout_seconds: float = 5, tls: ssl.SSLContext | None = None):
        self._socket = socket.create_connection((host, port), timeout_seconds)
        if tls:
            try:
                self._socket = tls.wrap_socket(self._socket, server_hostname=host)
            except BaseException:
                self._socket.close()
                raise

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_) -> None:
        self._socket.close()

    def start(self, user: str | None = None, password: str | None = None) -> None:
        opcode, _ = self._ask(_STARTUP, struct.pack(">H", 1) + _string("CQL_VERSION") + _string("3.0.0"))
        if opcode == _AUTHENTICATE:
            token = f"\0{user}\0{password}".encode()
            opcode, _ = self._ask(_AUTH_RESPONSE, struct.pack(">i", len(token)) + token)
        if opcode not in (_READY, _AUTH_SUCCESS):
            raise ServerError(0, f"unexpected answer 0x{opcode:02X} to the handshake")

    def query(self, cql: str, consistency: int = ONE) -> list[dict[str, bytes | None]]:
        """The rows as {column: raw bytes or None}; an empty list for a statement that returns none."""
        text = cql.encode()
        body = struct.pack(">i", len(text)) + text + struct.pack(">HB", consistency, 0)
        opcode, answer = self._ask(_QUERY, body)
        if opcode != _RESULT:
            raise ServerError(0, f"unexpected answer 0x{opcode:02X} to a query")
        return _rows(_Reader(answer))

    def _ask(self, opcode: int, body: bytes) -> tuple[int, bytes]:
        self._socket.sendall(struct.pack(">BBhBi", 0x04, 0, 0, opcode, len(body)) + body)
        _, _, _, answered, length = struct.unpack(">BBhBi", self._receive(9))
        answer = self._receive(length)
        if answered == _ERROR:
            reader = _Reader(answer)
            raise ServerError(reader.number(">i"), reader.string())
        return answered, answer

    def _receive(self, size: int) -> bytes:
        parts = []
        while size > 0:
            part = self._socket.recv(size)
            if not part:
                raise EOFError("the node closed the connection")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


class _Reader:
    def __init__(self, data: bytes):
        self._data, self._at = data, 0

    def take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) != size:
            raise EOFError("answer shorter than it says")
        self._at += size
        return taken

    def number(self, form: str) -> int:
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def string(self) -> str:
        return self.take(self.number(">H")).decode()

    def value(self) -> bytes | None:
        length = self.number(">i")
        return None if length < 0 else self.take(length)


def _string(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()


def _rows(reader: _Reader) -> list[dict[str, bytes | None]]:
    if reader.number(">i") != _RESULT_ROWS:
        return []
    flags, column_count = reader.number(">i"), reader.number(">i")
    if flags & _HAS_MORE_PAGES:
        reader.value()
    if flags & _GLOBAL_TABLE_SPEC:
        reader.string(), reader.string()
    columns = []
    for _ in range(column_count):
        if not flags & _GLOBAL_TABLE_SPEC:
            reader.string(), reader.string()
        columns.append(reader.string())
        type_id = reader.number(">H")
        if not 0x0001 <= type_id < 0x0020:
            raise NotImplementedError(f"column {columns[-1]} is of a composed type, 0x{type_id:04X}")
    return [{column: reader.value() for column in columns} for _ in range(reader.number(">i"))]
