"""Reports on their way, people on no list, counts taken apart: known answers and refusals."""

from __future__ import annotations

import math
from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import published, simulated
from tutela.engine.assessment import poisson
from tutela.engine.assessment.detection import Adjustment, Reports, adjusted, taken_apart
from tutela.engine.assessment.nowcast import nowcast
from tutela.engine.assessment.populations import Overlaps, estimate
from tutela.engine.assessment.refusals import NotEstimableError, SeriesError, TooLittleDataError

#### Nowcast ####


def chain_ladder(triangle):
    """The insurers' rule by hand: each delay grows by the ratio of the column sums."""
    cumulative = [np.cumsum([cell for cell in row if cell is not None]) for row in triangle]
    totals = [row[-1] for row in cumulative]
    for delay in range(1, len(triangle[0])):
        long = [row for row in cumulative if len(row) > delay]
        ratio = sum(row[delay] for row in long) / sum(row[delay - 1] for row in long)
        totals = [total * (ratio if len(row) <= delay else 1) for total, row in zip(totals, cumulative, strict=True)]
    return totals


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_the_totals_are_those_of_the_chain_ladder(seed):
    seen, _ = simulated.triangle(np.random.default_rng(seed), periods=14, delays=6)
    assert [each.total.value for each in nowcast(seen, unit="reports")] == pytest.approx(chain_ladder(seen), rel=1e-5)


def test_a_complete_period_has_no_doubt_and_the_latest_has_most():
    seen, _ = simulated.triangle(np.random.default_rng(1))
    found = nowcast(seen, unit="reports")
    assert found[0].total.low == found[0].total.high == found[0].reported
    doubts = [each.total.standard_error for each in found[-11:]]
    assert doubts[-1] == max(doubts)
    assert all(each.total.low >= each.reported for each in found)


def test_a_period_with_nothing_yet_is_not_completed():
    seen, _ = simulated.triangle(np.random.default_rng(1))
    seen[-1][0] = 0.0
    assert nowcast(seen, unit="reports")[-1].total is None


@pytest.mark.parametrize(
    "triangle",
    [
        pytest.param((), id="nothing"),
        pytest.param(((),), id="no delays"),
        pytest.param(((1, 2), (1,)), id="ragged"),
        pytest.param(((1, 2), (-1, None)), id="below zero"),
        pytest.param(((1, float("nan")), (1, None)), id="not a number"),
        pytest.param(((1, 2), (None, 1)), id="a hole"),
        pytest.param(((1, None), (1, 2)), id="the later one is longer known"),
        pytest.param(((None, None), (None, None)), id="nothing known"),
        pytest.param([[1.0] * 121] * 130, id="too many delays"),
    ],
)
def test_what_is_no_triangle_is_refused(triangle):
    with pytest.raises(SeriesError):
        nowcast(triangle, unit="reports")


@pytest.mark.parametrize("triangle", [((5, None, None),), ((0, 0), (0, None)), ((3, 2, 1), (3, 2, None))])
def test_too_few_periods_are_not_completed(triangle):
    with pytest.raises(TooLittleDataError):
        nowcast(triangle, unit="reports")


#### People on no list ####


def lists(people, chances, seed=1):
    """Independent lists of so many people."""
    on = np.random.default_rng(seed).random((people, len(chances))) < chances
    names = "ABCDE"[: len(chances)]
    every = chain.from_iterable(combinations(names, size) for size in range(1, len(names) + 1))
    return Overlaps(
        tuple(names),
        {frozenset(which): int((on == [name in which for name in names]).all(axis=1).sum()) for which in every},
    )


def test_the_published_people_of_the_united_kingdom_come_out():
    """11,304 is published, 10 to 13 thousand said officially; choosing the model again shows how little that is sure."""
    found = estimate(published.people(), seed=1, resamples=60)
    assert found.known == 2_744
    assert found.selected.total.value == pytest.approx(11_313, abs=1)
    assert (found.selected.total.low, found.selected.total.high) == pytest.approx((9_884, 13_027), abs=2)
    assert found.no_overlap == (("LA", "GP"),)
    assert len(found.as_good) == 5
    assert found.as_good[0].worse_by == 0
    assert found.fragility > 3
    assert found.redrawn_high > 20_000


def test_independent_lists_give_the_number_of_people():
    found = estimate(lists(5_000, (0.3, 0.25, 0.2)), seed=1, resamples=100)
    assert found.redrawn_low < 5_000 < found.redrawn_high
    assert found.selected.total.value == pytest.approx(5_000, rel=0.1)


def test_two_lists_of_three_people_make_the_textbook_answer():
    """With independence, expected counts of 1,000 people on lists with chances of a half."""
    counts = {frozenset(which): 125 for which in ("A", "B", "C", "AB", "AC", "BC", "ABC")}
    found = estimate(Overlaps(("A", "B", "C"), counts), seed=1, resamples=20)
    assert found.selected.dependences == ()
    assert found.selected.total.value == pytest.approx(1_000)


