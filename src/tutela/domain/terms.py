"""Controlled vocabulary: which words we use, which we avoid, and what we say instead.

The list is our own, made after the Luxembourg Guidelines (first edition 2016, second edition 2025), whose text is not
shipped. It awaits review by a child-protection professional against the 2025 edition; each row says how sure it is.
Marks: `ok` use it; `care` only as the note says; `avoid` never in our own words. Words of wire formats and quoted law
live in adapters and named data files; a reporter's own words are never rewritten.

>>> [found.term.prefer for found in find_avoided("A child sex tourist, the text said.")]
['sexual exploitation of children in travel and tourism']
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Mark(StrEnum):
    """How a term may be used."""

    OK = "ok"
    CARE = "care"
    AVOID = "avoid"


@dataclass(frozen=True, slots=True)
class Term:
    """One row of the vocabulary. `pattern` is empty where the word has innocent meanings that a lint cannot tell."""

    term: str
    mark: Mark
    prefer: str
    note: str
    pattern: str
    source: str
    confidence: str
    locale: str


@dataclass(frozen=True, slots=True)
class Finding:
    """An avoided term in a text: where it stands (line from 1) and how it was written."""

    term: Term
    line: int
    written: str


@cache
def vocabulary() -> tuple[Term, ...]:
    """Every term, in the order of the data file."""
    text = resources.files("tutela.domain").joinpath("data/terms.csv").read_text(encoding="utf-8")
    return tuple(
        Term(
            term=row["term"],
            mark=Mark(row["mark"]),
            prefer=row["prefer"],
            note=row["note"],
            pattern=row["pattern"],
            source=row["source"],
            confidence=row["confidence"],
            locale=row["locale"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def find_avoided(text: str) -> Iterator[Finding]:
    """Yield every avoided term in `text`, line by line."""
    for number, line in enumerate(text.splitlines(), start=1):
        for term, pattern in _avoided():
            for match in pattern.finditer(line):
                yield Finding(term, number, match.group())


@cache
def _avoided() -> tuple[tuple[Term, re.Pattern[str]], ...]:
    return tuple(
        (term, re.compile(rf"(?<!\w)(?:{term.pattern})(?!\w)", re.IGNORECASE))
        for term in vocabulary()
        if term.mark is Mark.AVOID and term.pattern
    )
