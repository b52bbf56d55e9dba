from __future__ import annotations

import re

import pytest

from tests.checks import terminology
from tutela.domain.terms import Mark, find_avoided, vocabulary


def test_every_avoided_term_says_what_to_use_instead():
    assert [term.term for term in vocabulary() if term.mark is Mark.AVOID and not term.prefer] == []


def test_every_pattern_finds_its_own_term():
    missed = [
        term.term for term in vocabulary() if term.pattern and not re.search(term.pattern, term.term, re.IGNORECASE)
    ]
    assert missed == []


@pytest.mark.parametrize("text", ["Child  Pornography", "a child sex tourist", "CHILD-PROSTITUTION", "paedophiles"])
def test_an_avoided_term_is_found_however_it_is_written(text):
    assert list(find_avoided(text))


@pytest.mark.parametrize("text", ["the client library", "a data model", "predatory pricing", "tourism"])
def test_an_innocent_word_is_left_alone(text):
    assert not list(find_avoided(text))


def test_a_planted_term_fails_the_lint(tmp_path, monkeypatch):
    planted = tmp_path / "page.html"
    planted.write_text("<p>child pornography</p>\n")
    monkeypatch.setattr(terminology, "ROOT", tmp_path)
    assert terminology.complaints(planted) == [
        "page.html:1: 'child pornography' is to be avoided; say 'child sexual abuse material (CSAM)'"
    ]


def test_nothing_that_we_ship_uses_an_avoided_term():
    assert [line for path in terminology.our_files() for line in terminology.complaints(path)] == []
