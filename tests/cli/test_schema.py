"""cqlbulk schema on the real ring: what it prints makes the same table again."""

from __future__ import annotations

import pytest

KEYSPACE = "schema_cli"

TYPES = ['CREATE TYPE {ks}."Inner" (a int, "B" text)', 'CREATE TYPE {ks}.outer (i frozen<list<frozen<"Inner">>>, c text)']
TABLES = {
    "plain": ["CREATE TABLE {ks}.plain (k int PRIMARY KEY, v text)"],
    '"Mixed"': [
        'CREATE TABLE {ks}."Mixed" ("K" int, p text, c timeuuid, "D" text, s text static, o frozen<outer>, t tuple<int, frozen<"Inner">>,'
        ' m map<text, int>, v vector<float, 3>, PRIMARY KEY (("K", p), c, "D")) WITH CLUSTERING ORDER BY (c DESC, "D" ASC)'
        " AND comment = 'it''s' AND default_time_to_live = 86400 AND gc_grace_seconds = 3600 AND bloom_filter_fp_chance = 0.1"
        " AND compaction = {{'class': 'LeveledCompactionStrategy', 'sstable_size_in_mb': 100}}"
        " AND compression = {{'class': 'ZstdCompressor', 'chunk_length_in_kb': 32}}",
        'CREATE INDEX by_entries ON {ks}."Mixed" (ENTRIES(m))',
        "CREATE INDEX by_static ON {ks}.\"Mixed\" (s) USING 'sai'",
    ],
    "visits": ["CREATE TABLE {ks}.visits (page text PRIMARY KEY, n counter)"],
    "keys_only": ["CREATE TABLE {ks}.keys_only (a int, b int, c int, PRIMARY KEY (a, b, c))"],
}


@pytest.fixture(scope="module")
def keyspace(database) -> str:
    database.execute(f"DROP KEYSPACE IF EXISTS {KEYSPACE}", timeout=300)
    database.execute(
        f"CREATE KEYSPACE {KEYSPACE} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}", timeout=300
    )
    for statement in [*TYPES, *(statement for table in TABLES.values() for statement in table)]:
        database.execute(statement.format(ks=KEYSPACE), timeout=300)
    return KEYSPACE


def as_stored(database) -> dict[str, list]:
    """Everything that the server keeps of the keyspace, but for the ids that a new table has of its own."""
    stored = {}
    for kind in ("keyspaces", "types", "tables", "columns", "indexes"):
        rows = database.execute(f"SELECT * FROM system_schema.{kind} WHERE keyspace_name = '{KEYSPACE}'")
        stored[kind] = sorted(str({name: value for name, value in row._asdict().items() if name != "id"}) for row in rows)
    return stored


def statements_in(text: str) -> list[str]:
    return [statement for statement in text.split(";\n") if statement.strip()]


def test_what_it_prints_makes_everything_again(cqlbulk, database, keyspace, host):
    before = as_stored(database)
    printed = {}
    for table in TABLES:
        told = cqlbulk("schema", f"{keyspace}.{table}", "--hosts", host)
        assert told.returncode == 0, told.stderr
        printed[table] = told.stdout
    whole = cqlbulk("schema", f"{keyspace}.plain", "--with-keyspace", "--hosts", host).stdout
    assert whole.startswith(f"CREATE KEYSPACE {keyspace} ")
    database.execute(f"DROP KEYSPACE {keyspace}", timeout=300)
    # The keyspace and the plain table, then the others with the types they need.
    for statement in [*statements_in(whole), *(s for table in list(TABLES)[1:] for s in statements_in(printed[table]))]:
        database.execute(statement, timeout=300)
    assert as_stored(database) == before


def test_only_what_the_table_needs_comes_and_in_order(cqlbulk, keyspace, host):
    mixed = statements_in(cqlbulk("schema", f'{keyspace}."Mixed"', "--hosts", host).stdout)
    assert [statement.split("(")[0].strip() for statement in mixed[:3]] == [
        f'CREATE TYPE {keyspace}."Inner"', f"CREATE TYPE {keyspace}.outer", f'CREATE TABLE {keyspace}."Mixed"'
    ]  # fmt: skip
    assert len(mixed) == 5 and all("INDEX" in statement for statement in mixed[3:])
    assert "CREATE TYPE" not in cqlbulk("schema", f"{keyspace}.plain", "--hosts", host).stdout


def test_a_table_that_is_not_there(cqlbulk, keyspace, host):
    told = cqlbulk("schema", f"{keyspace}.plane", "--hosts", host)
    assert told.returncode == 2
    assert "there is no table plane" in told.stderr
    assert cqlbulk("schema", "--hosts", host).returncode == 2
