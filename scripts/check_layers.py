#!/usr/bin/env python3
"""Checks that the include graph matches the declared layers: each folder may include what its line names, nothing else.

Run from anywhere: scripts/check_layers.py. Prints every include that breaks the house and exits with 1.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# folder -> (folders of the same library it may include, prefixes of libraries it may include)
CLIENT = {
    "core": ([], []),
    "protocol": (["core"], ["lz4", "isa-l"]),
    "ring": (["core"], []),
    "sansio": (["core", "protocol", "ring"], []),
    "net": (["core", "protocol", "sansio"], ["boost/asio", "boost/system", "openssl"]),
    "cluster": (["core", "protocol", "ring", "sansio", "net"], ["boost/asio", "boost/system"]),
}
BULK = {
    "posix": ([], []),
    "rows": ([], ["xxhash"]),
    "plan": ([], []),
    "pace": ([], []),
    "text": (["rows"], ["simdjson", "unicode"]),
    "columnar": (["rows", "text"], ["arrow"]),
    "formats": (["columnar", "text"], ["arrow", "parquet", "simdjson"]),
    "streams": ([], ["arrow", "isa-l", "lz4", "lzma"]),
    "storage": (["posix"], ["arrow", "xxhash"]),
    "journal": (["posix"], ["nlohmann"]),
    "http": ([], ["boost/asio", "boost/beast", "boost/system", "openssl"]),
    "observe": (["posix", "http"], ["nlohmann"]),
    "operations": (["posix", "rows", "plan", "pace", "columnar", "formats", "streams", "storage", "journal", "observe", "text"],
                   ["arrow", "boost/asio", "nlohmann"]),
}
LIBRARY_PREFIXES = ["boost", "lz4", "isa-l", "openssl", "arrow", "parquet", "simdjson", "nlohmann", "xxhash", "lzma", "CLI", "spdlog",
                    "unicode"]
# Public headers of the client that bring Asio in: only who works with sessions may include them.
ASIO_HEADERS = {"cql/session.hpp", "cql/stream.hpp"}
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]')


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1)


def check_library(name, layers, public):
    problems = []
    source = ROOT / "libs" / name / "src"
    for folder in sorted(p.name for p in source.iterdir() if p.is_dir() and any(p.iterdir())):
        if folder not in layers:
            problems.append(f"{(source / folder).relative_to(ROOT)}: a folder that {__file__} does not declare")
            continue
        own, libraries = layers[folder]
        for path in sorted((source / folder).rglob("*.[ch]pp")):
            for number, target in includes(path):
                first = target.split("/")[0]
                where = f"{path.relative_to(ROOT)}:{number}"
                if first in layers and first != folder and first not in own:
                    problems.append(f"{where}: {folder} may not include {target}")
                elif first in ("cql", "cqlbulk") and first not in public:
                    problems.append(f"{where}: {name} may not include {target}")
                elif target in ASIO_HEADERS and "boost/asio" not in libraries and folder not in ("net", "cluster"):
                    problems.append(f"{where}: {folder} may not include {target}: it brings Asio in")
                elif any(target.startswith(p) for p in LIBRARY_PREFIXES) and not any(target.startswith(p) for p in libraries):
                    problems.append(f"{where}: {folder} may not use the library of {target}")
    for path in sorted((ROOT / "libs" / name / "include").rglob("*.hpp")):
        for number, target in includes(path):
            if target.split("/")[0] in layers:
                problems.append(f"{path.relative_to(ROOT)}:{number}: a public header may not include {target}")
    return problems


def check_cycles(layers):
    state = {}

    def visit(folder, trail):
        if state.get(folder) == "done":
            return []
        if folder in trail:
            return [f"{__file__}: the declared layers have a cycle: {' -> '.join(trail + [folder])}"]
        found = [problem for below in layers[folder][0] for problem in visit(below, trail + [folder])]
        state[folder] = "done"
        return found

    return [problem for folder in layers for problem in visit(folder, [])]


def main():
    problems = check_cycles(CLIENT) + check_cycles(BULK)
    problems += check_library("client", CLIENT, public=("cql",))
    problems += check_library("bulk", BULK, public=("cql", "cqlbulk"))
    for problem in problems:
        print(problem)
    if not problems:
        print("the include graph matches the declared layers")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
