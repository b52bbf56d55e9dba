"""A series is refused unless every period is there once, in order, with a number."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.assessment import studies
from tutela.engine.assessment.panel import Panel
from tutela.engine.assessment.refusals import NotEstimableError, SeriesError
from tutela.engine.assessment.series import Break, Frequency, Series

JANUARY, FEBRUARY, MARCH, APRIL = (date(2020, month, 1) for month in range(1, 5))


def of(points, frequency=Frequency.MONTH):
    return Series.of("Reports", "reports", frequency, points)


@pytest.mark.parametrize(
    "points",
    [
        pytest.param([(JANUARY, 1), (MARCH, 2)], id="gap"),
        pytest.param([(JANUARY, 1), (JANUARY, 2)], id="doubled"),
        pytest.param([(FEBRUARY, 1), (JANUARY, 2)], id="backwards"),
        pytest.param([(JANUARY, 1), (date(2020, 2, 2), 2)], id="off the first"),
        pytest.param([(date(2020, 1, 15), 1)], id="begins within a month"),
        pytest.param([(JANUARY, float("nan"))], id="not a number"),
        pytest.param([(JANUARY, float("inf"))], id="infinite"),
        pytest.param([(JANUARY, -1e16)], id="beyond counting"),
        pytest.param([], id="empty"),
        pytest.param([(date(2000 + place // 12, place % 12 + 1, 1), 1) for place in range(601)], id="endless"),
    ],
)
def test_points_that_are_no_regular_series_are_refused(points):
    with pytest.raises(SeriesError):
        of(points)


def test_a_series_without_a_unit_is_refused():
    with pytest.raises(SeriesError, match="unit"):
        Series("Reports", "", Frequency.YEAR, JANUARY, (1.0,))


@given(st.sampled_from(Frequency), st.dates(date(1990, 1, 1), date(2030, 1, 1)), st.integers(0, 300))
def test_every_period_is_found_by_its_own_first_day(frequency, starts, place):
    starts = starts if frequency is Frequency.WEEK else starts.replace(day=1)
    series = Series("Reports", "reports", frequency, starts, (1.0,) * 301)
    assert series.first_whole(series.date_of(place)) == place


def test_an_event_within_a_period_counts_from_the_next_one():
    series = of([(JANUARY, 1), (FEBRUARY, 2), (MARCH, 3)])
    assert series.first_whole(date(2020, 1, 2)) == 1
    assert series.first_whole(date(2019, 1, 1)) == 0
    assert series.first_whole(APRIL) == 3


def test_the_part_before_an_event_keeps_only_the_breaks_before_it():
    series = studies.monthly(range(6), breaks=[Break(studies.month(2), "new form"), Break(studies.month(4), "new law")])
    assert [each.what for each in series.before(4).breaks] == ["new form"]
    assert series.before(4).values == (0.0, 1.0, 2.0, 3.0)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(studies.monthly([1, 2, 3], name="A"), id="the same name"),
        pytest.param(studies.monthly([1, 2], name="B"), id="shorter"),
        pytest.param(studies.monthly([1, 2, 3], name="B", unit="people"), id="another unit"),
        pytest.param(Series("B", "reports", Frequency.QUARTER, studies.STARTS, (1.0, 2.0, 3.0)), id="other periods"),
        pytest.param(Series("B", "reports", Frequency.MONTH, FEBRUARY, (1.0, 2.0, 3.0)), id="another start"),
    ],
)
def test_series_that_cannot_be_compared_make_no_panel(other):
    with pytest.raises(SeriesError):
        Panel.of([studies.monthly([1, 2, 3], name="A"), other])


def test_a_panel_of_nobody_or_of_too_many_is_refused():
    with pytest.raises(SeriesError):
        Panel.of([])
    with pytest.raises(SeriesError, match="250"):
        Panel.of(studies.monthly([1], name=str(unit)) for unit in range(251))


def test_a_unit_that_is_not_there_is_refused():
    with pytest.raises(NotEstimableError, match="Atlantis"):
        Panel.of([studies.monthly([1])]).row("Atlantis")
