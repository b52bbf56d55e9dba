"""Takes one guard at a time out of a copy of the source, and runs the tests against it: each must notice.

>>> len(GUARDS) == len({(guard.file, guard.line) for guard in GUARDS})
True
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.tested import ROOT

_TESTS: Final = ("tests/engine/responsible", "tests/engine/probing", "tests/engine/removal")
_WAIT_S_MAX: Final = 600


@dataclass(frozen=True, slots=True)
class Guard:
    """One guard: where it stands, what stands there, and what stands there without it."""

    name: str
    file: str  # below `engine`
    line: str
    without: str


GUARDS: Final = (
    Guard(
        "a private address is not asked",
        "probing/way.py",
        "if not self.allow_private and not all(is_public(each) for each in found):",
        "if False:",
    ),
    Guard(
        "every answer of a name is checked",
        "probing/way.py",
        "not all(is_public(each) for each in found)",
        "not is_public(found[0])",
    ),
    Guard(
        "the checked address is connected to",
        "probing/way.py",
        "socket.create_connection((found, port), timeout=self.timeout_s)",
        "socket.create_connection((self.resolve('', port)[0], port), timeout=self.timeout_s)",
    ),
    Guard(
        "a redirect is not followed",
        "probing/__init__.py",
        'if reached.headers.get("location") == secure != address:\n            reached = _asked(way, secure)',
        'if reached.headers.get("location"):\n            reached = _asked(way, reached.headers["location"])',
    ),
    Guard(
        "a vantage point that does not connect is no answer",
        "probing/way.py",
        'raise ConnectionError("the vantage point refused to connect us")',
        "pass",
    ),
    Guard(
        "a network holds the address that was asked",
        "responsible/rdap.py",
        "if not holds:",
        "if False:",
    ),
    Guard(
        "a name is the one that was asked",
        "responsible/rdap.py",
        'if str(found.get("ldhName", "")).lower().rstrip(".") != asked.lower():',
        "if False:",
    ),
    Guard(
        "entities are bounded",
        "responsible/rdap.py",
        "if seen > _ENTITIES_MAX:",
        "if False:",
    ),
    Guard(
        "a mailbox is plain",
        "responsible/mailboxes.py",
        'if found is None or len(written) > _CHARACTERS_MAX or written.index("@") > _LOCAL_MAX:',
        "if found is None:",
    ),
    Guard(
        "we are told nothing by ourselves",
        "responsible/mailboxes.py",
        "if is_under(found[1], ours):",
        "if False:",
    ),
    Guard(
        "the site is not told",
        "responsible/mailboxes.py",
        "Unfit.OF_THE_SITE if is_under(site, found[1]) or is_under(found[1], site) else written",
        "written",
    ),
    Guard(
        "a security.txt is in date",
        "responsible/security_txt.py",
        "return expires.tzinfo is not None and expires > moment",
        "return True",
    ),
    Guard(
        "mail that goes round ends",
        "removal/answers.py",
        'if own or len(headers.get_all("Received", [])) > _HOPS_MAX or headers.get("X-Loop"):',
        "if False:",
    ),
    Guard(
        "a machine is not answered",
        "removal/answers.py",
        "Sort.AUTOMATIC if automatic or bulk or from_nobody",
        "Sort.AUTOMATIC if False",
    ),
    Guard(
        "what answers refers to us",
        "removal/answers.py",
        "for name, where in _ID.findall(text) if where.lower() == host.lower()]",
        "for name, where in _ID.findall(text)]",
    ),
    Guard(
        "silence is not gone",
        "removal/looks.py",
        "if sights and sights <= _GONE:",
        "if sights and sights <= _GONE | {Sight.SILENT}:",
    ),
    Guard(
        "one place is not certain",
        "removal/matter.py",
        "if vantages >= ladder.gone_vantages and is_apart",
        "if is_apart",
    ),
)


def unnoticed() -> list[str]:
    """Return the guards without which every test passes still."""
    with tempfile.TemporaryDirectory(prefix="tutela-guards-") as folder:
        copy = Path(folder) / "tutela"
        shutil.copytree(ROOT / "src/tutela", copy, ignore=shutil.ignore_patterns("__pycache__"))
        if not _passes(Path(folder)):
            raise RuntimeError("the tests do not pass with every guard in its place")
        return [guard.name for guard in GUARDS if _passes_without(guard, copy)]


def _passes_without(guard: Guard, copy: Path) -> bool:
    path = copy / "engine" / guard.file
    whole = path.read_text(encoding="utf-8")
    if whole.count(guard.line) != 1:
        raise RuntimeError(f"this guard does not stand where it stood: {guard.name}")
    path.write_text(whole.replace(guard.line, guard.without), encoding="utf-8")
    try:
        return _passes(copy.parent)
    finally:
        path.write_text(whole, encoding="utf-8")


def _passes(source: Path) -> bool:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-o", "addopts=", "-q", "-x", *_TESTS],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(source), str(ROOT))), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
        timeout=_WAIT_S_MAX,
    )
    if done.returncode not in {0, 1}:
        raise RuntimeError(done.stdout.decode()[-3000:])
    return done.returncode == 0
