"""A verdict says what is seen and every reason to doubt it; it never says more than its interval."""

from __future__ import annotations

import string

import numpy as np
import pytest

from tests.engine.assessment import studies
from tutela.engine.assessment.impact import study
from tutela.engine.assessment.interrupted import Design, Scale
from tutela.engine.assessment.minimum import Footing, enough
from tutela.engine.assessment.placebo import Pretence, Pretences
from tutela.engine.assessment.refusals import TooLittleDataError
from tutela.engine.assessment.series import Break
from tutela.engine.assessment.verdict import Certainty, Finding, Saying, spelled, verdict

PLAIN = Design(seasonal=False)


def compared(size=6.0):
    """A treated unit with eleven others that move with it."""
    values = studies.panel(units=24, periods=48)
    values[0] = values[3:7].mean(axis=0) + studies.noise(48, 9) / 10
    values[0, 36:] += size
    rows = [studies.monthly(row, name=f"unit {unit}") for unit, row in enumerate(values)]
    return rows[0], rows[1:]


def doubts(found):
    return {each.saying for each in found.doubts}


def test_a_change_with_comparators_is_moderately_sure_and_never_more():
    series, others = compared()
    found = verdict(study(series, studies.event(36), PLAIN, comparators=others))
    assert found.finding is Finding.UP
    assert doubts(found) <= {Saying.CRIES_WOLF}
    assert found.certainty is (Certainty.LOW if found.doubts else Certainty.MODERATE)
    assert Saying.NOT_RANDOMISED in {each.saying for each in found.sentences}


def test_no_change_is_not_said_to_be_no_effect():
    found = verdict(study(studies.monthly(studies.stepped(size=0)), studies.event(40), PLAIN))
    assert found.finding is Finding.NOT_TOLD_APART
    assert "does not show that there was none" in found.sentences[0].text


def test_a_fall_in_per_cent_is_said_so():
    values = np.exp(4 + 0.05 * studies.noise(60) + np.log(0.6) * (np.arange(60) >= 40))
    design = Design(scale=Scale.LOGARITHMIC, seasonal=False)
    found = verdict(study(studies.monthly(values), studies.event(40), design))
    assert found.finding is Finding.DOWN
    assert "%" in found.sentences[0].text
    assert "fell" in found.sentences[0].text


def test_without_comparators_it_says_so():
    found = study(studies.monthly(studies.stepped()), studies.event(40), PLAIN)
    assert found.not_run == ("comparators: none were given",)
    assert Saying.ALONE in doubts(verdict(found))


def test_comparators_that_are_too_few_are_a_reason_not_a_silence():
    series, others = compared()
    found = study(series, studies.event(36), PLAIN, comparators=others[:2])
    assert found.compared is None
    assert "too few" in found.not_run[0]
    assert Saying.ALONE in doubts(verdict(found))


def test_a_control_series_that_moved_too_is_a_doubt():
    moved = studies.monthly(studies.stepped(seed=8), name="Public reports")
    found = verdict(study(studies.monthly(studies.stepped()), studies.event(40), PLAIN, controls=[moved]))
    assert Saying.CONTROLS_MOVED in doubts(found)
    assert found.certainty is Certainty.VERY_LOW


def test_a_control_series_that_cannot_be_used_is_listed():
    flat = studies.monthly([3] * 60, name="Flat")
    found = study(studies.monthly(studies.stepped()), studies.event(40), PLAIN, controls=[flat])
    assert found.controls == ()
    assert any(each.startswith("control series Flat") for each in found.not_run)


def test_a_break_within_a_year_and_a_short_past_are_doubts():
    series = studies.monthly(studies.stepped(30, 15), breaks=[Break(studies.month(10), "reports are bundled")])
    found = verdict(study(series, studies.event(15), PLAIN))
    assert {Saying.SHORT, Saying.BREAK_NEARBY, Saying.ALONE} <= doubts(found)
    assert found.certainty is Certainty.VERY_LOW


def test_comparators_that_say_the_other_direction_are_a_doubt():
    series, others = compared(size=0)
    risen = [studies.monthly(np.array(each.values) + 30 * (np.arange(48) >= 36), name=each.name) for each in others]
    own = studies.monthly(np.array(series.values) + 5 * (np.arange(48) >= 36), name="own")
    found = verdict(study(own, studies.event(36), PLAIN, comparators=risen))
    assert Saying.COMPARATORS_DIFFER in doubts(found)


def test_too_little_data_gives_no_study_at_all():
    with pytest.raises(TooLittleDataError):
        study(studies.monthly(range(10)), studies.event(5))


@pytest.mark.parametrize("saying", Saying)
def test_every_sentence_is_plain_and_names_its_facts(saying):
    fields = [name for _, name, _, _ in string.Formatter().parse(saying.value) if name]
    assert all(name.isidentifier() for name in fields)
    assert saying.value.endswith(".")
    assert "!" not in saying.value


@pytest.mark.parametrize(
    ("before", "after", "footing"),
    [
        (7, 50, Footing.DESCRIBE),
        (50, 2, Footing.DESCRIBE),
        (8, 3, Footing.CAUTION),
        (19, 3, Footing.CAUTION),
        (20, 3, Footing.FULL),
    ],
)
def test_the_rule_of_too_little_data(before, after, footing):
    assert enough(before, after) is footing


def test_a_rank_counts_what_is_as_large_whatever_the_sign():
    found = Pretences(-2.0, (Pretence("a", 2.0), Pretence("b", -3.0), Pretence("c", 1.0)))
    assert (found.place, found.of, found.share) == (3, 4, 0.75)


@pytest.mark.parametrize(
    ("numbers", "written"),
    [
        ((8.36e6, 7.9e6, 8.82e6), ["+8,360,000", "+7,900,000", "+8,820,000"]),
        ((-19.513, -31.04, -8.0), ["-19.5", "-31.0", "-8.0"]),
        ((1e-4, -2e-4, 4e-4), ["+0.000100", "-0.000200", "+0.000400"]),
        ((0.004, -900.0, 900.0), ["0", "-900", "+900"]),
        ((0.0, 0.0, 0.0), ["0", "0", "0"]),
    ],
)
def test_numbers_are_written_for_people(numbers, written):
    assert spelled(*numbers) == written


def test_millions_are_grouped_and_never_in_powers_of_ten():
    found = verdict(study(studies.monthly(1e6 * np.asarray(studies.stepped())), studies.event(40), PLAIN))
    assert "e+" not in found.sentences[0].text
    assert ",000" in found.sentences[0].text
