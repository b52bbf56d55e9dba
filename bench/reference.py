"""The published PDQ reference pictures and hashes, read from somebody's own copy; nothing of it is in this repository.

Set TUTELA_PDQ_REFERENCE to a checkout (or bare repository) of facebook/ThreatExchange. The hashes are those printed in
its read-me files for named pictures; its own tolerance is at most 10 bits of 256 where the quality is 80 or more,
because decoders differ.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

VARIABLE: Final = "TUTELA_PDQ_REFERENCE"
TOLERANCE_BITS: Final = 10
QUALITY_MIN: Final = 80
_PAGES: Final = {"C++": "pdq/cpp/bin/README.md", "Python": "pdq/python/README.md"}
_LINE: Final = re.compile(r"^([0-9a-f]{64})(?:,\d+)?,(\S+\.(?:jpg|png))\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Published:
    """One picture with the hash that the reference printed for it."""

    implementation: str
    name: str
    pdq: bytes
    content: bytes


def published() -> list[Published]:
    """Every published picture whose content the copy holds; empty where the variable is not set."""
    folder = os.environ.get(VARIABLE, "")
    if not folder:
        return []
    listing = _git(folder, "ls-tree", "-r", "--name-only", "HEAD", "pdq/data").decode()
    by_name = {PurePosixPath(path).name: path for path in listing.splitlines()}
    found: list[Published] = []
    for implementation, page in _PAGES.items():
        for pdq, path in _LINE.findall(_git(folder, "show", f"HEAD:{page}").decode()):
            name = PurePosixPath(path).name
            content = _git(folder, "show", f"HEAD:{by_name[name]}") if name in by_name else b""
            if content:
                found.append(Published(implementation, name, bytes.fromhex(pdq), content))
    return found


def _git(folder: str, *words: str) -> bytes:
    """Output of git in that copy; empty where the object is absent."""
    return subprocess.run(["git", "-C", folder, *words], capture_output=True, check=False).stdout
