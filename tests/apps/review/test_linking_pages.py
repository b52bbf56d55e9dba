"""What holds a case together, on the page: each report with its clue, what can be done about it, and nothing to see."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from tests.apps.review.test_linking import FILE, OTHER_FILE, P, Q, case_of, desk, report
from tests.world import make_person, sign_in
from tutela.apps.intake.models import Report
from tutela.apps.triage.models import Case, Likeness, Move, Sighting
from tutela.domain.actors import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
__all__ = ["desk", "report"]


@pytest.fixture
def page(client, desk):
    sign_in(client, desk.colleague)
    return lambda case_id: strip_tags(client.get(reverse("case-links", args=[case_id])).content.decode())


def test_each_report_says_by_which_clue_it_came_and_no_address_is_shown(report, page):
    first = report(P)
    report(P, Q)
    shown = page(case_of(first))
    assert "It names the same page" in shown
    assert "The case began with it" in shown
    assert "files" not in shown


def test_taking_out_and_undoing_by_the_page(report, page, client):
    first, second = report(P), report(P)
    case_id = case_of(first)
    client.post(reverse("case-take-out", args=[case_id, second.id]), {"note": "x"})
    assert case_of(second) != case_id
    assert "Taken out" in page(case_id)
    client.post(reverse("case-undo", args=[case_id, Move.objects.get().id]))
    assert case_of(second) == case_id
    assert "undone" in page(case_id)


def test_look_alikes_are_shown_as_questions_answered_and_merged(report, page, client, desk):
    first, second = report(P, media=(FILE,)), report(Q, media=(OTHER_FILE,))
    one, other = (Sighting.objects.get(report_id=each.id).item for each in (first, second))
    asked = Likeness.objects.create(
        organisation=desk.organisation, item=other, other=one, distance_bits=4, threshold_bits=31
    )
    assert "4 bits of 256 differ; up to 31 it is asked." in page(case_of(first))
    client.post(reverse("likeness-answer", args=[case_of(first), asked.id]), {"answer": "maybe"})
    assert Likeness.objects.get().answer == ""
    client.post(reverse("likeness-answer", args=[case_of(first), asked.id]), {"answer": "same"})
    assert "Somebody said that they are the same." in page(case_of(first))
    client.post(reverse("case-merge", args=[case_of(first)]), {"other": case_of(second), "note": ""})
    assert Case.objects.filter(state="waiting").count() == 1
    assert Report.objects.filter(case_id=case_of(first)).count() == 2


def test_who_may_only_read_is_offered_nothing(report, client, desk):
    first = report(P)
    report(P)
    sign_in(client, make_person(desk.organisation, "senior", [Role.SENIOR_ANALYST]))
    shown = client.get(reverse("case-links", args=[case_of(first)])).content.decode()
    assert "/take-out/" not in shown
