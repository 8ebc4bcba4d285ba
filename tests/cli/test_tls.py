"""cqlbulk against a real node that takes nothing but TLS with client certificates and passwords."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from ring import SUPERUSER, Ring
from shape import ring_shape

ROWS = 100


@pytest.fixture(scope="module")
def secure_ring():
    ring = Ring(ring_shape("test-tls", 1, auth=True, tls="mutual"), say=lambda line: None)
    ring.up(fresh=True)
    yield ring
    ring.down(wipe=True)


@pytest.fixture
def secure(cqlbulk, secure_ring, tmp_path):
    """cqlbulk("count", "a.b", …) with everything that the node demands, unless `without` some of it."""
    files = secure_ring.tls_files()
    (tmp_path / "password").write_text(SUPERUSER[1] + "\n")
    options = {
        "--hosts": secure_ring.addresses()[0],
        "--user": SUPERUSER[0],
        "--password-file": "password",
        "--ca": str(files.authority),
        "--cert": str(files.client_certificate),
        "--key": str(files.client_key),
    }

    def run(*arguments: str, without: tuple[str, ...] = (), tls: bool = True):
        chosen = [part for name, value in options.items() if name not in without for part in (name, value)]
        return cqlbulk(*arguments, *chosen, *(["--tls"] if tls else []))

    return run


@pytest.fixture(scope="module")
def secure_database(secure_ring):
    """A session of the Python driver over its own TLS, as superuser."""
    import ssl

    from cassandra.auth import PlainTextAuthProvider
    from cassandra.cluster import Cluster

    files = secure_ring.tls_files()
    context = ssl.create_default_context(cafile=files.authority)
    context.load_cert_chain(files.client_certificate, files.client_key)
    endpoint = secure_ring.addresses()[0]
    login = PlainTextAuthProvider(*SUPERUSER)
    deadline = 300  # against hanging only
    with Cluster(
        [endpoint],
        ssl_context=context,
        ssl_options={"server_hostname": endpoint},
        auth_provider=login,
        connect_timeout=deadline,
        control_connection_timeout=deadline,
        idle_heartbeat_timeout=deadline,
        max_schema_agreement_wait=deadline,
    ) as cluster:
        session = cluster.connect()
        session.default_timeout = deadline
        yield session


@pytest.fixture(scope="module")
def table(secure_database):
    """ks.t with ROWS rows."""
    session = secure_database
    session.execute("CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}")
    for name in ("t", "copy"):
        session.execute(f"CREATE TABLE ks.{name} (k int PRIMARY KEY, v text)")
    insert = session.prepare("INSERT INTO ks.t (k, v) VALUES (?, ?)")
    for key in range(ROWS):
        session.execute(insert, (key, f"value {key}" * 20))
    return "ks.t"


def test_parquet_travels_both_ways(secure, table, tmp_path):
    """One process with our OpenSSL for the connections, and the other one inside Arrow's Parquet library."""
    exported = secure("export", table, "--to", "t.parquet")
    assert exported.returncode == 0, exported.stderr
    assert (tmp_path / "t.parquet").stat().st_size > 0
    loaded = secure("load", "ks.copy", "--from", "t.parquet")
    assert loaded.returncode == 0, loaded.stderr
    counted = secure("count", "ks.copy", "--quiet")
    assert (counted.returncode, counted.stdout) == (0, f"{ROWS}\n"), counted.stderr


def test_the_tools_openssl_is_its_own():
    """Arrow's wheel exports another OpenSSL: ours must neither be visible to it nor be taken from it."""
    nm = shutil.which("llvm-nm-19") or shutil.which("nm")
    dynamic = subprocess.run([nm, "-D", os.environ["CQLBULK_TOOL"]], check=True, capture_output=True, text=True).stdout
    names = [line.split()[-1].split("@")[0] for line in dynamic.splitlines()]
    assert "main" in names or len(names) > 100, "nm says too little to be believed"
    mixed = [name for name in names if name.startswith(("SSL_", "EVP_", "X509_", "BIO_", "ERR_", "CRYPTO_", "OPENSSL_"))]
    assert mixed == []
    linked = subprocess.run(["ldd", os.environ["CQLBULK_TOOL"]], check=True, capture_output=True, text=True).stdout
    assert "libssl" not in linked and "libcrypto" not in linked


