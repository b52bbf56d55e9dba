"""The page of requirements is true: whatever it names exists, and every requirement has its answer."""

from __future__ import annotations

import re

import pytest

from tests.checks.terminology import ROOT

PAGE = (ROOT / "docs/assessment-requirements.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if re.match(r"\| \d", line)]


def test_all_sixty_eight_are_answered_in_order():
    assert [int(row[0]) for row in ROWS] == list(range(1, 69))
    assert all(len(row) == 6 for row in ROWS)
    assert {row[3] for row in ROWS} == {"feature", "test", "next", "not ours"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_an_answer_names_is_there(row):
    _, _, asked, answer, where, how = row
    named = re.findall(r"`([^`]+)`", where)
    assert asked
    assert how, "an answer says how, what is missing, or why not"
    assert bool(named) == (answer in {"feature", "test"})
    for each in named:
        path, _, test = each.partition("::")
        file = ROOT / path if path.startswith("tests/") else ROOT / "src/tutela" / path
        assert file.is_file()
        assert f"def {test}(" in file.read_text(encoding="utf-8") if test else True
    if answer == "test":
        assert any(each.startswith("tests/") for each in named)
