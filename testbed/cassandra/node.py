"""One node: the files Cassandra reads and the command lines that run it and its nodetool.

Writes under the node's own directory, starts nothing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from certificates import TlsFiles
from shape import CQL_PORT, LARGE_HEAP_MB, STORAGE_PORT, NodeShape, RingShape

HERE = Path(__file__).resolve().parent


# Releases before 5.0 are made for Java 11; with these they start on 17 all the same.
JAVA_17_FLAGS_BEFORE_5 = (
    "-Djava.security.manager=allow",
    "--add-opens=java.base/java.net=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent.locks=ALL-UNNAMED",
)


@dataclass(frozen=True)
class NodeFiles:
    root: Path

    @property
    def config(self) -> Path:
        return self.root / "conf" / "cassandra.yaml"

    @property
    def rackdc(self) -> Path:
        return self.root / "conf" / "cassandra-rackdc.properties"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def output(self) -> Path:
        return self.log / "stdout.log"

    @property
    def system_log(self) -> Path:
        return self.log / "system.log"


def tls_files(files: NodeFiles) -> TlsFiles:
    """Of the ring that the node is in."""
    return TlsFiles(files.root.parent / "tls")


def settings(ring: RingShape, node: NodeShape, files: NodeFiles) -> dict:
    """cassandra.yaml as a dictionary: what must differ from the defaults, and nothing else."""
    chosen = {
        "cluster_name": ring.name,
        "partitioner": "org.apache.cassandra.dht.Murmur3Partitioner",
        "endpoint_snitch": "GossipingPropertyFileSnitch",
        "num_tokens": len(node.tokens),
        "initial_token": ",".join(str(token) for token in node.tokens),
        # Every node knows its tokens, so nobody waits for anybody's data and all start side by side.
        "auto_bootstrap": False,
        "listen_address": node.address,
        "rpc_address": node.address,
        "storage_port": STORAGE_PORT,
        "native_transport_port": CQL_PORT,
        "seed_provider": [
            {
                "class_name": "org.apache.cassandra.locator.SimpleSeedProvider",
                "parameters": [{"seeds": f"{ring.nodes[0].address}:{STORAGE_PORT}"}],
            }
        ],
        "data_file_directories": [str(files.data / "data")],
        "commitlog_directory": str(files.data / "commitlog"),
        "saved_caches_directory": str(files.data / "saved_caches"),
        "hints_directory": str(files.data / "hints"),
        "cdc_raw_directory": str(files.data / "cdc_raw"),
        "commitlog_sync": "periodic",
        "commitlog_sync_period": "10000ms",
        # What tests drop and truncate is gone for good, and quickly.
        "auto_snapshot": False,
        # Off by default in 5.0; schemas that hold them must be readable too.
        "materialized_views_enabled": True,
        "user_defined_functions_enabled": True,
    }
    if ring.heap_mb < LARGE_HEAP_MB:
        # Fewer idle threads and smaller caches; no limit a client could notice is changed.
        chosen |= {
            "concurrent_reads": 8,
            "concurrent_writes": 8,
            "concurrent_counter_writes": 4,
            "file_cache_size": "32MiB",
            "key_cache_size": "8MiB",
            "counter_cache_size": "4MiB",
        }
    if ring.auth:
        chosen |= {
            "authenticator": "PasswordAuthenticator",
            "authorizer": "CassandraAuthorizer",
            "role_manager": "CassandraRoleManager",
        }
    if ring.tls:
        tls = tls_files(files)
        chosen["client_encryption_options"] = {
            "enabled": True,
            "optional": False,
            "require_client_auth": ring.tls == "mutual",
            "ssl_context_factory": {"class_name": "org.apache.cassandra.security.PEMBasedSslContextFactory"},
            "keystore": str(tls.node(node.index)),
            "truststore": str(tls.authority),
        }
    return chosen


def yaml_text(chosen: dict, extra: str) -> str:
    """The settings as YAML, one a line (JSON is YAML), then the caller's own, which replace ours of the same name."""
    replaced = set(re.findall(r"^([A-Za-z_]\w*)\s*:", extra, re.MULTILINE))
    lines = [f"{key}: {json.dumps(value)}" for key, value in chosen.items() if key not in replaced]
    return "\n".join(lines + ([extra] if extra else [])) + "\n"


