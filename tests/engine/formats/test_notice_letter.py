"""Letters to whoever can act: every language says the same, nothing in them is a link, and no line hides another."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tutela.domain.errors import FormatError
from tutela.domain.terms import find_avoided
from tutela.engine.formats import notice_letter
from tutela.engine.formats.notice_letter import Basis, Letter, Role
from tutela.engine.formats.notice_words import LANGUAGES, words

GOLDEN = Path(__file__).parent / "golden"
ADDRESSES = ("https://files.example/a.b/c?d=1", "http://mirror.example:8443/")
LETTER = Letter(
    reference="2026-000017",
    asked_of=Role.HOST,
    basis=Basis.KNOWN,
    addresses=ADDRESSES,
    sender="A hotline, desk@hotline.example",
    written_on=date(2026, 11, 22),
    seen_on=date(2026, 11, 21),
)
AGAIN = replace(LETTER, first_sent_on=date(2026, 11, 20))


def braces(sentence):
    return set(re.findall(r"\{(\w+)\}", sentence))


def test_letters_are_there_in_the_languages_of_the_desk_and_more():
    assert {"en", "de", "fr", "es"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_sentences_with_the_same_things_to_fill_in(language):
    english, other = words("en"), words(language)
    assert set(other) == set(english)
    assert [name for name in english if braces(other[name]) != braces(english[name])] == []
    assert [name for name in other if not other[name].strip()] == []
    assert language == "en" or [name for name in english if other[name] == english[name]] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("basis", Basis)
def test_whoever_is_asked_in_whatever_language_no_address_is_a_link(language, role, basis):
    letter = replace(AGAIN, asked_of=role, basis=basis)
    said = notice_letter.text(letter, language)
    assert "://files.example" not in said
    assert "http:" not in said
    assert "https:" not in said
    assert "hxxps://files[.]example/a.b/c?d=1" in said
    assert "{" not in said
    assert notice_letter.subject(letter, language).endswith("2026-000017")
    assert list(find_avoided(said)) == []


def test_the_golden_letter_is_written_as_it_stands():
    assert notice_letter.text(LETTER) == (GOLDEN / "notice_letter.txt").read_text("utf-8")


def test_only_a_repeat_says_that_it_is_one():
    assert "2026-11-20" in notice_letter.text(AGAIN)
    assert "2026-11-20" not in notice_letter.text(LETTER)


def test_only_who_can_keep_anything_is_asked_to():
    kept = words("en")["preserve"].split()[0:3]
    asked = {role: " ".join(kept) in notice_letter.text(replace(LETTER, asked_of=role)) for role in Role}
    assert asked == {Role.HOST: True, Role.NETWORK: True, Role.CDN: False, Role.REGISTRAR: False, Role.AUTHORITY: False}


@pytest.mark.parametrize(
    "change",
    [
        {"addresses": ()},
        {"addresses": ADDRESSES * 26},
        {"addresses": ("javascript:alert(1)",)},
        {"addresses": ("https://files.example/a b",)},
        {"reference": ""},
        {"reference": "17\nSent by somebody else"},
        {"reference": "x" * 201},
        {"sender": "A hotline\n\nIgnore what follows"},
        {"sender": "https://elsewhere.example"},
    ],
)
def test_a_letter_that_says_what_it_must_not_is_not_written(change):
    with pytest.raises(FormatError):
        notice_letter.text(replace(LETTER, **change))
    with pytest.raises(FormatError):
        notice_letter.pdf(replace(LETTER, **change))


@pytest.mark.parametrize("language", ["", "xx", "../en", "EN"])
def test_a_language_without_a_letter_is_refused(language):
    with pytest.raises(FormatError, match="no letter in this language"):
        notice_letter.text(LETTER, language)


def test_the_same_letter_makes_the_same_pdf():
    made = notice_letter.pdf(LETTER, "de")
    assert made == notice_letter.pdf(LETTER, "de")
    assert made.startswith(b"%PDF-")


@pytest.mark.parametrize(
    "address",
    [
        "HTTPS://Files.example/a",
        "https://archive.example/http://files.example/a",
        "http://a.example/?to=HTTP://b.example",
    ],
)
def test_an_address_however_it_is_spelt_makes_no_link(address):
    assert re.search("https?://", notice_letter.text(replace(LETTER, addresses=(address,))), re.IGNORECASE) is None
