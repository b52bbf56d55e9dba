"""Answers of the CyberTipline: what is written reads back, codes of tomorrow are kept, what is none is refused."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.checks.terminology import ROOT
from tutela.domain.errors import FormatError
from tutela.engine.formats import cybertip_answer
from tutela.engine.formats.cybertip_answer import Answer, Code, Kind, kind_of

FILE_ID = st.text("0123456789abcdef", min_size=32, max_size=32)


def response(inside, root="reportResponse"):
    return f"<?xml version='1.0' encoding='UTF-8'?><{root}>{inside}</{root}>".encode()


@given(
    st.builds(
        Answer,
        st.integers(0, 9999),
        st.sampled_from(["", "Success", "a < b & c"]),
        report_id=st.just("") | st.integers(1, 10**12).map(str),
        file_id=st.just("") | FILE_ID,
        file_hash=st.just("") | FILE_ID,
        file_ids=st.lists(FILE_ID, max_size=3).map(tuple),
        is_receipt=st.booleans(),
    )
)
def test_what_is_written_reads_back_as_it_was(answer):
    assert cybertip_answer.read(cybertip_answer.write(answer)) == answer


def test_the_answers_of_the_published_page_read_as_they_say():
    given = response("<responseCode>0</responseCode><responseDescription>Success</responseDescription><reportId>4564654</reportId><fileId>b0754af766b426f2928a02c651ed4b99</fileId><hash>FAFA5efeaf3cbe3b23b2748d13e629a1</hash>")  # fmt: skip
    answer = cybertip_answer.read(given)
    assert (answer.kind, answer.report_id, answer.is_receipt) == (Kind.DONE, "4564654", False)
    assert (answer.file_id, answer.file_hash) == (
        "b0754af766b426f2928a02c651ed4b99",
        "fafa5efeaf3cbe3b23b2748d13e629a1",
    )
    receipt = cybertip_answer.read(
        response(
            "<responseCode>0</responseCode><reportId>1</reportId><files><fileId>a</fileId><fileId>b</fileId></files>",
            "reportDoneResponse",
        )
    )
    assert (receipt.file_ids, receipt.is_receipt) == (("a", "b"), True)


def test_every_published_code_means_something_and_no_two_of_them_the_unknown():
    assert [code for code in Code if kind_of(code) is Kind.UNKNOWN] == []


def test_the_guide_says_what_every_code_means():
    guide = (ROOT / "docs/guide/wires.md").read_text("utf-8")
    rows = [line.split("|")[1:3] for line in guide.splitlines() if line.startswith("| `")]
    told = {int(code): kind for kinds, codes in rows for code in re.findall(r"\b\d{1,4}\b", codes) for kind in [kinds]}
    assert {code: f"`{kind_of(code)}`" in told.get(code, "") for code in Code} == dict.fromkeys(Code, True)


def test_a_code_of_tomorrow_is_kept_and_left_to_a_person():
    answer = cybertip_answer.read(response("<responseCode>7777</responseCode>"))
    assert (answer.code, answer.kind) == (7777, Kind.UNKNOWN)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"", "malformed"),
        (b"<html><body>Bad gateway</body></html>", "neither"),
        (response(""), "no response code"),
        (response("<responseCode>-1</responseCode>"), "no response code"),
        (response("<responseCode>\N{ARABIC-INDIC DIGIT ONE}</responseCode>"), "no response code"),
        (response("<responseCode>0</responseCode><responseCode>1</responseCode>"), "more than once"),
        (response("<responseCode>0</responseCode><reportId>1 or 2</reportId>"), "reportId"),
        (response("<responseCode>0</responseCode><fileId>a b</fileId>"), "fileId"),
        (response("<responseCode>0</responseCode>").replace(b"<report", b"<!DOCTYPE a><report", 1), "document type"),
    ],
)
def test_an_answer_that_is_none_is_refused_with_a_sentence(document, said):
    with pytest.raises(FormatError, match=said):
        cybertip_answer.read(document)


@given(st.binary(max_size=200))
def test_whatever_the_bytes_they_are_read_or_refused(document):
    with suppress(FormatError):
        cybertip_answer.read(document)