@pytest.mark.parametrize(
    "without, texts",
    [
        (("--cert", "--key"), ["demands a certificate of the client", "--cert"]),
        (("--ca",), ["not trusted", "testbed ring test-tls", "--ca"]),
        (("--user", "--password-file"), ["asks for a login", "--user"]),
        (("--cert",), ["without its certificate"]),
    ],
)
def test_what_is_missing_is_named(secure, table, without, texts):
    result = secure("count", table, without=without)
    assert result.returncode == 2, result.stderr
    assert result.stdout == ""
    for text in texts:
        assert text in result.stderr


def test_a_plain_connection_is_told_of_tls(secure, table):
    result = secure("count", table, without=("--ca", "--cert", "--key"), tls=False)
    assert result.returncode == 2
    assert "it may demand TLS" in result.stderr


def test_a_wrong_password_stays_secret(secure, table, tmp_path):
    (tmp_path / "password").write_text("battery staple\n")
    result = secure("count", table)
    assert result.returncode == 2
    assert "incorrect" in result.stderr and "staple" not in result.stderr


def test_another_name_is_refused_unless_any_is_allowed(secure, secure_ring, table):
    refused = secure("count", table, "--tls-host-name", "db.example")
    assert refused.returncode == 2
    assert f"is for {secure_ring.addresses()[0]}, node1.test-tls.test, not for db.example" in refused.stderr
    assert secure("count", table, "--tls-host-name", "node1.test-tls.test").returncode == 0
    assert secure("count", table, "--tls-any-host").returncode == 0


def test_a_plain_node_is_recognised(cqlbulk, host):
    result = cqlbulk("count", "system.local", "--hosts", host, "--tls", "--tls-any-host")
    assert result.returncode == 2
    assert "does not speak TLS: it answers in plain CQL" in result.stderr


def test_an_encrypted_key_takes_its_password_from_a_file(secure, secure_ring, table, tmp_path):
    files = secure_ring.tls_files()
    (tmp_path / "key-password").write_text("open sesame\n")
    command = ["openssl", "pkcs8", "-topk8", "-in", files.client_key, "-out", tmp_path / "locked.key"]
    subprocess.run([*command, "-passout", f"file:{tmp_path / 'key-password'}"], check=True, capture_output=True)
    locked = ["--key", "locked.key"]
    opened = secure("count", table, *locked, "--key-password-file", "key-password", without=("--key",))
    assert opened.returncode == 0, opened.stderr
    (tmp_path / "wrong").write_text("guess\n")
    refused = secure("count", table, *locked, "--key-password-file", "wrong", without=("--key",))
    assert refused.returncode == 2
    assert "its password is another one" in refused.stderr and "guess" not in refused.stderr
    asked = secure("count", table, *locked, without=("--key",))
    assert asked.returncode == 2
    assert "is encrypted" in asked.stderr


@pytest.fixture
def bulk_user(secure_database, table, tmp_path):
    """An ordinary role that may read the table, and nothing else that the server does not give to all; as options."""
    secure_database.execute("CREATE ROLE bulk_user WITH PASSWORD = 'battery staple' AND LOGIN = true")
    secure_database.execute("GRANT SELECT ON KEYSPACE ks TO bulk_user")
    (tmp_path / "bulk_password").write_text("battery staple\n")
    yield ("--user", "bulk_user", "--password-file", "bulk_password")
    secure_database.execute("DROP ROLE bulk_user")


def test_a_role_without_the_grant_exports_by_latency_and_is_told_so_once(secure, secure_database, bulk_user, table):
    """The nodes' health is looked at every five seconds: both exports see two looks."""
    export = ("export", table, "--overwrite", "--max-rows-per-second", str(ROWS // 7), *bulk_user)
    own_login = ("--user", "--password-file")
    without = secure(*export, "--to", "out.csv", without=own_login)
    assert without.returncode == 0, without.stderr
    assert without.stderr.count("the nodes' health is not known") == 1
    assert "bulk_user has no SELECT permission on" in without.stderr and "system_views" in without.stderr
    # As docs/guide/pace.md says.
    secure_database.execute("GRANT SELECT ON KEYSPACE system_views TO bulk_user")
    granted = secure(*export, "--to", "out.csv", without=own_login)
    assert granted.returncode == 0, granted.stderr
    assert "health" not in granted.stderr
