"""Rows as the bytes that another driver reads: what comes back must be the same bit for bit."""

from __future__ import annotations


def raw_handler():
    """A protocol handler that leaves values as the bytes they came in."""
    from cassandra.protocol import ResultMessage, _ProtocolHandler, read_int

    class RawResult(ResultMessage):
        def recv_results_rows(self, f, protocol_version, user_type_map, result_metadata, *more):
            self.recv_results_metadata(f, user_type_map)
            described = self.column_metadata or result_metadata
            self.parsed_rows = [self.recv_row(f, len(described)) for _ in range(read_int(f))]
            self.column_names = [column[2] for column in described]
            self.column_types = [column[3] for column in described]

    class Raw(_ProtocolHandler):
        message_types_by_opcode = {**_ProtocolHandler.message_types_by_opcode, ResultMessage.opcode: RawResult}

    return Raw


def raw_rows(session, table: str) -> list[dict[str, bytes]]:
    """Name of a column to its bytes, nulls left out, in the order of the table."""
    usual = session.client_protocol_handler
    session.client_protocol_handler = raw_handler()
    try:
        rows = [dict(zip(result.column_names, row)) for result in [session.execute(f"SELECT * FROM {table}")] for row in result]
    finally:
        session.client_protocol_handler = usual
    return [{name: value for name, value in row.items() if value is not None} for row in rows]
