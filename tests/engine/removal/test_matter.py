"""A matter, attacked: whatever is seen and said in whatever order, nothing is removed that is not, and nothing is stuck."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutela.engine.removal import LADDER, Answer, Finding, Matter, MatterError, Rung, State, Step, Why

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = 24 * HOUR
SILENT = (State.HELD, State.OBJECTED, State.GONE, State.REMOVED, State.MOVED, State.CLOSED, State.WITHDRAWN)


def told(matter: Matter | None = None, moment: datetime = NOON) -> Matter:
    matter = matter or Matter.begun(moment)
    return matter.seen(Finding.THERE, 2, moment).noticed(moment)


def looked(matter: Matter, finding: Finding, *moments: datetime, vantages: int = 2) -> Matter:
    for moment in moments:
        matter = matter.seen(finding, vantages, moment)
    return matter


def test_three_looks_on_three_days_from_two_places_and_no_fewer_are_a_removal():
    days = [NOON + number * DAY for number in (1, 2, 3)]
    assert looked(told(), Finding.GONE, *days).state is State.REMOVED
    assert looked(told(), Finding.GONE, *days[:2]).state is State.GONE
    assert looked(told(), Finding.GONE, *days, vantages=1).state is State.GONE
    hours = [NOON + number * HOUR for number in range(1, 24)]
    assert looked(told(), Finding.GONE, *hours).state is State.GONE


def test_from_one_place_it_is_never_certain_and_says_so():
    matter = looked(told(), Finding.GONE, *(NOON + day * DAY for day in range(1, 60)), vantages=1)
    assert (matter.state, matter.next().why) == (State.GONE, Why.ONE_PLACE)


@pytest.mark.parametrize("finding", [Finding.UNREACHABLE, Finding.UNCLEAR, Finding.RESTRICTED, Finding.MOVED])
def test_what_is_not_said_to_be_gone_is_never_removed(finding):
    matter = looked(told(), finding, *(NOON + day * DAY for day in range(1, 100)))
    assert matter.removed_at is matter.gone_at is None
    assert matter.state not in (State.GONE, State.REMOVED, State.CLOSED)


def test_silence_between_looks_neither_counts_nor_takes_back():
    matter = looked(told(), Finding.GONE, NOON + DAY, NOON + 2 * DAY)
    matter = looked(matter, Finding.UNREACHABLE, NOON + 3 * DAY, NOON + 4 * DAY)
    assert (matter.state, len(matter.counted)) == (State.GONE, 2)
    assert looked(matter, Finding.GONE, NOON + 5 * DAY).state is State.REMOVED


@pytest.mark.parametrize("finding", [Finding.THERE, Finding.GEO_BLOCKED, Finding.CLOAKED])
def test_what_is_there_for_anybody_again_is_told_again_and_counted(finding):
    matter = looked(told(), Finding.GONE, *(NOON + day * DAY for day in (1, 2, 3)))
    back = matter.seen(finding, 2, NOON + 9 * DAY)
    assert (back.returned, back.removed_at, back.counted) == (1, None, ())
    step = back.next()
    assert (step.step, step.why, step.at) == (Step.NOTICE, Why.CAME_BACK, NOON + 9 * DAY)
    assert back.reached(NOON + 9 * DAY) == [Rung.HOST]
    assert back.opened_at == NOON


def test_a_hold_ends_by_itself_unless_it_is_renewed():
    matter = Matter.begun(NOON, held_until=NOON + LADDER.hold).seen(Finding.THERE, 2, NOON)
    assert matter.notice_at() is None
    with pytest.raises(MatterError):
        matter.noticed(NOON)
    renewed = matter.held(NOON + 2 * DAY)
    assert renewed.held_until == NOON + 2 * DAY
    assert renewed.released().next().step is Step.NOTICE
    with pytest.raises(MatterError):
        told().held(NOON + DAY)


def test_rungs_are_climbed_by_time_and_a_refusal_climbs_one_at_once():
    matter = told()
    assert matter.reached(NOON + 47 * HOUR) == [Rung.HOST]
    assert matter.reached(NOON + 48 * HOUR) == [Rung.HOST, Rung.UPSTREAM]
    assert matter.reached(NOON + 7 * DAY) == list(Rung)
    assert matter.answered(Answer.REFUSED, NOON).reached(NOON + HOUR) == [Rung.HOST, Rung.UPSTREAM]


def test_what_was_not_reached_is_not_told_again_and_what_is_gone_is_not_told_at_all():
    assert told().notice_at() == NOON + DAY
    assert told().seen(Finding.UNREACHABLE, 2, NOON + HOUR).notice_at() is None
    assert Matter.begun(NOON).seen(Finding.GONE, 2, NOON).notice_at() is None
    assert Matter.begun(NOON).notice_at() is None  # first it is looked at


def test_a_notice_follows_a_look_and_what_that_found_gone_is_told_to_nobody():
    matter = looked(told(), Finding.THERE, *(NOON + hour * HOUR for hour in (1, 3, 6, 12, 23)))
    assert matter.look_at() == matter.notice_at() == NOON + DAY
    assert not matter.may_notice(NOON + 2 * DAY)
    assert matter.seen(Finding.THERE, 2, NOON + DAY).may_notice(NOON + DAY)
    assert not matter.seen(Finding.GONE, 2, NOON + DAY).may_notice(NOON + DAY)
    held = Matter.begun(NOON, held_until=NOON + HOUR).seen(Finding.THERE, 2, NOON + 59 * HOUR / 60)
    assert held.look_at() == NOON + HOUR


def test_an_acknowledgement_gives_a_day_and_no_more():
    matter = told().answered(Answer.ACKNOWLEDGED, NOON + 20 * HOUR)
    assert (matter.state, matter.notice_at()) == (State.ACKNOWLEDGED, NOON + 44 * HOUR)


def test_who_says_removed_is_looked_at_not_believed():
    matter = told().answered(Answer.REMOVED, NOON + HOUR)
    assert (matter.state, matter.look_at()) == (State.NOTIFIED, NOON + HOUR)


def test_an_objection_stops_every_notice_until_a_person_has_looked():
    matter = told().answered(Answer.OBJECTED, NOON + HOUR)
    assert (matter.state, matter.next().step, matter.notice_at()) == (State.OBJECTED, Step.PERSON, None)
    assert matter.look_at() is not None
    going_on = matter.objection_dismissed(NOON + 2 * HOUR)
    assert going_on.notice_at() == NOON + 26 * HOUR
    with pytest.raises(MatterError):
        told().objection_dismissed(NOON)


def test_without_anybody_to_tell_the_next_rung_opens_and_a_person_is_asked():
    matter = told().left_alone()
    assert matter.next().why is Why.NOBODY
    assert matter.reached(NOON) == [Rung.HOST, Rung.UPSTREAM]
    assert matter.told_whom().next().step is not Step.PERSON


def test_a_fortnight_without_effect_is_a_persons():
    matter = told()
    for day in range(1, 15):
        matter = matter.seen(Finding.THERE, 2, NOON + day * DAY)
        matter = matter.noticed(NOON + day * DAY) if day < 14 else matter
    assert (matter.state, matter.next().why) == (State.UNRESOLVED, Why.UNRESOLVED)
    assert matter.look_at() is not None
    assert matter.resumed(NOON + 15 * DAY).look_at() == NOON + 15 * DAY


def test_what_was_removed_is_watched_for_ninety_days_and_then_left():
    matter = looked(told(), Finding.GONE, *(NOON + day * DAY for day in (1, 2, 3)))
    seen = []
    while (moment := matter.look_at()) is not None:
        seen.append((moment - NOON).days - 1)
        matter = matter.seen(Finding.GONE, 2, moment)
    assert (seen, matter.state) == ([7, 30, 90], State.CLOSED)


def test_what_ended_stays_ended():
    for matter in (told().withdrawn(), told().seen(Finding.MOVED, 2, NOON).followed()):
        assert matter.seen(Finding.THERE, 2, NOON + DAY) is matter
        assert matter.answered(Answer.REFUSED, NOON) is matter
        assert (matter.look_at(), matter.notice_at(), matter.next().step) == (None, None, Step.NOTHING)
        with pytest.raises(MatterError):
            matter.resumed(NOON)


EVENTS = st.lists(
    st.tuples(
        st.sampled_from([*Finding, *Answer, "notice", "release", "dismiss", "resume", "alone", "somebody"]),
        st.integers(1, 3),
        st.floats(0.01, 400),
    ),
    max_size=60,
)


@settings(max_examples=300, deadline=None)
@given(EVENTS, st.booleans())
def test_whatever_happens_nothing_is_removed_too_early_told_wrongly_or_stuck(events, is_held):
    moment, matter = NOON, Matter.begun(NOON, held_until=NOON + DAY if is_held else None)
    rounds: list[datetime] = []
    for what, vantages, hours in events:
        moment += timedelta(hours=hours)
        before, matter = matter, _after(matter, what, vantages, moment)
        if what is Finding.GONE and vantages >= 2 and not before.ended:
            rounds.append(moment)
        if isinstance(what, Finding) and what.is_there:
            rounds.clear()
        _check_removal(before, matter, rounds)
        _check_next(matter)


def _check_removal(before: Matter, matter: Matter, rounds: list[datetime]) -> None:
    assert matter.returned >= before.returned
    if matter.removed_at and not before.removed_at:
        assert len(matter.counted) == 3
        assert set(matter.counted) <= set(rounds)
        assert all(later - earlier >= DAY for earlier, later in pairwise(matter.counted))


def _check_next(matter: Matter) -> None:
    step = matter.next()
    assert (step.step is Step.NOTHING) == (matter.ended is not None)
    if not matter.ended:
        assert matter.look_at() is not None
        assert step.at is not None or step.step is Step.PERSON
    if matter.state in SILENT:
        assert matter.notice_at() is None
    elif matter.sent_at and matter.notice_at():
        assert matter.notice_at() - matter.sent_at >= DAY


def _after(matter: Matter, what: object, vantages: int, moment: datetime) -> Matter:
    if isinstance(what, Finding):
        return matter if what is Finding.UNSEEN else matter.seen(what, vantages, moment)
    return matter.answered(what, moment) if isinstance(what, Answer) else _done(matter, what, moment)


def _done(matter: Matter, what: object, moment: datetime) -> Matter:
    if what == "notice":
        due = matter.notice_at()
        return matter.noticed(moment) if due and due <= moment else matter
    if what == "dismiss":
        return matter.objection_dismissed(moment) if matter.answer is Answer.OBJECTED and not matter.ended else matter
    if what == "resume":
        return matter if matter.ended else matter.resumed(moment)
    return {"release": matter.released, "alone": matter.left_alone, "somebody": matter.told_whom}[what]()
