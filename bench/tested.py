"""Runs tests and counts what became of them: for claims that tests decide.

>>> outcomes = run("tests/authz")                      # doctest: +SKIP
>>> matching(outcomes, "forged", "replayed")           # doctest: +SKIP
[Outcome(name='test_a_forged_key_is_refused[sqlite]', result='passed'), ...]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET  # our own pytest wrote the file
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT: Final = Path(__file__).resolve().parent.parent
_WAIT_S_MAX: Final = 1800


@dataclass(frozen=True, slots=True)
class Outcome:
    """One test that ran: its name with its parameters, and passed, failed or skipped."""

    name: str
    result: str


def run(*paths: str) -> list[Outcome]:
    """Run tests; PostgreSQL must be there. Raises where pytest could not run at all."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.xml"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *paths, "-q", "-m", "slow or not slow", f"--junitxml={told}"],
            cwd=ROOT,
            env=os.environ | {"TUTELA_REQUIRE": "postgres"},
            capture_output=True,
            text=True,
            check=False,
            timeout=_WAIT_S_MAX,
        )
        if done.returncode not in {0, 1}:
            raise RuntimeError(done.stdout[-3000:] + done.stderr[-1000:])
        if done.returncode:
            print(done.stdout[-20_000:], file=sys.stderr)  # why, for whoever looks; the record only counts
        cases = ET.parse(told).getroot().iter("testcase")  # noqa: S314 - as above
        return [Outcome(case.attrib["name"], _result(case)) for case in cases]


def matching(outcomes: Iterable[Outcome], *words: str) -> list[Outcome]:
    """Return those whose name (without parameters) holds one of the words."""
    return [each for each in outcomes if any(word in each.name.partition("[")[0] for word in words)]


def not_passed(outcomes: Iterable[Outcome]) -> int:
    """Count those that failed or were skipped: what did not run shows nothing."""
    return sum(each.result != "passed" for each in outcomes)


def _result(case: ET.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"
