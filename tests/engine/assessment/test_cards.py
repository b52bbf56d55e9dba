"""Cards of evidence come in whole or not at all; how sure they are is computed, never written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tutela.domain.terms import find_avoided, vocabulary
from tutela.engine.assessment import cards, registry
from tutela.engine.assessment.cards import Card, Design
from tutela.engine.assessment.certainty import Certainty

CATALOGUE = registry.load().catalogue
HEAD = ",".join(cards.COLUMNS)
GOOD = "notices-one,Notices,one country,synthetic control,arachnid-notices,5,1,9,gta2018,small|alone,hosts differ"


def card(**changed) -> Card:
    plain = {
        "id": "c1",
        "intervention": "notices",
        "setting": "one country",
        "design": Design.SYNTHETIC_CONTROL,
        "outcome": "arachnid-notices",
        "effect": 5.0,
        "low": 1.0,
        "high": 9.0,
        "source": "gta2018",
    }
    return Card(**(plain | changed))


def test_certainty_never_exceeds_what_the_design_carries():
    assert card(design=Design.RANDOMISED).certainty is Certainty.HIGH
    assert card().certainty is Certainty.MODERATE
    assert card(design=Design.BEFORE_AFTER).certainty is Certainty.LOW
    assert card(design=Design.DESCRIPTIVE).certainty is Certainty.VERY_LOW


def test_each_doubt_takes_a_level_and_none_goes_below_the_last():
    assert card(design=Design.RANDOMISED, doubts=("small",)).certainty is Certainty.MODERATE
    assert card(design=Design.RANDOMISED, low=None, high=None).certainty is Certainty.MODERATE
    assert card(doubts=("a", "b", "c", "d")).certainty is Certainty.VERY_LOW


@pytest.mark.parametrize("changed", [{"source": " "}, {"low": None}, {"effect": 10.0}])
def test_a_card_that_does_not_hold_together_is_refused(changed):
    with pytest.raises(ValueError):  # noqa: PT011  - each of them says something else
        card(**changed)


def test_what_is_not_known_is_listed_by_intervention():
    made = [
        card(),
        card(id="c2", intervention="posters", doubts=("small",)),
        card(id="c3", intervention="x", outcome="y"),
    ]
    found = cards.gaps(made, registry.load().catalogue, ["notices", "posters", "x", "helplines"])
    assert set(found) == {"posters", "x", "helplines"}
    assert found["helplines"] == "nobody has studied it"


def read(*lines, known=()):
    return cards.read({"evidence.csv": "\n".join([HEAD, *lines]).encode()}, CATALOGUE, known)


def test_what_is_written_is_read_again():
    made = [card(), card(id="c2", effect=None, low=None, high=None, doubts=("a", "b"), transfer="to nowhere")]
    assert cards.read({cards.TABLE: cards.write(reversed(made))}, CATALOGUE).cards == tuple(made)


def test_a_line_is_a_card_with_its_doubts_and_what_carries_over():
    (found,) = read(GOOD).cards
    assert (found.doubts, found.transfer, found.certainty) == (("small", "alone"), "hosts differ", Certainty.VERY_LOW)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (GOOD.replace("gta2018", ""), "unsourced"),
        (GOOD.replace("gta2018", "hearsay"), "unknown"),
        (GOOD.replace("synthetic control", "a hunch"), "unknown"),
        (GOOD.replace("notices-one", "../Notices"), "malformed"),
        (GOOD.replace("notices-one", ""), "malformed"),
        (GOOD.replace("one country", ""), "malformed"),
        (GOOD.replace(",5,1,9,", ",five,1,9,"), "malformed"),
        (GOOD.replace("Notices", "=Notices"), "malformed"),
        (GOOD.replace(",5,1,9,", ",,1,9,"), "contradictory"),
        (GOOD.replace(",5,1,9,", ",10,1,9,"), "contradictory"),
        (GOOD.replace(",5,1,9,", ",5,1,,"), "contradictory"),
        (GOOD, "duplicate"),
        (GOOD.replace(",5,1,9,", ",6,1,9,"), "contradictory"),
    ],
)
def test_one_bad_line_refuses_all_of_them_and_says_why(line, reason):
    found = read(GOOD, line)
    assert found.cards == ()
    assert [(each.line, each.reason.value) for each in found.refused] == [(3, reason)]


def test_a_card_with_a_word_to_be_avoided_is_refused_with_what_to_say_instead():
    avoided = next(each for each in vocabulary() if any(find_avoided(each.term)))
    (refused,) = read(GOOD.replace("Notices", avoided.term)).refused
    assert avoided.prefer in refused.words
    assert avoided.term not in refused.words.replace(avoided.prefer, "")


def test_what_is_there_already_is_not_taken_twice_nor_rewritten():
    (known,) = read(GOOD).cards
    assert [each.reason.value for each in read(GOOD, known=[known]).refused] == ["duplicate"]
    other = GOOD.replace("one country", "another")
    assert [each.reason.value for each in read(other, known=[known]).refused] == ["contradictory"]


def test_cards_are_found_by_their_words_and_design_and_stand_by_name():
    made = [card(id="b", intervention="posters", outcome="x"), card(id="a"), card(id="c", design=Design.RANDOMISED)]
    assert [each.id for each in cards.find(made, "")] == ["a", "c", "b"]
    assert [each.id for each in cards.find(made, "NOTICES country")] == ["a", "c"]
    assert [each.id for each in cards.find(made, "", design=Design.RANDOMISED)] == ["c"]
    assert cards.find(made, "nothing like it") == []


def test_a_registry_is_frozen_with_its_cards_and_without_any_has_the_digest_it_had():
    bare = registry.load()
    full = replace(bare, cards=(card(),))
    assert cards.TABLE not in registry.tables(bare)
    assert registry.of_tables(registry.tables(full), registry._SEED_DAY).cards == full.cards
    assert full.digest != bare.digest
    assert "evidence" in registry.package(full, "x")["datapackage.json"].decode()
