"""Pages of filings: what is shown, what is refused, and that nobody else's is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from tests.apps.referral.conftest import configured, reported_case
from tests.world import make_person, sign_in
from tutela.apps.custody import keyring
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, erase
from tutela.apps.jobs.models import Job
from tutela.apps.jobs.public import run_worker
from tutela.apps.referral import filing as worker
from tutela.apps.referral import services
from tutela.apps.referral.models import Feedback, Filing, Preservation
from tutela.apps.referral.rules import Step
from tutela.domain.actors import Role
from tutela.engine import clock
from tutela.engine.ledger.note import Note
from tutela.entry.simulated.cybertipline import CyberTipline
from tutela.entry.simulated.line import DirectLine
from tutela.entry.simulated.server import PASSWORD, USER, Server

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor(desk, client):
    person = make_person(desk.organisation, "supervisor", [Role.SUPERVISOR], [desk.team])
    sign_in(client, person)
    return person


def text_of(client, name, *arguments):
    return client.get(reverse(name, args=arguments)).content.decode()


def test_the_outbox_proposes_who_takes_reports_and_says_what_nobody_reviewed(desk, client):
    case = reported_case(desk)
    sign_in(client, desk.colleague)
    text = text_of(client, "case-filings", case.id)
    assert "NCMEC CyberTipline" in text
    assert "nobody has reviewed this: nothing can be filed by it" in text
    assert "as soon as reasonably possible" in text


def test_a_draft_shows_exactly_what_would_be_sent_defanged_and_how_good_it_is(case, desk, client):
    sign_in(client, desk.colleague)
    client.post(reverse("filing-draft", args=[case.id]), {"authority": "tip"})
    text = text_of(client, "filing", Filing.objects.get().id)
    assert "https://files.example/a" not in text
    assert "hxxps" in text
    assert "reporter@example.org" not in text
    assert "of which only the digest is sent" in text
    assert "by our own points" in text


def test_whoever_may_not_approve_gets_no_button_and_no_way_round(case, writer, desk, client):
    made = services.draft(writer, case.id, "tip")
    sign_in(client, desk.colleague)
    assert "Approve and file" not in text_of(client, "filing", made.id)
    assert client.post(reverse("filing-step", args=[made.id, "approve"])).status_code == 403
    sign_in(client, desk.stranger)
    assert client.get(reverse("filing", args=[made.id])).status_code == 404
    assert client.post(reverse("filing-feedback", args=[made.id])).status_code == 404


def test_a_supervisor_reads_approves_and_is_told_when_something_hinders(case, writer, supervisor, client):
    made = services.draft(writer, case.id, "tip")
    assert "Approve and file" in text_of(client, "filing", made.id)
    client.post(reverse("filing-change", args=[made.id]), {"incident": "material", "occurred_at": "", "text": "Seen."})
    text = text_of(client, "filing", made.id)
    assert "It does not say when it happened" in text
    assert "You wrote this" not in text
    client.post(reverse("filing-step", args=[made.id, "approve"]))
    assert Filing.objects.get().step == Step.DRAFT


def test_a_time_is_shown_and_taken_in_utc_and_never_lies_ahead(case, writer, supervisor, client, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    made = services.draft(writer, case.id, "tip")
    assert 'value="2026-11-20 00:00"' in text_of(client, "filing", made.id)
    change = reverse("filing-change", args=[made.id])
    client.post(change, {"incident": "material", "occurred_at": "2026-11-19 10:00", "text": ""})
    assert "2026-11-19 10:00 UTC" in text_of(client, "filing", made.id)
    client.post(change, {"incident": "material", "occurred_at": "2099-01-01 10:00", "text": ""})
    assert "2099" not in text_of(client, "filing", made.id)


def test_an_unknown_step_is_not_there(case, writer, supervisor, client):
    made = services.draft(writer, case.id, "tip")
    assert client.post(reverse("filing-step", args=[made.id, "forget"])).status_code == 404


@pytest.fixture
def there(settings):
    """An authority over HTTP, and the settings that lead to it."""
    authority = CyberTipline()
    with Server(authority) as server:
        way = {"cybertip_url": server.address, "cybertip_user": USER, "cybertip_password": PASSWORD}
        settings.TUTELA = replace(settings.TUTELA, **way)
        yield authority


@pytest.mark.usefixtures("supervisor", "source")
def test_the_whole_way_by_pages_a_worker_and_http(case, writer, there, client):
    made = services.draft(writer, case.id, "tip")
    client.post(reverse("filing-step", args=[made.id, "approve"]))
    run_worker(until_idle=True)
    text = text_of(client, "filing", made.id)
    assert there.filed[0].report_id in text
    assert "The receipt of the authority, kept as it came." in text
    assert "reportDoneResponse" in text
    client.post(reverse("filing-feedback", args=[made.id]), {"said": "useful", "outcome": "child-found", "note": ""})
    assert "A child was identified, or made safe" in text_of(client, "filing", made.id)
    kept = Preservation.objects.get()
    client.post(
        reverse("filing-keep", args=[made.id, kept.id, "keeper"]), {"keeper": "platform", "name": "Example platform"}
    )
    assert "Example platform" in text_of(client, "filing", made.id)
    client.post(reverse("filing-keep", args=[made.id, kept.id, "end"]), {"note": "They said so."})
    assert "It must still be kept." in text_of(client, "filing", made.id)
    assert Feedback.objects.count() == 1


def test_what_stopped_stands_on_the_front_page_and_says_why(case, writer, approver, supervisor, client):
    made = services.draft(writer, case.id, "tip")
    services.approve(approver, made.id)
    worker.go_on(made.id, None)
    assert "Reports to authorities that wait" in text_of(client, "home")
    assert "No way to the authority is configured" in text_of(client, "filings")
    assert "Let it go on" in text_of(client, "filing", made.id)


@pytest.mark.usefixtures("supervisor")
def test_what_stands_still_because_its_work_was_given_up_is_seen_and_let_go_on(approved, client):
    made = approved
    Job.objects.all().delete()  # an administrator discarded it
    assert "stand still" not in text_of(client, "home")
    Filing.objects.update(approved_at=clock.now() - timedelta(hours=13))
    assert "Reports to authorities that stand still" in text_of(client, "home")
    client.post(reverse("filing-step", args=[made.id, "resume"]))
    assert Job.objects.filter(name="referral.file").count() == 1


def test_a_package_is_signed_handed_over_and_waits_for_its_receipt(desk, writer, supervisor, client):
    configured(channel="package")
    made = services.draft(writer, reported_case(desk).id, "tip")
    client.post(reverse("filing-step", args=[made.id, "approve"]))
    fetched = client.post(reverse("filing-package", args=[made.id]))
    note = Note.parse(fetched.content)
    assert note.verify([keyring.log_key().verifier])
    assert note.text.startswith(b"tutela package v1\n")
    assert b"https://files.example/a" in note.text
    assert b"reporter@example.org" not in note.text
    client.post(reverse("filing-step", args=[made.id, "hand-over"]), {"note": "To their desk, by courier."})
    assert "When the authority&#x27;s receipt is here" in text_of(client, "filing", made.id)
    client.post(reverse("filing-step", args=[made.id, "settle"]), {"reference": "NL-77", "note": "Their letter."})
    row = Filing.objects.get()
    assert (row.step, row.reference) == (Step.FILED, "NL-77")
    assert Leaf.objects.filter(action=Action.FILING_HANDED_OVER).count() == 1
    assert Preservation.objects.count() == 1


def test_an_erased_case_shows_that_it_was_erased_and_files_nothing(case, writer, approver, supervisor, client):
    made = services.draft(writer, case.id, "tip")
    erase(approver, case.id, kind=ObjectKind.CASE, reason=ReasonCode.RETENTION_ENDED)
    assert "The case was erased." in text_of(client, "filing", made.id)
    client.post(reverse("filing-step", args=[made.id, "approve"]))
    assert Filing.objects.get().step == Step.DRAFT
    assert worker.go_on(made.id, DirectLine(CyberTipline())) is None
