"""Which children somebody must see to, when who is on call is asked, and the steps of a referral."""

from __future__ import annotations

from datetime import date
from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from tutela.apps.safeguarding.directory import SERVICES, Service, ServiceKind, services_of
from tutela.apps.safeguarding.rules import ALERT_AGAIN_S, Cause, Step, asked_at_once, causes_of, may_go, rings
from tutela.domain.reports import Fact, Incident

TODAY = date(2026, 11, 22)
LAST = {Step.ANSWERED, Step.REFUSED, Step.NOT_NEEDED}


def service(**more) -> Service:
    told = {
        "id": "s-1",
        "jurisdiction": "nl",
        "kind": ServiceKind.CHILD_PROTECTION,
        "name": "Example service",
        "route": "by telephone",
        "acknowledges_within_h": 4,
        "begins": date(2026, 1, 1),
        "ends": None,
        "source": "an example",
        "reviewer": "",
    }
    return Service(**(told | more))


def test_a_child_that_was_approached_counts_though_no_child_is_shown():
    assert causes_of((), {Incident.SOLICITATION}, accounts=1) == {Cause.APPROACHED}
    assert causes_of({Fact.EXTORTION}, (), accounts=2) == {Cause.APPROACHED}
    assert causes_of((), {Incident.SOLICITATION}, accounts=0) == frozenset()


def test_material_alone_asks_for_no_child():
    assert causes_of({Fact.NEW_MATERIAL, Fact.SENT_BY_MANY}, {Incident.MATERIAL}, accounts=3) == frozenset()


def test_whoever_was_approached_wakes_nobody_and_every_other_cause_does():
    assert [cause for cause in Cause if not rings({cause})] == [Cause.APPROACHED]
    assert rings({Cause.APPROACHED, Cause.CHILD_FINDABLE})
    assert not rings(())


@given(st.integers(0, 5), st.floats(-1e6, 1e9))
def test_an_alarm_asks_more_people_each_time_and_never_more_than_there_are(people, waited_s):
    now, later = (asked_at_once(people, each) for each in (waited_s, waited_s + ALERT_AGAIN_S))
    assert min(people, 1) <= now <= later <= people


def test_no_referral_goes_back_and_what_ended_goes_nowhere():
    order = [Step.OPEN, Step.HANDED_OVER, Step.ACKNOWLEDGED, Step.ANSWERED]
    assert all(may_go(*pair) for pair in pairwise(order))
    assert not any(may_go(later, earlier) for earlier, later in pairwise(order))
    assert not any(may_go(step, to) for step, to in product(LAST, Step))


def test_no_service_is_invented():
    assert SERVICES.rows() == ()
    assert services_of("nl", TODAY) == []


def test_a_row_that_nobody_reviewed_is_proposed_and_sets_no_deadline():
    assert services_of("nl", TODAY, [service()]) == [service()]
    assert (service().deadline_h, service(reviewer="a lawyer").deadline_h) == (None, 4)


def test_a_service_of_elsewhere_or_of_another_time_is_not_proposed():
    rows = [service(jurisdiction="be"), service(begins=date(2027, 1, 1)), service(ends=TODAY)]
    assert services_of("nl", TODAY, rows) == []
