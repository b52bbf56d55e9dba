from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from tutela.engine.assessment import emerging
from tutela.engine.assessment.emerging import Confidence, Likelihood, Outcome, Side, Statement, Verdict
from tutela.engine.assessment.indicators import Lens

SAID = Statement(
    "s1",
    date(2026, 1, 1),
    Lens.TECHNOLOGY,
    "Live video grows faster than other traffic",
    Side.BOTH,
    Likelihood.LIKELY,
    Confidence.LOW,
    "an edition",
    due=date(2026, 6, 1),
)


def test_the_ranges_of_the_words_leave_nothing_out_and_do_not_overlap():
    assert (Likelihood.REMOTE.value[1], Likelihood.NEARLY_CERTAIN.value[2]) == (0, 100)
    assert all(one.value[2] == next_.value[1] for one, next_ in pairwise(Likelihood))


@pytest.mark.parametrize("changed", [{"words": ""}, {"source": " "}, {"due": date(2025, 1, 1)}])
def test_a_statement_without_words_source_or_sense_of_time_is_refused(changed):
    with pytest.raises(ValueError):  # noqa: PT011  - each of them says something else
        replace(SAID, **changed)


def test_a_later_statement_takes_the_place_of_the_one_it_names():
    later = replace(SAID, id="s2", day=date(2026, 2, 1), replaces="s1")
    assert emerging.current([SAID, later]) == (later,)


def test_a_prediction_that_nobody_answered_is_listed_from_its_day_on():
    assert emerging.unanswered([SAID], [], date(2026, 5, 31)) == ()
    assert emerging.unanswered([SAID], [], date(2026, 6, 1)) == (SAID,)
    answered = Verdict("s1", Outcome.CAME, date(2026, 6, 2), "traffic report")
    assert emerging.unanswered([SAID], [answered], date(2026, 7, 1)) == ()


def test_words_are_held_to_what_came_and_what_cannot_be_told_counts_for_neither():
    said = [replace(SAID, id=f"s{n}") for n in range(4)]
    outcomes = (Outcome.CAME, Outcome.CAME, Outcome.DID_NOT_COME, Outcome.CANNOT_TELL)
    verdicts = [Verdict(each.id, what, date(2026, 7, 1), "x") for each, what in zip(said, outcomes, strict=True)]
    assert emerging.calibration(said, verdicts) == {Likelihood.LIKELY: (2, 3)}
