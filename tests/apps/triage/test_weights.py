"""Scores that explain themselves: nobody buys rank, nobody outranks a child in danger, and less said is never more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.apps.triage.labels import name_of, sentence_of
from tutela.apps.triage.rules import REPEATED_MAX, Claims, Code, Facts, Part, Signal, read, signals
from tutela.apps.triage.weights import DANGER_POINTS, DEFAULT, POINTS_MAX, TUNABLE, Weights, WeightsError, prioritise
from tutela.domain.reports import Account, AgeBand, Fact, Incident, IpCapture, Reported

CLAIMS = st.builds(
    Claims,
    reports=st.integers(1, 10_000),
    pages=st.integers(0, 50),
    accounts=st.integers(0, 50),
    ip_captures=st.integers(0, 50),
    facts=st.frozensets(st.sampled_from(Fact)),
    incidents=st.frozensets(st.sampled_from(Incident)),
    age_bands=st.frozensets(st.sampled_from(AgeBand)),
    jurisdictions=st.frozensets(st.sampled_from(["nl", "de", "ca"])),
)
WEIGHTS = st.builds(
    lambda points: Weights(1, dict(zip(TUNABLE, points, strict=True))),
    st.lists(st.integers(0, POINTS_MAX), min_size=len(TUNABLE), max_size=len(TUNABLE)),
)
REPORTED = st.builds(
    Reported,
    facts=st.frozensets(st.sampled_from(sorted(set(Fact) - {Fact.NEW_MATERIAL}))),
    incident=st.sampled_from(Incident),
    age_band=st.sampled_from([AgeBand.UNKNOWN]),
    accounts=st.sampled_from([(), (Account("chat", "a"),)]),
    ip_captures=st.sampled_from([(), (IpCapture("192.0.2.1"),)]),
)


def score(claims, weights=DEFAULT, **known):
    return prioritise(signals(Facts(claims, **known)), weights).score


def test_no_weights_lift_anything_above_a_child_in_danger_now():
    everything = [Signal(code, REPEATED_MAX) for code in TUNABLE]
    heaviest = Weights(1, dict.fromkeys(TUNABLE, POINTS_MAX))
    assert heaviest.score(everything) < DANGER_POINTS == DEFAULT.of(Signal(Code.CHILD_IN_DANGER))


@given(CLAIMS, CLAIMS, WEIGHTS)
def test_danger_comes_first_whatever_the_weights(one, other, weights):
    facts = one.facts - {Fact.DANGER_NOW}
    calm = Claims(one.reports, one.pages, one.accounts, one.ip_captures, facts, one.incidents, one.age_bands)
    assert score(other.in_danger(), weights) > score(calm, weights)


@given(CLAIMS, REPORTED, WEIGHTS)
def test_a_report_more_never_pushes_a_case_down(claims, reported, weights):
    assert score(claims.joined(reported, pages=0), weights) >= score(claims, weights)


@given(CLAIMS, WEIGHTS)
def test_a_reporter_cannot_buy_rank_by_volume(claims, weights):
    louder = claims
    for _ in range(50):
        louder = louder.joined(Reported(), pages=0)
    gained = score(louder, weights) - score(claims, weights)
    assert gained <= REPEATED_MAX * weights.points[Code.SEVERAL_REPORTS]


def test_what_a_list_knows_is_not_new_whoever_claims_it():
    claims = Claims(reports=1, facts=frozenset({Fact.NEW_MATERIAL}))
    assert [each.code for each in signals(Facts(claims, lists_asked=True))] == [Code.NEW, Code.UNIDENTIFIED]
    assert [each.code for each in signals(Facts(claims, exact_lists=1, lists_asked=True))] == [Code.KNOWN]


def test_only_the_youngest_counts():
    bands = frozenset({AgeBand.PUBESCENT, AgeBand.INFANT})
    assert [each.code for each in signals(Facts(Claims(age_bands=bands)))] == [Code.AGE_YOUNGEST]


@given(CLAIMS, st.integers(0, 9), st.integers(0, 9), st.booleans())
def test_what_is_kept_of_signals_weighs_the_same(claims, lists, near, asked):
    found = signals(Facts(claims, lists, near, asked))
    kept = read(" ".join(map(str, found)))
    assert DEFAULT.score(kept) == prioritise(found, DEFAULT).score


@given(CLAIMS, WEIGHTS)
def test_the_parts_and_the_reasons_add_up_to_the_score(claims, weights):
    priority = prioritise(signals(Facts(claims)), weights)
    assert priority.score == priority.harm + priority.actionability == sum(each.points for each in priority.reasons)


@pytest.mark.parametrize("points", [-1, POINTS_MAX + 1])
def test_points_beyond_their_bounds_are_refused(points):
    with pytest.raises(WeightsError, match="between"):
        Weights(1, {**DEFAULT.points, Code.LIVE: points})


def test_danger_has_no_points_that_anybody_could_choose():
    with pytest.raises(WeightsError, match="always the same"):
        Weights(1, {**DEFAULT.points, Code.CHILD_IN_DANGER: 0})
    assert Weights.read(1, {"child-in-danger": 0, "live": 3}).points == {**DEFAULT.points, Code.LIVE: 3}


@pytest.mark.parametrize("code", Code)
def test_every_reason_has_its_sentence_and_its_part(code):
    assert sentence_of(code, 4)
    assert name_of(code)
    assert code.part in Part
