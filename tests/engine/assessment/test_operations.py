from __future__ import annotations

from datetime import date

import pytest

from tutela.engine.assessment import operations, registry, rules
from tutela.engine.assessment.rows import Reason

SHIPPED = registry.load()
TODAY = date(2026, 11, 22)


def read(counts, month="2026-10", **more):
    return operations.read({month: counts}, SHIPPED.catalogue, today=TODAY, **more)


def test_a_count_that_nobody_defined_refuses_the_month_and_is_named_by_its_line():
    found = read({"reports-received": 5, "something-new": 1})
    assert not found.observations
    assert [(each.line, each.reason) for each in found.refused] == [(3, Reason.UNKNOWN)]


@pytest.mark.parametrize(("counts", "month"), [({"notices-sent": -1}, "2026-10"), ({"notices-sent": 1}, "2026-11")])
def test_a_negative_count_and_a_month_that_has_not_ended_are_refused(counts, month):
    assert read(counts, month).refused_count == 1


def test_a_month_is_taken_once():
    first = read({"notices-sent": 7})
    again = read({"notices-sent": 7}, known=first.observations)
    assert [each.reason for each in again.refused] == [Reason.DUPLICATE]


def test_few_people_of_a_small_desk_are_not_shown():
    (staff,) = read({"people-active": 3}).observations
    grown = registry.Registry(SHIPPED.catalogue, (*SHIPPED.observations, staff))
    assert rules.figure(grown, staff).shown == "fewer than 5"
    assert staff.value is None
