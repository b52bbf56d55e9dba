"""The states of an entry: what was an error never stands on a list again, and one person never makes an agreement."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutela.apps.lists.rules import ASSESSORS_MIN, Event, Said, State, Why, agreement, fits_label, next_state

PEOPLE = st.sampled_from(["p-1", "p-2", "p-3"])
SAID = st.lists(st.builds(Said, PEOPLE, st.sampled_from(["A", "a", "B"]), st.just("s")), max_size=8)
_WHY = {Event.GONE: Why.GONE, Event.ERROR: Why.ERROR, Event.SUPERSEDED: Why.SUPERSEDED}


def live(events):
    """Every state that an entry comes to, and whether it was listed before."""
    state, why, was_listed = State.PROPOSED, None, False
    for event in events:
        after = next_state(state, why, event, was_listed=was_listed)
        if after is None:
            continue
        why = _WHY.get(event) if after is State.WITHDRAWN else None
        state, was_listed = after, was_listed or after is State.LISTED
        yield event, state, why


@given(st.lists(st.sampled_from(Event), max_size=12))
def test_what_was_an_error_never_changes_any_more(events):
    states = list(live(events))
    errors = [place for place, (_event, _state, why) in enumerate(states) if why is Why.ERROR]
    assert errors in ([], [len(states) - 1])


@given(st.lists(st.sampled_from(Event), max_size=12))
def test_nothing_is_listed_that_was_never_agreed_on(events):
    agreed = False
    for event, state, _why in live(events):
        agreed = agreed or event is Event.AGREED
        assert agreed or state is not State.LISTED


@given(SAID, st.integers(0, 4))
def test_fewer_people_than_two_never_agree_whatever_is_demanded(said, demanded):
    found = agreement(said, assessors_min=demanded)
    last = {each.who: each.label for each in said}
    assert found.stands == (len(last) >= max(ASSESSORS_MIN, demanded) and len(set(last.values())) == 1)


@given(st.text(max_size=70))
def test_a_label_never_acts_in_a_spreadsheet_and_never_breaks_a_line(text):
    if fits_label(text):
        assert text[0].isalnum()
        assert text.isascii()
        assert not set(text) & set('=+@,;"\n\r\t')
