"""Every CQL type with its edge values, as CQL: what the matrix of types and formats is made of."""

from __future__ import annotations

UDTS = {
    "point": "(x int, y frozen<list<double>>, label text)",
    "nested": "(p frozen<point>, tags frozen<set<text>>)",
}

FAR = "'9999-12-31T23:59:59.999Z'"

# Column name -> (CQL type, {what it is: CQL term}).
TYPES: dict[str, tuple[str, dict[str, str]]] = {
    "ascii": ("ascii", {"empty": "''", "plain": "'abc ~'", "quotes": "'a\"b,c'", "control": "blobAsAscii(0x00017f)"}),
    "text": (
        "text",
        {
            "empty": "''",
            "unicode": "'ÄÖ 漢字 😀'",
            "separators": "'a,b\"c\"\n\r\n;\t|'",
            "looks null": "'null'",
            "backslash": "'a\\b\\'",
            "spaces": "'  x  '",
            "zero": "blobAsText(0x610062)",
            "long": "'" + "x" * 70_000 + "'",
        },
    ),
    "boolean": ("boolean", {"true": "true", "false": "false"}),
    "tinyint": ("tinyint", {"min": "-128", "max": "127", "zero": "0"}),
    "smallint": ("smallint", {"min": "-32768", "max": "32767", "zero": "0"}),
    "int": ("int", {"min": "-2147483648", "max": "2147483647", "zero": "0"}),
    "bigint": ("bigint", {"min": "-9223372036854775808", "max": "9223372036854775807", "zero": "0", "2^53+1": "9007199254740993"}),
    "varint": (
        "varint",
        {"zero": "0", "-1": "-1", "2^64": str(2**64), "-2^63-1": str(-(2**63) - 1), "3000 digits": "9" * 3000, "-3000 digits": "-" + "8" * 3000},
    ),
    "float": (
        "float",
        {"zero": "0.0", "-0": "-0.0", "nan": "NaN", "inf": "Infinity", "-inf": "-Infinity", "subnormal": "1e-45", "max": "3.4028235e38", "0.1": "0.1"},
    ),
    "double": (
        "double",
        {"zero": "0.0", "-0": "-0.0", "nan": "NaN", "inf": "Infinity", "-inf": "-Infinity", "subnormal": "5e-324", "max": "1.7976931348623157e308", "0.1": "0.1"},
    ),
    "decimal": (
        "decimal",
        {"zero": "0", "0.00": "0.00", "negative scale": "1E+10", "large scale": "1E-60", "negative": "-12345.678900", "40 digits": "1234567890123456789012345678901234567890.5"},
    ),
    "blob": ("blob", {"empty": "0x", "zeros": "0x0000", "bytes": "0x00ff7f80c0", "long": "0x" + "ab" * 70_000}),
    "uuid": ("uuid", {f"version {v}": f"00112233-4455-{v}677-8899-aabbccddeeff" for v in (1, 3, 4, 5, 6, 7, 8)} | {"nil": "00000000-0000-0000-0000-000000000000", "max": "ffffffff-ffff-ffff-ffff-ffffffffffff"}),
    "timeuuid": ("timeuuid", {"now": "13814000-1dd2-11b2-8080-808080808080", "max": "ffffffff-ffff-1fff-bfff-ffffffffffff"}),
    "inet": ("inet", {"v4": "'127.0.0.1'", "v6": "'2001:db8::1'", "any v6": "'::'", "v4 mapped": "blobAsInet(0x00000000000000000000ffff01020304)"}),
    "timestamp": (
        "timestamp",
        {"epoch": "0", "ms": "1700000000123", "before": "-1", "9999": FAR, "min": "-9223372036854775808", "max": "9223372036854775807", "year 10000": "253402300800000", "year 0": "-62167219200000"},
    ),
    "date": ("date", {"epoch": "'1970-01-01'", "min": "0", "max": "4294967295", "year 1": "'0001-01-01'"}),
    "time": ("time", {"zero": "'00:00:00'", "nanoseconds": "'13:14:15.123456789'", "last": "86399999999999"}),
    "duration": ("duration", {"zero": "0s", "mixed": "1y2mo3d4h5m6s7ms8us9ns", "negative": "-1mo2d3ns", "months": "14mo", "nanoseconds": "9223372036854775807ns"}),
    "list": ("list<text>", {"one": "['']", "several": "['b', 'a', 'b', 'ÄÖ\"']"}),
    "set": ("set<int>", {"several": "{3, -1, 2}"}),
    "map": ("map<text, double>", {"several": "{'': NaN, 'b': -0.0, 'a\"': 1e300}"}),
    "uuid_map": ("map<timestamp, uuid>", {"keys with text": "{0: 00112233-4455-4677-8899-aabbccddeeff, 1700000000123: 00000000-0000-0000-0000-000000000000}"}),
    "frozen_list": ("frozen<list<blob>>", {"empty": "[]", "with empty": "[0x, 0xff]"}),
    "frozen_map": ("frozen<map<int, frozen<set<text>>>>", {"empty": "{}", "nested": "{1: {'a', 'b'}, 2: {}}"}),
    "deep": ("list<frozen<map<text, frozen<list<frozen<tuple<int, text>>>>>>>", {"deep": "[{'a': [(1, 'x'), (null, null)]}, {}]"}),
    "tuple": ("tuple<int, text, frozen<list<int>>>", {"full": "(1, 'a', [1, 2])", "nulls": "(null, null, null)", "empty text": "(0, '', [])"}),
    "udt": ("point", {"full": "{x: 1, y: [1.5, -0.0], label: 'l'}", "some": "{label: 'only'}"}),
    "frozen_udt": ("frozen<nested>", {"full": "{p: {x: 1, y: [], label: ''}, tags: {'t'}}", "nulls": "{p: null, tags: null}", "inner": "{p: {x: 7}}"}),
    "vector": ("vector<float, 3>", {"plain": "[1.5, -0.0, 3e38]"}),
    "text_vector": ("vector<text, 2>", {"plain": "['', 'ÄÖ']"}),
    "vector_list": ("frozen<list<vector<int, 2>>>", {"several": "[[1, 2], [-1, 0]]", "empty": "[]"}),
}  # fmt: skip

# Values that CQL writes only through a function: empty ones of types that have no text for them.
EMPTY = {
    name: {"empty bytes": f"blobAs{function}(0x)"}
    for name, function in {
        "boolean": "Boolean",
        "int": "Int",
        "bigint": "Bigint",
        "varint": "Varint",
        "float": "Float",
        "double": "Double",
        "decimal": "Decimal",
        "uuid": "Uuid",
        "timeuuid": "Timeuuid",
        "inet": "Inet",
        "timestamp": "Timestamp",
    }.items()
}


def values() -> list[tuple[str, str, str]]:
    """(column, what it is, CQL term) of every value."""
    return [(column, what, term) for column, (_, terms) in TYPES.items() for what, term in (terms | EMPTY.get(column, {})).items()]


def columns() -> str:
    return ", ".join(f'"{name}" {cql_type}' for name, (cql_type, _) in TYPES.items())
