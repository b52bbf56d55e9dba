"""Attempts to make one person's word count twice, or to know beforehand whose is checked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.engine.classing import (
    Assessment,
    Basis,
    Next,
    ObservationError,
    Policy,
    may_review,
    next_step,
    settle,
    vocabulary,
)

people = st.sampled_from(["p-1", "p-2", "p-3", "p-4"])
values = st.fixed_dictionaries(
    {}, optional={kind: st.sampled_from(list(known)) for kind, known in vocabulary().items()}
)
assessments = st.builds(Assessment, people, st.sampled_from(list(Basis)), values)
histories = st.lists(assessments, max_size=8)
POLICY = Policy(share=0.1)


def viewed(person: str, **values: str) -> Assessment:
    return Assessment(person, Basis.VIEWED, values)


def repeated(person: str, **values: str) -> Assessment:
    return Assessment(person, Basis.WITHOUT_VIEWING, values)


@pytest.mark.parametrize("values", [{"age": "17"}, {"colour": "red"}, {"act": ""}])
def test_nobody_observes_what_is_not_in_the_vocabulary(values):
    with pytest.raises(ObservationError):
        viewed("p-1", **values)


def test_a_second_look_of_one_person_is_no_second_assessment():
    assert settle([viewed("p-1", act="none"), viewed("p-1", act="exhibition")]).independent == 1


def test_repeating_a_list_is_no_assessment_and_outvotes_nobody():
    found = settle([viewed("p-1", act="none"), *(repeated(f"q-{number}", act="exhibition") for number in range(5))])
    assert (found.values, found.independent) == ({"act": "none"}, 1)


def test_two_who_disagree_settle_nothing_and_a_third_decides():
    two = [viewed("p-1", act="none"), viewed("p-2", act="exhibition")]
    assert settle(two).disputed == ("act",)
    assert settle([*two, viewed("p-3", act="none")]).values == {"act": "none"}


@given(histories, assessments)
def test_only_people_who_viewed_count_as_independent(history, more):
    before, after = settle(history).independent, settle([*history, more]).independent
    assert after - before <= (more.basis is Basis.VIEWED)


@given(histories)
def test_what_is_settled_was_said_by_most_of_those_who_count(history):
    found = settle(history)
    assert not set(found.values) & set(found.disputed)
    for kind, value in found.values.items():
        last = {each.person: each for each in history}.values()
        counted = [each for each in last if each.basis is Basis.VIEWED] or list(last)
        said = [each.values[kind] for each in counted if kind in each.values]
        assert said.count(value) * 2 > len(said)


def test_what_no_list_knows_is_seen_by_two():
    assert next_step(POLICY, [viewed("p-1", act="none")], is_new=True, draw=0.99) is Next.SECOND
    assert next_step(POLICY, [viewed("p-1"), viewed("p-2")], is_new=True, draw=0.99) is Next.DONE


def test_of_the_rest_a_share_is_seen_by_two():
    one = [viewed("p-1", act="none")]
    assert next_step(POLICY, one, is_new=False, draw=0.099) is Next.SECOND
    assert next_step(POLICY, one, is_new=False, draw=0.1) is Next.DONE


def test_what_a_list_knows_exactly_is_not_looked_at_again():
    assert next_step(Policy(share=1), [repeated("p-1", act="none")], is_new=False, draw=0) is Next.DONE


def test_a_dispute_goes_to_a_third_and_then_to_a_supervisor():
    two = [viewed("p-1", act="none"), viewed("p-2", act="exhibition")]
    assert next_step(POLICY, two, is_new=False, draw=0.99) is Next.THIRD
    assert next_step(POLICY, [*two, viewed("p-3", act="sadism")], is_new=False, draw=0.99) is Next.SUPERVISOR


@given(histories, people, st.sets(people))
def test_nobody_reviews_what_they_have_seen_or_said(history, person, seen_by):
    may = may_review(person, history, seen_by)
    assert may is (person not in seen_by and person not in {each.person for each in history})


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValueError, match="between 0 and 1"):
        Policy(share=share)
