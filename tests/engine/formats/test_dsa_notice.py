"""Notices under Article 16: each element is demanded, the exception is the regulation's own, what is written reads back."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.domain.errors import FormatError
from tutela.engine.formats import dsa_notice
from tutela.engine.formats.dsa_notice import DsaNotice, Submitter
from tutela.engine.formats.notice_words import LANGUAGES

NOTICE = DsaNotice(
    reasons="People assessed it as child sexual abuse material.",
    addresses=("https://files.example/a",),
    is_of_listed_offence=False,
    is_in_good_faith=True,
    submitter=Submitter("A hotline", "desk@hotline.example"),
    identifying="The second picture of the page.",
)
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(str.strip)


@given(
    st.builds(
        DsaNotice,
        reasons=WORDS.filter(lambda text: "://" not in text and "data:" not in text.lower()),
        addresses=st.lists(st.sampled_from(["https://files.example/a?b=1&c", "http://b.example/"]), min_size=1).map(
            tuple
        ),
        is_of_listed_offence=st.just(True),
        is_in_good_faith=st.just(True),
        submitter=st.none() | st.just(NOTICE.submitter),
    )
)
def test_what_is_written_reads_back_as_it_was(notice):
    assert dsa_notice.read(dsa_notice.write(notice)) == notice


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_read_all_four_elements_and_no_link(language):
    said = dsa_notice.text(NOTICE, language)
    assert "hxxps://files[.]example/a" in said
    assert "https:" not in said
    assert NOTICE.reasons in said
    assert "desk@hotline.example" in said
    assert [f"{letter})" in said for letter in "abcd"] == [True] * 4


def test_machines_read_the_exact_address():
    assert json.loads(dsa_notice.write(NOTICE))["addresses"] == ["https://files.example/a"]


def test_who_submits_may_be_left_out_for_the_listed_offences_alone():
    anonymous = replace(NOTICE, submitter=None, is_of_listed_offence=True)
    assert "2011/93" in dsa_notice.text(anonymous)
    with pytest.raises(FormatError, match="who submits it"):
        replace(NOTICE, submitter=None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reasons": " "}, "why the content is illegal"),
        ({"reasons": "x" * 5001}, "more than 5000"),
        ({"reasons": "See https://files.example/a"}, "belongs to the addresses"),
        ({"identifying": "data:image/png;base64,AAAA"}, "belongs to the addresses"),
        ({"addresses": ()}, "one address at least"),
        ({"addresses": ("files.example/a",)}, "http"),
        ({"is_in_good_faith": False}, "good faith"),
        ({"submitter": Submitter("", "desk@hotline.example")}, "a name and an address"),
        ({"submitter": Submitter("A hotline", "desk")}, "a name and an address"),
        ({"submitter": Submitter("A\nB", "desk@hotline.example")}, "a name and an address"),
    ],
)
def test_a_notice_that_lacks_an_element_is_none(change, said):
    with pytest.raises(FormatError, match=said):
        replace(NOTICE, **change)


@pytest.mark.parametrize(
    "document", [b"", b"[]", b"{}", b"[" * 100_000, dsa_notice.write(NOTICE).replace(b"/1", b"/9", 1)]
)
def test_a_document_that_is_no_notice_is_refused(document):
    with pytest.raises(FormatError):
        dsa_notice.read(document)


@given(st.fixed_dictionaries({"format": st.just(dsa_notice.FORMAT)}, optional={name: st.none() | st.booleans() | st.text(max_size=5) | st.lists(st.integers(), max_size=2) for name in ("reasons", "addresses", "submitter", "is_in_good_faith", "identifying")}))  # fmt: skip
def test_whatever_stands_there_it_is_read_or_refused(said):
    with suppress(FormatError):
        dsa_notice.read(json.dumps(said).encode())
