"""What all other tests lean on: the ring is the one that was asked for, and nobody else's process is ever touched."""

import os
import signal
import socket
import subprocess

import pytest
from processes import ProcessId, listener_on, stop_all
from ring import Ring, RingError
from shape import CQL_PORT, ring_shape


def test_every_node_owns_its_declared_tokens(ring, database):
    token_map = database.cluster.metadata.token_map
    found = {host.address: [] for host in database.cluster.metadata.all_hosts()}
    for token, host in token_map.token_to_host_owner.items():
        found[host.address].append(token.value)
    assert {address: sorted(tokens) for address, tokens in found.items()} == {
        node.address: list(node.tokens) for node in ring.shape.nodes
    }


@pytest.mark.alone
def test_a_killed_node_comes_back(ring):
    ring.kill(3)
    assert not ring.running(3)
    assert ring.answering(2)
    ring.start(3)
    assert ring.answering(3)


@pytest.mark.alone
def test_a_paused_node_runs_but_does_not_answer(ring):
    ring.pause(2)
    try:
        assert ring.running(2)
        assert not ring.answering(2)
    finally:
        ring.resume(2)
    assert ring.answering(2)


def test_taken_addresses_are_refused_before_anything_starts(ring):
    rival = Ring(ring_shape("rival", 1, base=ring.addresses()[0]), say=lambda line: None)
    try:
        with pytest.raises(RingError) as refusal:
            rival.up()
    finally:
        started = rival.process(1)
        rival.down(wipe=True)
    assert started is None
    assert refusal.value.refused
    assert f"{ring.addresses()[0]}:{CQL_PORT} is held by process {ring.process(1).pid} (java)" in str(refusal.value)


def test_a_listener_on_all_addresses_counts():
    with socket.create_server(("0.0.0.0", 0)) as server:
        port = server.getsockname()[1]
        assert listener_on("127.0.0.77", port).startswith(f"process {os.getpid()} ")
    assert listener_on("127.0.0.77", port) is None


def test_a_recycled_process_id_is_not_signalled():
    with subprocess.Popen(["sleep", "60"]) as child:
        real = ProcessId.of(child.pid)
        earlier = ProcessId(child.pid, real.started - 1)
        assert stop_all([earlier], grace_seconds=0) == []
        assert real.alive()
        real.signal(signal.SIGKILL)
