"""A self-assessment is private until it is published, is never added up, and does not change afterwards."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from tests.world import actor, make_desk, make_person
from tutela.apps.assessment import profiling
from tutela.apps.assessment.rules import CAPABILITIES, Change, ProfileError, Said
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action
from tutela.domain.actors import Role
from tutela.engine import clock
from tutela.engine.assessment.capability import Answer
from tutela.engine.assessment.duties import Duty

pytestmark = pytest.mark.django_db
PARTLY = (Answer.YES, Answer.PARTLY)


@pytest.fixture
def desk():
    return make_desk()


@pytest.fixture
def analyst(desk):
    return actor(make_person(desk.organisation, "policy", [Role.POLICY_ANALYST]))


@pytest.fixture
def other():
    return actor(make_person(make_desk("Other ministry").organisation, "policy", [Role.POLICY_ANALYST]))


def whole(analyst, edition="2026"):
    made = profiling.begin(analyst, "NLD", edition)
    for number in CAPABILITIES:
        profiling.answer(analyst, made.id, Said(number, *PARTLY), evidence="a unit works", next_step="train it")
    return made


def test_it_is_private_until_it_is_published_and_then_shows_answers_only(analyst, other):
    made = whole(analyst)
    assert profiling.published(other).count() == 0
    with pytest.raises(Http404):
        profiling.profile(other, made.id)
    profiling.publish(analyst, made.id)
    seen = profiling.published(other).get()
    assert seen.answers[0] == {"capability": 1, "existence": "yes", "implementation": "partly"}
    assert "a unit works" not in str(seen.answers)


def test_it_is_published_whole_or_not_at_all(analyst):
    made = profiling.begin(analyst, "NLD", "2026")
    profiling.answer(analyst, made.id, Said(1, *PARTLY))
    with pytest.raises(ProfileError, match="20"):
        profiling.publish(analyst, made.id)


def test_what_is_published_does_not_change(analyst):
    made = whole(analyst)
    profiling.publish(analyst, made.id)
    with pytest.raises(ProfileError):
        profiling.answer(analyst, made.id, Said(1, Answer.NO, Answer.NO))
    with pytest.raises(ProfileError):
        profiling.publish(analyst, made.id)


@pytest.mark.parametrize(
    ("existence", "implementation"),
    [("no", "yes"), ("partly", "yes"), ("not assessed", "no"), ("not applicable", "yes")],
)
def test_nothing_works_further_than_it_exists(analyst, existence, implementation):
    made = profiling.begin(analyst, "NLD", "2026")
    with pytest.raises(ProfileError):
        profiling.answer(analyst, made.id, Said(1, Answer(existence), Answer(implementation)))


@pytest.mark.parametrize("capability", [0, 22])
def test_there_are_21_capabilities(analyst, capability):
    made = profiling.begin(analyst, "NLD", "2026")
    with pytest.raises(ProfileError):
        profiling.answer(analyst, made.id, Said(capability, *PARTLY))


def test_a_country_has_one_self_assessment_an_edition(analyst, other):
    profiling.begin(analyst, "NLD", "2026")
    with pytest.raises(ProfileError):
        profiling.begin(analyst, "NLD", "2026")
    with pytest.raises(ProfileError):
        profiling.begin(analyst, "Nld", "2027")
    assert profiling.begin(other, "NLD", "2026")


def test_nobody_answers_for_another(analyst, other, desk):
    made = profiling.begin(analyst, "NLD", "2026")
    with pytest.raises(Http404):
        profiling.answer(other, made.id, Said(1, *PARTLY))
    auditor = actor(make_person(desk.organisation, "supervisor", [Role.SUPERVISOR]))
    with pytest.raises((Http404, PermissionDenied)):
        profiling.answer(auditor, made.id, Said(1, *PARTLY))


def test_a_document_stays_with_its_owner_and_is_recognised_by_its_digest(analyst):
    made = whole(analyst)
    day = clock.now().date()
    named = {"title": "Act 7", "place": "archive of the ministry", "dated": day}
    document = profiling.add_document(analyst, made.id, 3, **named, sha256="ab" * 32)
    assert document.answer.capability == 3
    with pytest.raises(ProfileError):
        profiling.add_document(analyst, made.id, 3, **named, sha256="ab" * 32)
    with pytest.raises(ProfileError):
        profiling.add_document(analyst, made.id, 3, **named, sha256="no digest")


def test_progress_is_that_of_the_same_country_and_never_a_sum(analyst, standing_clock):
    first = whole(analyst, "2025")
    standing_clock.forward(days=300)
    second = whole(analyst, "2026")
    profiling.answer(analyst, second.id, Said(1, Answer.YES, Answer.YES))
    assert profiling.before(second) == first
    now, then = profiling.answers(second), profiling.answers(first)
    assert [now[number].step_from(then[number]) for number in (1, 2)] == [Change.FURTHER, Change.SAME]
    assert now[1].step_from(Said(1, Answer.NOT_ASSESSED, Answer.NOT_ASSESSED)) is Change.NOT_COMPARABLE


def test_every_step_is_in_the_record(analyst):
    made = whole(analyst)
    profiling.publish(analyst, made.id)
    actions = set(Leaf.objects.filter(chain_id=made.id).values_list("action", flat=True))
    assert actions == {Action.PROFILE_BEGUN, Action.PROFILE_ANSWERED, Action.PROFILE_PUBLISHED}


def test_a_platform_answers_each_duty(analyst):
    said = dict.fromkeys(Duty, PARTLY)
    assert profiling.check_platform(analyst, "Example Video", said).answers["SAFE_BY_DESIGN"] == ["yes", "partly"]
    with pytest.raises(ProfileError):
        profiling.check_platform(analyst, "Example Video", {Duty.FIND_AND_REMOVE: PARTLY})
    with pytest.raises(ProfileError):
        profiling.check_platform(analyst, "Example Video", said | {Duty.FIND_AND_REMOVE: (Answer.NO, Answer.YES)})
