"""Functions of a profile as the parts of the house that they belong to."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from callgrind import Function, Profile

COPYING, ALLOCATOR, LANGUAGE, SYSTEM = "copying memory", "allocator", "C++ library", "C library and calls of the system"
LINKER = "dynamic linker"
WIRE_CHECKSUMS = "checksums of the wire"
OTHER = "other"

# What others call to have something done, and which calls nobody of ours: told for its callers, too.
SERVANTS = {COPYING, ALLOCATOR, LANGUAGE, SYSTEM, LINKER, WIRE_CHECKSUMS}

# (component, what its functions match, what its object matches): the first that does.
_RULES = [
    (name, re.compile(function), re.compile(of_object))
    for name, function, of_object in (
        (LINKER, "", r"^ld-|^ld\."),
        (COPYING, r"^_{0,2}(mem(cpy|move|set|pcpy|cmp|chr)|str(len|cmp|ncmp|chr))", r"^libc[.-]"),
        (ALLOCATOR, r"malloc|calloc|realloc|free|cfree|_int_|sysmalloc|systrim|unlink_chunk|consolidate|aligned", r"^libc[.-]"),
        (ALLOCATOR, r"^operator (new|delete)", ""),
        (SYSTEM, "", r"^(libc|libpthread|librt|vdso|linux-vdso)[.-]"),
        (COPYING, r"^std::(char_traits|__copy_move)", ""),
        (WIRE_CHECKSUMS, "", r"^libisal"),
        (WIRE_CHECKSUMS, r"crc32_|cql::protocol::(payload_crc32|check_segment_payload|crc24)", ""),
        ("segments and envelopes", r"^cql::(protocol|sansio)::", ""),
        ("checksums of rows and files", r"^cqlbulk::RowChecksum|^XXH|^cqlbulk::storage::Digest", ""),
        ("finding the cells", r"^cqlbulk::CellIndex::", ""),
        ("values and text", r"^cqlbulk::text::|^simdjson::|fast_float|dragonbox|std::__detail::__(to|from)_chars|std::(to|from)_chars|ryu", ""),
        ("values and Arrow", r"^cqlbulk::columnar::", ""),
        ("formats", r"^cqlbulk::formats::|^cqlbulk::storage::|^cqlbulk::streams::|^cqlbulk::posix::", ""),
        ("Arrow, Parquet and their compression", "", r"^lib(arrow|parquet)"),
        ("Arrow, Parquet and their compression", r"^arrow::|^parquet::", ""),
        ("operations: ranges, batches, pace, progress", r"^cqlbulk::", ""),
        ("requests and connections", r"^cql::(cluster|net)::|^cql::(Session|ResultStream|Cluster)", ""),
        ("values of the client", r"^cql::|^main$", ""),
        ("event loop", r"boost::(asio|system)::", ""),
        ("command line", r"^CLI::", ""),
        (LANGUAGE, "", r"^libstdc\+\+|^libgcc|^libm[.-]|^libfmt"),
        (LANGUAGE, r"^(void |bool )?(std|__gnu_cxx|fmt)::|^__cxa|^_Unwind", ""),
    )
]

# A template of somebody else's that works for one of ours is named by what it returns, too: "void std::sort<…>".
_RETURN_TYPE = re.compile(r"^(?:void|bool|auto|int|unsigned int|unsigned long|char\*?) (?=[A-Za-z_]+::)")


def component_of(function: Function) -> str:
    name = _RETURN_TYPE.sub("", function.name)
    for component, of_name, of_object in _RULES:
        if of_object.search(function.object) and of_name.search(name):
            return component
    return OTHER


@dataclass
class Component:
    own: float = 0  # instructions per row in its own functions
    served: float = 0  # and in what it calls of the C library: copying, allocating, …
    functions: Counter[str] = field(default_factory=Counter)  # their own

    @property
    def all(self) -> float:
        return self.own + self.served


def components(profile: Profile, start: Profile, rows: int) -> dict[str, Component]:
    """What one row takes: the difference of two runs, of which one had `rows` more. What starting takes is in both."""
    found: dict[str, Component] = {}

    def add(name: str) -> Component:
        return found.setdefault(name, Component())

    known: dict[Function, str] = {}

    def place(function: Function) -> str:
        return known.setdefault(function, component_of(function))

    for function in profile.own.keys() | start.own.keys():
        own = (profile.own[function] - start.own[function]) / rows
        component = add(place(function))
        component.own += own
        component.functions[readable(function.name)] += own
    for pair in profile.calls.keys() | start.calls.keys():
        caller, called = map(place, pair)
        if called in SERVANTS and caller not in SERVANTS:
            add(caller).served += (profile.calls[pair] - start.calls[pair]) / rows
    return found


_NOISE = (
    (re.compile(r"\(anonymous namespace\)::"), ""),
    (re.compile(r"std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> ?>"), "std::string"),
    (re.compile(r"std::basic_string_view<char, std::char_traits<char> ?>"), "std::string_view"),
    (re.compile(r"std::span<std::byte const, 18446744073709551615ul>"), "cql::ByteView"),
    (re.compile(r"\bcqlbulk::|\bboost::|\[clone [^]]*\]|@@?[A-Z_0-9.]+$"), ""),
)
_COROUTINE = re.compile(r"(?: \(\.| \[clone \.|\.)(?:resume|destroy|cleanup)[\])]?$")
_SHOWN = 60


def readable(name: str) -> str:
    """Without the arguments, which say nothing here."""
    name, coroutine = _COROUTINE.subn("", _RETURN_TYPE.sub("", name))
    for noise, instead in _NOISE:
        name = noise.sub(instead, name)
    name = _without_brackets(name).strip() + (" (coroutine)" if coroutine else "")
    return name if len(name) <= _SHOWN else name[: _SHOWN - 1] + "…"


def _without_brackets(name: str) -> str:
    """Drops (…) and <…> with all in them; what remains is the path of names. Operators keep theirs."""
    if "operator" in name:
        return name
    kept, depth = [], 0
    for character in name:
        if character in "<(":
            depth += 1
        elif character in ">)" and depth > 0:
            depth -= 1
        elif depth == 0:
            kept.append(character)
    return "".join(kept).replace(" const", "") or name
