from __future__ import annotations

from dataclasses import replace

import pytest

from tests.engine.assessment.tables import CATALOGUE, TODAY, row, take
from tutela.engine.assessment.catalogue import Catalogue
from tutela.engine.assessment.registry import Registry
from tutela.engine.assessment.releases import (
    AlteredError,
    ChangeKind,
    Correction,
    CorrectionError,
    Release,
    compare,
    correct,
    movement,
)

BASE = Registry(CATALOGUE, take(*(row(span=str(year), value=str(year)) for year in range(2017, 2024))).observations)
KEY = ("reports", "AAA", "2019", "")


def correction(**changed):
    plain = {"key": KEY, "before": 2019.0, "after": 5.0, "reason": "counted twice", "source": "desk", "day": TODAY}
    return Correction(**(plain | changed))


def test_an_altered_release_is_refused():
    release = Release.freeze(BASE, "2024.1", TODAY)
    release.verify()
    with pytest.raises(AlteredError):
        replace(release, registry=correct(BASE, [correction()])).verify()


@pytest.mark.parametrize(
    "changed",
    [
        {"before": 1.0},
        {"key": ("reports", "BBB", "2019", "")},
        {"reason": ""},
        {"source": "hearsay"},
        {"after": -1.0},
        {"after": 1.5},
    ],
)
def test_a_correction_that_does_not_fit_is_refused(changed):
    with pytest.raises(CorrectionError):
        correct(BASE, [correction(**changed)])


def test_a_correction_changes_one_value_and_says_why():
    after = correct(BASE, [correction()])
    assert [(each.key, each.kind) for each in compare(BASE, after)] == [(KEY, ChangeKind.REVISED)]
    assert after.one("reports", "2019", "AAA").doubt == "counted twice"
    assert BASE.one("reports", "2019", "AAA").value == 2019


def test_the_interval_of_a_wrong_value_goes_with_it():
    wrong = Registry(
        CATALOGUE, take(row(value="7", lower="6", upper="8", interval="range", bound="about")).observations
    )
    (right,) = correct(wrong, [correction(before=7.0, after=70.0)]).observations
    assert (right.value, right.lower, right.upper, right.words) == (70, None, None, "70")


def test_a_withdrawal_and_a_new_value_are_told_apart():
    after = correct(BASE, [correction(after=None)])
    assert [each.kind for each in compare(BASE, after)] == [ChangeKind.WITHDRAWN]
    assert [each.kind for each in compare(after, BASE)] == [ChangeKind.NEW]


def test_a_redefined_indicator_is_not_compared_in_silence():
    other = replace(CATALOGUE.indicators["reports"], definition="Reports without duplicates")
    later = Registry(
        Catalogue(CATALOGUE.sources, CATALOGUE.areas, {**CATALOGUE.indicators, "reports": other}), BASE.observations
    )
    assert {each.kind for each in compare(BASE, later)} == {ChangeKind.REDEFINED}


def test_no_ratio_is_given_across_a_break():
    moved = movement(BASE, "reports", "2019", "2021", area="AAA")
    assert moved.ratio is None
    assert "the form changed" in moved.words
    assert movement(BASE, "reports", "2018", "2019", area="AAA").ratio == 2019 / 2018


def test_a_ratio_says_what_it_is_not():
    assert "not a number of children" in movement(BASE, "reports", "2018", "2019", area="AAA").words


def test_what_is_bounded_or_missing_has_no_ratio():
    rows = (row(span="2017", value="7", bound="above"), row(span="2018"), row(span="2019", value="", status="M"))
    few = Registry(CATALOGUE, take(*rows).observations)
    assert movement(few, "reports", "2017", "2018", area="AAA").ratio is None
    assert movement(few, "reports", "2018", "2019", area="AAA").ratio is None
    with pytest.raises(ValueError, match="does not come after"):
        movement(few, "reports", "2018", "2017", area="AAA")
