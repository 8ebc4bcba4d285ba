"""Builds the Rust peer, where there is a cargo to do it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

SOURCES = Path(__file__).resolve().parent / "rust_driver"
MISSING = "the Rust driver is left out: there is no cargo on this machine (https://rustup.rs)"


def rust_program(build: Path) -> Path | None:
    """With the versions that its Cargo.toml pins, into `build`; None without cargo."""
    if not shutil.which("cargo"):
        return None
    target = build / "rust_driver"
    command = ["cargo", "build", "--release", "--quiet", "--target-dir", str(target)]
    subprocess.run(command, cwd=SOURCES, check=True, stdout=sys.stderr)
    return target / "release" / "rust_driver"


def locked_version(crate: str) -> str:
    """Of what was built."""
    lines = (SOURCES / "Cargo.lock").read_text().splitlines()
    return lines[lines.index(f'name = "{crate}"') + 1].split('"')[1]
