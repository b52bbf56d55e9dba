"""What a scale must not say: more than was observed, another scale's words, a class without a source."""

from __future__ import annotations

from itertools import product

import pytest

from tutela.engine.classing import SchemeError, derive, read, scheme, schemes, vocabulary

KINDS = list(vocabulary())
WHOLE = [dict(zip(KINDS, values, strict=True)) for values in product(*vocabulary().values())]
PARTS = [
    {kind: value for kind, value in zip(KINDS, values, strict=True) if value}
    for values in product(*(["", *values] for values in vocabulary().values()))
]
DERIVED = [each for each in schemes() if not each.is_asked]


@pytest.mark.parametrize("of", DERIVED, ids=lambda of: of.name)
def test_what_follows_from_a_part_follows_from_whatever_else_is_observed(of):
    for part in PARTS:
        found = derive(of, part)
        if not found.code:
            continue
        for whole in WHOLE:
            more = derive(of, whole)
            if part.items() <= whole.items() and not more.not_said:
                assert more.code == found.code


@pytest.mark.parametrize("of", DERIVED, ids=lambda of: of.name)
def test_what_may_be_is_all_that_may_be(of):
    for part in PARTS:
        found = derive(of, part)
        if found.not_said:
            continue
        reached = {derive(of, whole).code for whole in WHOLE if part.items() <= whole.items()} - {""}
        assert reached <= set(found.possible)
        assert reached or not found.possible or found.missing == ()


@pytest.mark.parametrize("of", DERIVED, ids=lambda of: of.name)
def test_every_class_can_be_reached_and_every_observation_is_answered(of):
    answers = [derive(of, whole) for whole in WHOLE]
    assert {found.code for found in answers} - {""} == {each.code for each in of.classes}
    assert all(found.missing == () for found in answers)


@pytest.mark.parametrize("of", DERIVED, ids=lambda of: of.name)
def test_where_no_child_is_seen_no_class_follows(of):
    assert {derive(of, whole).code for whole in WHOLE if whole["age"] == "no-child"} == {""}


@pytest.mark.parametrize(
    ("name", "values", "code"),
    [
        ("industry", {"age": "infant", "act": "penetrative"}, "A1"),
        ("industry", {"age": "prepubescent", "act": "exhibition"}, "A2"),
        ("industry", {"age": "pubescent", "act": "non-penetrative"}, "B1"),
        ("industry", {"age": "pubescent", "act": "exhibition"}, "B2"),
        ("uk", {"age": "infant", "act": "sadism"}, "A"),
        ("uk", {"age": "pubescent", "act": "with-animal"}, "A"),
        ("uk", {"age": "toddler", "act": "non-penetrative"}, "B"),
        ("uk", {"age": "prepubescent", "act": "other-indecent"}, "C"),
    ],
)
def test_known_answers(name, values, code):
    assert derive(scheme(name), values).code == code


def test_where_the_source_is_silent_nothing_is_guessed():
    found = derive(scheme("industry"), {"age": "pubescent", "act": "sadism"})
    assert (found.code, found.possible, found.not_said) == ("", (), ("act",))


def test_what_a_place_forbids_is_asked_of_a_person():
    found = derive(scheme("inhope"), WHOLE[0])
    assert (found.code, found.possible) == ("", ("baseline", "nationally-illegal", "not-illegal"))


def test_an_unknown_scheme_names_those_that_there_are():
    with pytest.raises(SchemeError) as refused:
        scheme("unknown")
    assert "uk" in refused.value.hint


GOOD = 'title = "T"\nsource = "S"\n[[classes]]\ncode = "1"\nlabel = "one"\nwhen = { act = ["none"] }\n'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (GOOD.replace('"S"', '""'), "names no source"),
        (GOOD.replace('source = "S"\n', ""), "source"),
        (GOOD.replace('"none"', '"unheard-of"'), "nobody can observe"),
        (GOOD.replace("act =", "colour ="), "nobody can observe"),
        (GOOD.replace('when = { act = ["none"] }', ""), "asks for nothing"),
        (GOOD + GOOD.split("\n", 2)[2], "twice"),
        (GOOD.replace('{ act = ["none"] }', '"act"'), "cannot be read"),
        ("[[", "cannot be read"),
    ],
)
def test_a_scheme_that_cannot_be_used_is_refused_with_the_reason(text, why):
    assert read("own", GOOD).classes[0].code == "1"
    with pytest.raises(SchemeError, match=why):
        read("own", text)
