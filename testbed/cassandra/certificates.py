"""Certificates of a ring with TLS, made when it first starts: an authority, one identity for each node and one for clients.

All are PEM, as Cassandra's PEMBasedSslContextFactory, OpenSSL and the drivers read them. Needs the `openssl` program.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

VALID_DAYS = "3650"
_NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


@dataclass(frozen=True)
class TlsFiles:
    root: Path

    @property
    def authority(self) -> Path:
        return self.root / "ca.crt"

    @property
    def client_certificate(self) -> Path:
        return self.root / "client.crt"

    @property
    def client_key(self) -> Path:
        return self.root / "client.key"

    @property
    def cqlshrc(self) -> Path:
        return self.root / "cqlshrc"

    def node(self, index: int) -> Path:
        """Key, certificate and authority of a node in one file, as Cassandra wants them."""
        return self.root / f"node{index}.pem"


def make(files: TlsFiles, ring: str, addresses: list[str]) -> None:
    """Makes what is missing: a ring that starts again keeps its certificates."""
    if files.cqlshrc.exists():
        return
    if not shutil.which("openssl"):
        raise FileNotFoundError("no program 'openssl': run './dev setup'")
    files.root.mkdir(parents=True, exist_ok=True)
    authority_key = files.root / "ca.key"
    constraints = "basicConstraints=critical,CA:"
    own = ["-subj", f"/CN=testbed ring {ring}", "-addext", constraints + "TRUE"]
    _openssl(files, "-keyout", authority_key, "-out", files.authority, *own)
    signed = ["-CA", files.authority, "-CAkey", authority_key, "-addext", constraints + "FALSE"]
    _openssl(files, "-keyout", files.client_key, "-out", files.client_certificate, "-subj", "/CN=client", *signed)
    for index, address in enumerate(addresses, 1):
        key, certificate = files.root / f"node{index}.key", files.root / f"node{index}.crt"
        names = f"subjectAltName=IP:{address},DNS:node{index}.{ring}.test"
        _openssl(files, "-keyout", key, "-out", certificate, "-subj", f"/CN=node{index}", *signed, "-addext", names)
        files.node(index).write_text(key.read_text() + certificate.read_text() + files.authority.read_text())
    files.cqlshrc.write_text(
        f"[ssl]\ncertfile = {files.authority}\nvalidate = true\n"
        f"usercert = {files.client_certificate}\nuserkey = {files.client_key}\n"
    )


def _openssl(files: TlsFiles, *arguments: str | Path) -> None:
    # A configuration of our own: the system's would add extensions.
    config = files.root / "openssl.cnf"
    config.write_text("[req]\ndistinguished_name = name\n[name]\n")
    command = ["openssl", "req", "-x509", "-config", config, *_NEW_KEY, "-days", VALID_DAYS, *arguments]
    subprocess.run([str(part) for part in command], check=True, capture_output=True)