def test_lists_that_never_overlap_say_nothing():
    with pytest.raises(TooLittleDataError):
        estimate(Overlaps(("A", "B", "C"), {frozenset(each): 50 for each in "ABC"}), seed=1)


@pytest.mark.parametrize(
    ("names", "people"),
    [
        (("A", "B"), {}),
        (("A", "B", "C", "D", "E", "F"), {}),
        (("A", "A", "B"), {}),
        (("A", "B", "C"), {frozenset("AX"): 1}),
        (("A", "B", "C"), {frozenset(): 1}),
        (("A", "B", "C"), {frozenset("A"): -1}),
    ],
    ids=["two lists", "six lists", "doubled", "unknown list", "on none", "below zero"],
)
def test_overlaps_that_cannot_be_are_refused(names, people):
    with pytest.raises(SeriesError):
        Overlaps(names, people)


def test_a_model_without_an_estimate_is_counted_and_not_used():
    """Table 2 of Chan, Silverman and Vincent (2021) in its pattern: some pairs meet only in nobody."""
    people = {frozenset("A"): 30, frozenset("B"): 25, frozenset("C"): 40, frozenset("AC"): 12, frozenset("BC"): 0}
    people |= {frozenset("AB"): 6}
    found = estimate(Overlaps(("A", "B", "C"), people), seed=1, resamples=20)
    assert found.no_overlap == (("B", "C"),)
    assert found.models_without_estimate > 0
    assert all(math.isfinite(each.total.value) for each in found.as_good)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 500), min_size=7, max_size=7), st.integers(0, 100))
def test_whatever_the_counts_there_is_a_finite_number_or_a_refusal(counts, seed):
    every = ("A", "B", "C", "AB", "AC", "BC", "ABC")
    overlaps = Overlaps(("A", "B", "C"), {frozenset(w): c for w, c in zip(every, counts, strict=True)})
    try:
        found = estimate(overlaps, seed=seed, resamples=10)
    except (TooLittleDataError, NotEstimableError):
        return
    assert found.selected.total.value >= found.known
    assert math.isfinite(found.selected.total.high)


#### Poisson models ####


def test_a_stack_of_models_is_each_by_itself():
    random = np.random.default_rng(4)
    design = np.column_stack([np.ones(20), random.normal(size=(20, 2))])
    counts = random.poisson(np.exp(design @ [2, 0.3, -0.2]), (3, 20)).astype(float)
    masks = np.array([[True, True, True], [True, False, True], [True, False, False]])
    together = poisson.fit(counts, design, masks)
    for row in range(3):
        alone = poisson.fit(counts[[row]], design[:, masks[row]], np.ones((1, int(masks[row].sum())), dtype=bool))
        assert together.coefficients[row, masks[row]] == pytest.approx(alone.coefficients[0], abs=1e-6)
        assert together.log_likelihoods[row] == pytest.approx(alone.log_likelihoods[0])
        assert (together.coefficients[row, ~masks[row]] == 0).all()


#### Counts taken apart ####


def factor(name="bundling", low=1.0, central=1.5, high=2.0):
    return Adjustment(name, low, central, high, "one report stood for several", "a made-up source")


def test_the_growth_of_cybertipline_reports_is_mostly_not_that_of_users():
    parts = taken_apart(Reports(1_106_071, "reports"), Reports(10_214_753, "reports"), exposed_growth=1.5)
    assert (round(parts.growth, 2), round(parts.per_exposed, 2)) == (9.24, 6.16)
    assert "not the growth of abuse" in parts.note


def test_an_adjustment_is_a_range_that_names_every_assumption():
    found = adjusted(Reports(100, "reports"), [factor(), factor("resends", 0.5, 0.8, 0.9)])
    assert (found.low, found.central, found.high) == pytest.approx((50, 120, 180))
    assert [each.name for each in found.adjustments] == ["bundling", "resends"]
    assert "not a level of abuse" in found.note


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: Reports(-1, "reports"),
        lambda: Reports(math.nan, "reports"),
        lambda: Reports(1, ""),
        lambda: factor(low=0),
        lambda: factor(low=2, central=1),
        lambda: factor(high=math.inf),
        lambda: Adjustment("bundling", 1, 1, 1, "", "source"),
        lambda: Adjustment("bundling", 1, 1, 1, "assumption", ""),
        lambda: adjusted(Reports(1, "reports"), []),
        lambda: adjusted(Reports(1, "reports"), [factor(), factor()]),
        lambda: taken_apart(Reports(1, "reports"), Reports(2, "people"), exposed_growth=1),
        lambda: taken_apart(Reports(0, "reports"), Reports(2, "reports"), exposed_growth=1),
        lambda: taken_apart(Reports(1, "reports"), Reports(2, "reports"), exposed_growth=0),
    ],
)
def test_an_adjustment_without_reason_or_range_is_refused(attempt):
    with pytest.raises(SeriesError):
        attempt()
