"""The public door: closed until somebody takes what comes, bounded, and it tells the holder of a receipt nothing more."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.world import make_desk, make_person, sign_in
from tutela.apps.access import services as access
from tutela.apps.access.public import acting_as
from tutela.apps.access.services import AccessError
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, erase
from tutela.apps.intake import pages, receipts
from tutela.apps.intake.models import Answer, Report
from tutela.apps.triage import public as triage
from tutela.domain.actors import SYSTEM, Role
from tutela.engine.throttling import Rate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
ADDRESS = "198.51.100.77"


@pytest.fixture
def desk():
    return make_desk()


@pytest.fixture
def opened(desk):
    access.set_desk(SYSTEM, desk.organisation.id, desk.team.id)
    return desk


def send(client, address=ADDRESS, page="https://files.example/a", **fields):
    shown = client.get(reverse("report")).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', shown)[1]
    return client.post(reverse("report"), {"token": token, "address": page} | fields, REMOTE_ADDR=address)


def receipt_of(response) -> str:
    return re.search(r'class="secret">([^<]+)<', response.content.decode())[1]


def ask(client, code, address=ADDRESS):
    return client.post(reverse("report-ask"), {"code": code}, REMOTE_ADDR=address)


#### Who takes it ####


def test_until_somebody_takes_them_no_report_is_taken_in(desk, client):
    for response in (client.get(reverse("report")), client.post(reverse("report"), {"address": "https://a.example/"})):
        assert response.status_code == 503
        assert "Reports are not taken here yet" in response.content.decode()
    assert not Report.objects.exists()


def test_what_the_public_reports_goes_to_the_team_that_was_named(desk, client):
    sign_in(client, make_person(desk.organisation, "admin", [Role.ADMINISTRATOR]))
    client.post(reverse("front-desk"), {"team": str(desk.other_team.id)})
    assert send(Client()).status_code == 200
    assert triage.Case.objects.get().team_id == desk.other_team.id
    client.post(reverse("front-desk"), {"team": "all"})
    send(Client(), page="https://files.example/b")
    assert triage.Case.objects.filter(team=None).count() == 1
    client.post(reverse("front-desk"), {"team": "nobody"})
    assert Client().get(reverse("report")).status_code == 503
    assert Leaf.objects.filter(action=Action.SETTING_CHANGED).count() == 3


def test_no_organisation_takes_the_publics_door_from_another(opened):
    theirs = make_desk("Other hotline")
    with pytest.raises(AccessError), acting_as(theirs.administrator):
        access.set_desk(theirs.administrator, theirs.organisation.id, None)
    with acting_as(theirs.administrator):
        access.close_desk(theirs.administrator, theirs.organisation.id)
    assert Client().get(reverse("report")).status_code == 200


def test_a_team_of_another_organisation_cannot_be_named(desk, client):
    theirs = make_desk("Other hotline")
    sign_in(client, make_person(desk.organisation, "admin", [Role.ADMINISTRATOR]))
    assert client.post(reverse("front-desk"), {"team": str(theirs.team.id)}).status_code == 200
    assert Client().get(reverse("report")).status_code == 503


#### How often ####


@pytest.fixture
def thrice(monkeypatch):
    monkeypatch.setattr(pages, "REPORTS", Rate(3, 3600))
    monkeypatch.setattr(pages, "RECEIPTS", Rate(3, 3600))


def test_one_address_cannot_send_for_ever_and_another_still_can(opened, client, standing_clock, thrice):
    answers = [send(client) for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert int(answers[-1]["Retry-After"]) == 1200
    assert send(client, "198.51.100.78").status_code == 200
    standing_clock.forward(minutes=20)
    assert send(client).status_code == 200


def test_a_child_in_danger_is_not_told_to_wait_because_of_what_came_before(opened, client, standing_clock, thrice):
    for _ in range(4):
        send(client)
    answers = [send(client, text="A child wrote to us.", child_in_danger="on") for _ in range(5)]
    assert [each.status_code for each in answers] == [200] * 5
    assert send(client).status_code == 429


def test_even_danger_has_an_end(opened, client, standing_clock, thrice, monkeypatch):
    monkeypatch.setattr(pages, "DANGERS", Rate(3, 3600))
    answers = [send(client, text="A child wrote to us.", child_in_danger="on") for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]


def test_a_whole_network_of_one_household_counts_as_one(opened, client, standing_clock, thrice):
    for number in range(3):
        send(client, f"2001:db8:1:1::{number:x}")
    assert send(client, "2001:db8:1:1:ffff::1").status_code == 429
    assert send(client, "2001:db8:1:2::1").status_code == 200


def test_an_address_is_kept_nowhere(opened, client, home):
    send(client)
    ask(client, "0000 0000 0000 0000")
    files = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    assert files
    assert not any(ADDRESS.encode() in content for content in files)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            assert ADDRESS not in repr(cursor.fetchall())


#### Receipts ####


def test_a_receipt_is_16_digits_and_is_kept_as_a_keyed_digest(opened, client):
    code = receipt_of(send(client))
    assert re.fullmatch(r"\d{4} \d{4} \d{4} \d{4}", code)
    kept = Report.objects.get().receipt_digest
    assert kept == receipts.digest_of(code.replace(" ", "-"))
    assert code.replace(" ", "") not in kept


def test_whoever_holds_a_receipt_learns_how_it_stands_and_what_was_answered_and_nothing_else(opened, client):
    code = receipt_of(send(client, text="what somebody wrote"))
    senior = make_person(opened.organisation, "senior", [Role.SUPERVISOR], [opened.team])
    staff, case = Client(), triage.Case.objects.get()
    sign_in(staff, senior)
    assert "what somebody wrote" in staff.get(reverse("case-reports", args=[case.id])).content.decode()
    waiting = ask(client, code).content.decode()
    assert "Nobody has decided about it yet" in waiting
    assert "no answer for you yet" in waiting
    said = {"text": "Thank you. We have passed it on."}
    staff.post(reverse("report-answer", args=[case.id, Report.objects.get().id]), said)
    staff.post(reverse("case-close", args=[case.id]), {"because": "not-illegal", "note": "a note of ours"})
    shown = ask(client, code).content.decode()
    assert "It has been dealt with, and is closed" in shown
    assert said["text"] in shown
    secrets = ("files.example", "what somebody wrote", "a note of ours", "not illegal", senior.pseudonym, str(case.id))
    assert [each for each in secrets if each in shown] == []
    assert Leaf.objects.filter(action=Action.REPORT_ANSWERED).count() == 1


def test_what_was_confirmed_and_what_was_not_read_alike_to_the_holder(opened, client):
    """A report must not be a way to ask whether something is known."""
    codes = [receipt_of(send(client)) for _ in range(2)]
    triage.Case.objects.filter(id=Report.objects.order_by("id")[0].case_id).update(state="confirmed")
    page = ask(client, codes[0]).content.decode()
    # around the words stands the map of keys, the same on every page
    told = page.partition("<main")[2].partition("</main>")[0]
    assert "Somebody has decided about it" in told
    assert not re.search(r"\b(known|match|list|illegal|confirmed)\b", re.sub(r"<[^>]+>", " ", told))


def test_an_erased_report_says_so_and_no_more(opened, client):
    code = receipt_of(send(client))
    case = triage.Case.objects.get()
    Answer.objects.create(report=Report.objects.get(), case=case, text="gone", said_by="p-1")
    erase(SYSTEM, case.id, kind=ObjectKind.CASE, reason=ReasonCode.RETENTION_ENDED)
    shown = ask(client, code).content.decode()
    assert "has been erased" in shown
    assert "gone" not in shown


@pytest.mark.parametrize("code", ["", "1", "0000 0000 0000 0000", "x" * 16, "\u0660" * 16, "' OR 1=1 --12345", "-"])
def test_a_code_that_is_none_shows_nothing(opened, client, code):
    send(client)
    response = ask(client, code)
    assert response.context["standing"] is None
    assert response.context["form"].errors


def test_codes_cannot_be_tried_for_ever_and_never_by_address_line(opened, client, standing_clock, thrice):
    code = receipt_of(send(client))
    shown = client.get(f"{reverse('report-ask')}?code={code}")
    assert shown.context["standing"] is None
    assert [ask(client, "0000 0000 0000 0000").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert ask(client, code).status_code == 429
    assert ask(client, code, "198.51.100.78").context["standing"] is not None


def test_a_report_by_a_machine_has_no_receipt_and_cannot_be_answered(opened, client):
    send(client)
    report = Report.objects.get()
    Report.objects.update(receipt_digest="")
    sign_in(client, make_person(opened.organisation, "senior", [Role.SUPERVISOR], [opened.team]))
    answer = reverse("report-answer", args=[report.case_id, report.id])
    assert client.post(answer, {"text": "x"}).status_code == 404
    assert ask(client, "").context["standing"] is None
