"""D3: each of the 68 requirements has its answer, what an answer names exists, and the tests that it names pass."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from bench import tested
from bench.machine import ROOT
from bench.record import Measurement

_PAGE: Final = ROOT / "docs" / "assessment-requirements.md"
_ANSWERS: Final = ("feature", "test", "next", "not ours")


def measure() -> Measurement:
    """Read the page, look for what it names, and run its tests."""
    found = Measurement()
    lines = _PAGE.read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| \d", line)]
    answers = Counter(row[3] for row in rows)
    untrue = [row[0] for row in rows if not _is_true(row)]
    named = sorted({each for row in rows for each in re.findall(r"`(tests/[^`]+)`", row[4])})
    outcomes = tested.run(*named)
    found.put("requirements", len({int(row[0]) for row in rows}))
    found.put("without an answer, or that name what does not exist", len(untrue))
    found.put("not there yet, with what is missing", answers["next"])
    found.put("not ours, with the reason", answers["not ours"])
    found.put("tests that they name", len(outcomes))
    found.put("of these, not passed", tested.not_passed(outcomes))
    found.table("Answers", ("answer", "requirements"), [(each, answers[each]) for each in _ANSWERS])
    found.notes += [f"untrue: {number}" for number in untrue]
    return found


def _is_true(row: list[str]) -> bool:
    _number, _section, asked, answer, where, how = row
    named = [each.partition("::") for each in re.findall(r"`([^`]+)`", where)]
    files = [
        (ROOT / path if path.startswith("tests/") else ROOT / "src/tutela" / path, name) for path, _, name in named
    ]
    there = all(file.is_file() and (not name or f"def {name}(" in file.read_text("utf-8")) for file, name in files)
    return bool(asked and how and there and answer in _ANSWERS and bool(named) == (answer in {"feature", "test"}))