def write_files(ring: RingShape, node: NodeShape, files: NodeFiles) -> None:
    for directory in (files.config.parent, files.data, files.log):
        directory.mkdir(parents=True, exist_ok=True)
    files.config.write_text(yaml_text(settings(ring, node, files), ring.extra_yaml))
    files.rackdc.write_text(f"dc={node.datacenter}\nrack={node.rack}\n")


def server_command(ring: RingShape, files: NodeFiles, node: NodeShape, jars: Path) -> list[str]:
    properties = {
        "cassandra.config": files.config.as_uri(),
        "cassandra-rackdc.properties": files.rackdc.as_uri(),
        "cassandra.storagedir": files.data,
        "cassandra.logdir": files.log,
        "logback.configurationFile": HERE / "logback.xml",
        "cassandra.jmx.local.port": node.jmx_port,
        "cassandra-foreground": "yes",
        # The ring is known beforehand: nothing to settle, nothing to announce, no pending moves to respect.
        "cassandra.skip_wait_for_gossip_to_settle": 0,
        # Twice this long a starting node looks for its seed, asking every 5 s: nodes start side by side, and on a busy
        # machine the first one may be the last to answer.
        "cassandra.ring_delay_ms": 60_000,
        "cassandra.superuser_setup_delay_ms": 0,
        "cassandra.consistent.rangemovement": "false",
        "cassandra.shutdown_announce_in_ms": 0,
    }
    agent = next(jars.glob("jamm-*.jar"))
    return [
        *_without_memory_locking(),
        java_17(),
        *_memory_flags(ring.heap_mb),
        *_java_17_flags(),
        *(() if ring.release.startswith("5.") else JAVA_17_FLAGS_BEFORE_5),
        f"-javaagent:{agent}",
        *(f"-D{name}={value}" for name, value in properties.items()),
        "-cp",
        f"{jars}/*",
        "org.apache.cassandra.service.CassandraDaemon",
    ]


def nodetool_command(node: NodeShape, jars: Path, home: Path, arguments: list[str]) -> list[str]:
    return [
        java_17(),
        *("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"),
        *_java_17_flags(),
        f"-Duser.home={home}",  # nodetool keeps a history there
        f"-Dlogback.configurationFile={HERE / 'logback-tools.xml'}",
        *("-cp", f"{jars}/*", "org.apache.cassandra.tools.NodeTool"),
        *("-h", "127.0.0.1", "-p", str(node.jmx_port)),
        *arguments,
    ]


def server_environment() -> dict[str, str]:
    # glibc otherwise keeps up to eight memory arenas per core for Cassandra's many threads.
    return {**os.environ, "MALLOC_ARENA_MAX": "2"}


@cache
def java_17() -> str:
    """The Java that Cassandra 5.0 runs on: JAVA_HOME's, the one in PATH or Debian's, whichever is a 17 first."""
    candidates = [os.environ.get("JAVA_HOME", "") + "/bin/java", shutil.which("java") or ""]
    candidates += [str(path) for path in sorted(Path("/usr/lib/jvm").glob("*-17-*/bin/java"))]
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            told = subprocess.run([candidate, "-version"], capture_output=True, text=True).stderr
            if 'version "17.' in told:
                return candidate
    raise FileNotFoundError("no Java 17 in JAVA_HOME, PATH or /usr/lib/jvm: run './dev setup'")


def _memory_flags(heap_mb: int) -> list[str]:
    if heap_mb >= LARGE_HEAP_MB:
        return [f"-Xms{heap_mb}m", f"-Xmx{heap_mb}m", "-XX:+UseG1GC", "-XX:+ParallelRefProcEnabled"]
    young_mb = min(heap_mb // 4, 96)
    return [
        *("-Xms192m", f"-Xmx{heap_mb}m", f"-Xmn{young_mb}m", "-XX:MaxDirectMemorySize=512m"),
        *("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
    ]


def _java_17_flags() -> list[str]:
    lines = (HERE / "jvm17.options").read_text().splitlines()
    return [line for line in lines if line.startswith("-")]


def _without_memory_locking() -> list[str]:
    """Root may lock memory, and Cassandra then pins its whole heap: twice the memory for a ring on one machine."""
    prefix = ["setpriv", "--bounding-set", "-ipc_lock"]
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        return []
    refused = subprocess.run([*prefix, "true"], stderr=subprocess.DEVNULL).returncode != 0
    return [] if refused else prefix
