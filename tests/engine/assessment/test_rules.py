from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.checks.terminology import ROOT
from tests.engine.assessment.tables import CATALOGUE, row, take
from tutela.engine.assessment import rules
from tutela.engine.assessment.catalogue import Catalogue
from tutela.engine.assessment.indicators import Construct
from tutela.engine.assessment.registry import Registry
from tutela.engine.assessment.rows import Reason
from tutela.engine.assessment.rules import Axis, UnfitError

REPORTS, SHARE, CHILDREN = (CATALOGUE.indicators[name] for name in ("reports", "share", "children"))


@pytest.mark.parametrize("construct", [Construct.REPORT, Construct.DETECTION, Construct.REMOVAL])
@pytest.mark.parametrize("axis", [Axis.PREVALENCE, Axis.THREAT, Axis.EXPOSURE])
def test_a_count_is_never_drawn_as_prevalence(construct, axis):
    with pytest.raises(UnfitError):
        rules.check_axis(replace(REPORTS, construct=construct), axis)


def test_nothing_is_drawn_as_the_threat():
    for construct in Construct:
        with pytest.raises(UnfitError):
            rules.check_axis(replace(REPORTS, construct=construct), Axis.THREAT)


def test_only_a_survey_is_drawn_as_prevalence():
    rules.check_axis(SHARE, Axis.PREVALENCE)
    assert [each for each in Construct if rules.axis_of(replace(SHARE, construct=each)) is Axis.PREVALENCE] == [
        Construct.VICTIMISATION
    ]


def test_reports_and_a_survey_do_not_share_an_axis():
    with pytest.raises(UnfitError):
        rules.check_together([REPORTS, SHARE])
    with pytest.raises(UnfitError):
        rules.check_together([CHILDREN, replace(CHILDREN, unit=REPORTS.unit)])
    rules.check_together([REPORTS, REPORTS])


def test_an_ambiguous_rise_has_no_colour():
    assert not rules.may_colour(REPORTS)
    assert rules.may_colour(SHARE)


def world(observation, **changed):
    return Registry(
        Catalogue(
            changed.get("sources", CATALOGUE.sources),
            CATALOGUE.areas,
            changed.get("indicators", CATALOGUE.indicators),
        ),
        (observation,),
    )


def test_a_number_without_source_span_unit_or_what_it_is_not_is_no_figure():
    (one,) = take(row()).observations
    assert rules.figure(world(one), one).shown == "7"
    with pytest.raises(UnfitError, match="source"):
        rules.figure(world(one, sources={}), one)
    with pytest.raises(UnfitError, match="say what it is not"):
        rules.figure(world(one, indicators={"reports": replace(REPORTS, not_this=())}), one)
    bare = replace(REPORTS, unit=replace(REPORTS.unit, label=""))
    with pytest.raises(UnfitError, match="unit"):
        rules.figure(world(one, indicators={"reports": bare}), one)
    with pytest.raises(UnfitError, match="span"):
        rules.figure(world(one), replace(one, span=replace(one.span, text="")))
    with pytest.raises(UnfitError):
        rules.figure(world(one, indicators={}), one)


@pytest.mark.parametrize(("count", "shown"), [("0", "fewer than 5"), ("4", "fewer than 5"), ("5", "5")])
def test_few_people_in_a_place_are_not_shown(count, shown):
    (few,) = take(row(indicator="children", unit="children", value=count)).observations
    assert rules.figure(world(few), few).shown == shown


def test_few_reports_are_shown():
    (few,) = take(row(value="1")).observations
    assert rules.figure(world(few), few).shown == "1"


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 60), max_size=6))
def test_what_is_hidden_cannot_be_computed_from_the_total(counts):
    table = rules.suppress(counts)
    hidden = [counts[name] for name, cell in table.items() if cell.count is None]
    shown = [cell.count for cell in table.values() if cell.count is not None]
    assert all(count >= 5 for count in shown)
    if hidden and shown:
        assert len(hidden) > 1
        assert sum(hidden) >= 5


def test_changes_of_small_counts_are_not_computed():
    assert rules.may_compute_change([50, 51])
    assert not rules.may_compute_change([49, 5000])
    assert not rules.may_compute_change([])


def test_an_aggregate_needs_five_countries_that_all_agreed():
    agreed = dict.fromkeys("abcde", True)
    assert rules.may_pool(agreed)
    assert not rules.may_pool(agreed | {"a": False})
    assert not rules.may_pool(dict.fromkeys("abcd", True))


def test_the_guide_explains_every_reason_of_refusal():
    guide = (ROOT / "docs/guide/figures.md").read_text(encoding="utf-8")
    assert [each for each in Reason if f"| `{each.value}` |" not in guide] == []
