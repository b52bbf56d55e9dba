"""Who can act, lied about: answers about others, contacts that are none, documents made to exhaust."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.engine.responsible import (
    Confidence,
    Party,
    Source,
    Unfit,
    UntrueError,
    in_order,
    read_mailbox,
    read_name,
    read_network,
    read_security_txt,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def entity(*roles: str, email: str = "abuse@host.example", **more: object) -> dict[str, object]:
    card = ["vcard", [["fn", {}, "text", "Desk"], ["email", {}, "text", email]]]
    return {"roles": list(roles), "vcardArray": card, **more}


def network(**more: object) -> str:
    about = {"objectClassName": "ip network", "startAddress": "192.0.2.0", "endAddress": "192.0.2.255"}
    return json.dumps({**about, "name": "NET", "entities": [entity("abuse")], **more})


def test_the_contact_for_abuse_is_found_however_it_is_nested():
    inner = entity("abuse", email="deep@host.example")
    outer = entity("registrant", email="owner@host.example", entities=[inner])
    found = read_network(network(entities=[outer]), "192.0.2.9")
    assert (found.abuse, found.others) == (("deep@host.example",), ("owner@host.example",))


@pytest.mark.parametrize(
    "poisoned",
    [
        "",
        "[]",
        "null",
        "[" * 100_000,
        '{"objectClassName": "domain"}',
        network(startAddress="198.51.100.0", endAddress="198.51.100.255"),
        network(startAddress="192.0.2.10", endAddress="192.0.2.255"),
        network(startAddress="2001:db8::", endAddress="2001:db8::ffff"),
        network(startAddress="here"),
        network(startAddress=None),
        network(startAddress=["192.0.2.0"]),
    ],
)
def test_an_answer_about_something_else_is_untrue(poisoned):
    with pytest.raises(UntrueError):
        read_network(poisoned, "192.0.2.9")


def test_a_name_is_the_one_that_was_asked_and_its_registrar_answers():
    about = {
        "objectClassName": "domain",
        "ldhName": "FILES.example",
        "entities": [entity("registrar", entities=[entity("abuse", email="r@registrar.example")])],
    }
    assert read_name(json.dumps(about), "files.example").abuse == ("r@registrar.example",)
    for spoilt in ({"ldhName": "other.example"}, {"entities": [entity("registrant")]}, {"ldhName": None}):
        with pytest.raises(UntrueError):
            read_name(json.dumps({**about, **spoilt}), "files.example")


def test_documents_made_to_exhaust_give_a_bounded_number_of_contacts():
    wide = network(entities=[entity("abuse", email=f"a{number}@host.example") for number in range(5000)])
    assert len(read_network(wide, "192.0.2.9").abuse) == 100
    deep: dict[str, object] = entity("abuse", email="bottom@host.example")
    for _ in range(50):
        deep = {"roles": [], "entities": [deep]}
    assert read_network(network(entities=[deep]), "192.0.2.9").abuse == ()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda each: (
            st.lists(each)
            | st.dictionaries(st.sampled_from(["entities", "roles", "vcardArray", "name", "country", "x"]), each)
        ),
        max_leaves=20,
    )
)
def test_no_shape_of_an_answer_breaks_the_reading(shape):
    more = shape if isinstance(shape, dict) else {"entities": shape}
    found = read_network(network(**more), "192.0.2.9")
    assert all(isinstance(each, str) for each in (*found.abuse, *found.others, found.name, found.country))
    assert found.name.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "", "abuse", "abuse@", "@host.example", "abuse@host", "a b@host.example", "abuse@host.example, x@y.example",
        "Desk <abuse@host.example>", '"abuse"@host.example', "abuse@[192.0.2.1]", "abuse@192.0.2.1",
        "abuse@host.example\r\nBcc: x@y.example", "abuse@host.example\0", "abuse@-host.example", "abuse@host..example",
        "abüse@host.example", "abuse@hóst.example", "a" * 65 + "@host.example", "abuse@" + "a." * 130 + "example",
        "abuse@host.example%0aBcc:x@y.example ", "mailto:abuse@host.example", ".abuse@host.example",
    ],
)  # fmt: skip
def test_what_is_no_plain_mailbox_gets_nothing(text):
    assert read_mailbox(text, ours="desk.example", site="files.example") is Unfit.NO_MAILBOX


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("abuse@desk.example", Unfit.OURS),
        ("abuse@mail.desk.example", Unfit.OURS),
        ("admin@files.example", Unfit.OF_THE_SITE),
        ("admin@mail.www.files.example", Unfit.OF_THE_SITE),
        ("abuse@router.local", Unfit.INSIDE),
        ("abuse@a.localhost", Unfit.INSIDE),
    ],
)
def test_neither_we_nor_the_site_nor_what_is_inside_is_told(text, why):
    assert read_mailbox(text, ours="desk.example", site="www.files.example") is why


@given(st.text(max_size=80))
def test_whatever_passes_can_stand_in_a_header(text):
    read = read_mailbox(text, ours="desk.example", site="files.example")
    if not isinstance(read, Unfit):
        assert read.isascii()
        assert read.isprintable()
        assert read.count("@") == 1
        assert not set(read) & set(' ,;<>"()[]:\\')


@pytest.mark.parametrize(
    "expires", ["", "Expires: yesterday", "Expires: 2026-01-01T00:00:00Z", "Expires: 2027-01-01T00:00:00"]
)
def test_a_security_txt_that_is_out_of_date_or_says_not_when_is_not_believed(expires):
    assert read_security_txt(f"Contact: mailto:s@host.example\n{expires}\n", NOON) == ()


def test_a_security_txt_gives_few_ways_and_only_safe_ones():
    lines = "".join(f"Contact: mailto:s{number}@host.example\n" for number in range(50))
    text = "Contact: http://host.example/\nContact: tel:+1\nContact: javascript:alert(1)\n" + lines
    found = read_security_txt(text + "Expires: 2027-01-01T00:00:00Z", NOON)
    assert found == tuple(f"s{number}@host.example" for number in range(5))


def test_who_is_told_first_is_who_we_are_surest_of_and_nobody_twice():
    same = [
        Party("host", "x", "a@host.example", source, sure)
        for source, sure in ((Source.SECURITY_TXT, Confidence.LOW), (Source.RDAP, Confidence.MEDIUM))
    ]
    other = Party("host", "y", "b@host.example", Source.TABLE, Confidence.HIGH)
    assert [(each.reach, each.source) for each in in_order([*same, other])] == [
        ("b@host.example", Source.TABLE),
        ("a@host.example", Source.RDAP),
    ]
