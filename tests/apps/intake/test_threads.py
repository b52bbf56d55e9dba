"""Threads, paths, help and calls: nobody reads another's thread, what was pasted is checked, what is claimed is shown."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.apps.intake.test_public import ADDRESS, ask, receipt_of, send
from tests.world import fill, make_desk, make_person, sign_in
from tutela.apps.access import services as access
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, erase
from tutela.apps.intake import claimed, helping, pages
from tutela.apps.intake.models import Door, Report
from tutela.apps.triage import public as triage
from tutela.domain.actors import SYSTEM, Role
from tutela.domain.reports import Account, Fact
from tutela.engine.throttling import Rate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
PAGE = "https://files.example/a"


@pytest.fixture
def opened():
    desk = make_desk()
    access.set_desk(SYSTEM, desk.organisation.id, desk.team.id)
    return desk


def staff(desk, role=Role.SUPERVISOR, name="senior"):
    client, person = Client(), make_person(desk.organisation, name, [role], [desk.team])
    sign_in(client, person)
    return client, person


def addition_token(client, code) -> str:
    return re.search(r'name="token" value="([^"]+)"', ask(client, code).content.decode())[1]


def add(client, code, text="One more thing.", token="", address="", **fields):
    given = {"code": code, "token": token or addition_token(client, code), "text": text, "address": address} | fields
    return client.post(reverse("report-add"), given, REMOTE_ADDR=ADDRESS)


#### Threads ####


def test_what_is_added_is_a_report_of_the_same_thread_and_case(opened, client):
    code = receipt_of(send(client))
    assert "lies with your report" in add(client, code).content.decode()
    first, added = Report.objects.order_by("received_at", "id")
    assert (added.case_id, added.thread_id, added.receipt_digest) == (first.case_id, first.id, "")
    assert first.thread_id is None
    assert triage.Case.objects.count() == 1


def test_what_is_added_stays_in_its_case_though_its_page_leads_elsewhere(opened, client):
    elsewhere = send(client, page="https://files.example/other").context["report"]
    code = receipt_of(send(client))
    add(client, code, address="https://files.example/other")
    added = Report.objects.get(thread__isnull=False)
    assert added.case_id == added.thread.case_id != elsewhere.case_id


def test_adding_the_same_twice_adds_it_once_and_other_words_under_it_are_refused(opened, client):
    code = receipt_of(send(client))
    token = addition_token(client, code)
    assert [add(client, code, token=token).status_code for _ in range(2)] == [200, 200]
    assert Report.objects.count() == 2
    assert "with other words" in add(client, code, "Something else.", token).content.decode()
    assert Report.objects.count() == 2


def test_no_reporter_reads_anothers_thread_in_the_same_case(opened, client):
    mine, theirs = (receipt_of(send(client)) for _ in range(2))
    add(client, mine)
    added = Report.objects.get(thread__isnull=False)
    person, _senior = staff(opened)
    for report, said in ((added, "To what you added."), (Report.objects.get(id=added.thread_id), "To what you sent.")):
        person.post(reverse("report-answer", args=[report.case_id, report.id]), {"text": said})
    shown, hidden = (ask(client, code).content.decode() for code in (mine, theirs))
    assert "To what you added." in shown
    assert "To what you sent." in shown
    assert "You added something" in shown
    for words in ("To what you", "You added something"):
        assert words not in hidden
    assert triage.Case.objects.count() == 1


def test_what_was_added_is_not_read_back_by_receipt(opened, client):
    code = receipt_of(send(client))
    add(client, code, "words of the holder")
    assert "words of the holder" not in ask(client, code).content.decode()


def test_two_reports_with_one_code_open_no_thread(opened, client):
    code = receipt_of(send(client))
    send(client, page="https://files.example/b")
    Report.objects.update(receipt_digest=Report.objects.filter(receipt_digest__gt="")[0].receipt_digest)
    assert add(client, code, token="token-of-a-form").status_code == 400
    assert ask(client, code).context["standing"] is None


@pytest.mark.parametrize("code", ["", "0000 0000 0000 0000", "x" * 16])
def test_nothing_is_added_without_a_receipt(opened, client, code):
    send(client)
    assert add(client, code, token="token-of-a-form").status_code == 400
    assert Report.objects.count() == 1


def test_nothing_is_added_to_what_was_erased(opened, client):
    code = receipt_of(send(client))
    token = addition_token(client, code)
    erase(SYSTEM, triage.Case.objects.get().id, kind=ObjectKind.CASE, reason=ReasonCode.RETENTION_ENDED)
    assert add(client, code, token=token).status_code == 400
    assert "Add something" not in ask(client, code).content.decode()
    assert Report.objects.count() == 1


def test_nothing_empty_and_no_media_is_added(opened, client):
    code = receipt_of(send(client))
    assert "what you would like to add" in add(client, code, "").content.decode()
    answer = add(client, code, "data:image/png;base64,AAAA").content.decode()
    assert answer.count("Do not download, copy or forward") == 2
    assert "base64" not in answer
    assert Report.objects.count() == 1


def test_codes_cannot_be_tried_by_adding_and_danger_is_not_kept_waiting(opened, client, standing_clock, monkeypatch):
    monkeypatch.setattr(pages, "RECEIPTS", Rate(3, 3600))
    code = receipt_of(send(client))
    token = addition_token(client, code)
    tries = [add(client, "0000 0000 0000 0000", token=token).status_code for _ in range(3)]
    assert tries == [400, 400, 429]
    assert add(client, code, token=token, child_in_danger="on").status_code == 200
    assert triage.Case.objects.get().child_in_danger


#### What was said ####


def said() -> object:
    report = Report.objects.get()
    return claimed.read(report.claimed, text=report.text, contact=report.contact)


def test_addresses_are_found_in_what_was_pasted_and_taken_only_when_checked(opened, client):
    first = send(
        client, page="See https://files.example/a. And <hxxp://mirror[.]example/b>, twice https://files.example/a"
    )
    assert not Report.objects.exists()
    back = first.context["form"].data["address"]
    assert back == "hxxps://files[.]example/a\nhxxp://mirror[.]example/b"
    assert send(client, page=back.replace("\n", "\r\n")).status_code == 200
    assert said().addresses == (PAGE, "http://mirror.example/b")


@pytest.mark.parametrize("pasted", ["words only", "javascript:alert(1)", "somebody@files", "https://", "1.5 and 2.7"])
def test_what_holds_no_address_is_refused(opened, client, pasted):
    response = send(client, page=pasted)
    assert response.status_code == 400
    assert "This is not the address of a page" in response.content.decode()


def test_media_pasted_beside_an_address_is_refused_and_not_sent_back(opened, client):
    response = send(client, page=f"{PAGE} data:image/png;base64,AAAA")
    assert response.status_code == 400
    assert "base64" not in response.content.decode()


def test_somebody_shown_needs_no_address_and_no_picture(opened, client):
    shown = client.get(f"{reverse('report')}?about=me").content.decode()
    token = re.search(r'name="token" value="([^"]+)"', shown)[1]
    assert 'type="file"' not in shown
    given = {
        "token": token,
        "facts": ["reporter-is-shown", "reporter-is-child"],
        "text": "A few words.",
        "contact": "by letter",
    }
    assert client.post(f"{reverse('report')}?about=me", given).status_code == 200
    assert said().facts == {Fact.REPORTER_IS_SHOWN, Fact.REPORTER_IS_CHILD}
    assert said().contact == "by letter"
    assert "by letter" not in Report.objects.get().claimed


def test_an_account_alone_is_enough_and_a_tick_that_was_not_offered_is_refused(opened, client):
    assert send(client, page="", platform="Chat", account="some.one").status_code == 200
    assert said().accounts == (Account("Chat", "some.one"),)
    assert send(client, facts=["new-material"]).status_code == 400


def test_a_language_is_chosen_by_address_and_no_cookie_keeps_it(opened, client):
    page = client.get(f"{reverse('report')}?lang=de")
    assert page["Content-Language"] == "de"
    assert "Worum geht es?" in page.content.decode()
    assert set(client.cookies) <= {"csrf"}
    for lang in ("xx", "../de", ""):
        assert "What is it about?" in client.get(reverse("report"), {"lang": lang}).content.decode()


#### Who helps ####


def test_a_place_without_rows_says_so_and_none_is_invented(opened, client):
    assert helping.HELP.rows() == ()
    shown = client.get(reverse("report")).content.decode()
    assert "not configured for this place" in shown
    assert "tel:" not in shown


def test_a_row_without_source_or_date_is_not_shown(opened, client, home):
    fill(
        helping.HELP,
        "ZZ,emergency,Whole,000 111,a source,2026-01-02",
        "ZZ,help-line,No source,000 222,,2026-01-02",
        "ZZ,help-line,No date,000 333,a source,",
        "ZZ,help-line,A script,javascript:x,a source,2026-01-02",
    )
    shown = client.get(reverse("report")).content.decode()
    assert "000 111" in shown
    assert [word for word in ("000 222", "000 333", "javascript:") if word in shown] == []


#### Calls, and what staff see ####


def test_a_call_is_kept_with_who_wrote_it_down_and_its_caller_may_come_back(opened, client):
    person, senior = staff(opened)
    token = re.search(r'name="token" value="([^"]+)"', person.get(reverse("report-call")).content.decode())[1]
    given = {"token": token, "address": PAGE, "incident": "solicitation", "text": "words of a caller"}
    code = receipt_of(person.post(reverse("report-call"), given))
    report = Report.objects.get()
    assert (report.door, report.written_by) == (Door.CALL, senior.pseudonym)
    shown = person.get(reverse("case-reports", args=[report.case_id])).content.decode()
    assert senior.pseudonym in shown
    assert "Solicitation of a child" in shown
    assert "hxxps://files[.]example/a" in shown
    assert PAGE not in shown
    add(client, code)
    assert triage.Case.objects.count() == 1
    assert Report.objects.filter(thread=report).count() == 1


def test_a_way_to_reach_a_reporter_is_shown_only_when_asked_for_and_that_is_recorded(opened, client):
    send(client, contact="by letter")
    report = Report.objects.get()
    person, _senior = staff(opened)
    where = [report.case_id, report.id]
    assert "by letter" not in person.get(reverse("case-reports", args=where[:1])).content.decode()
    assert person.get(reverse("report-contact", args=where)).status_code == 405
    assert not Leaf.objects.filter(action=Action.CONTACT_SHOWN).exists()
    assert "by letter" in person.post(reverse("report-contact", args=where)).content.decode()
    assert Leaf.objects.filter(action=Action.CONTACT_SHOWN, object_id=str(report.id)).count() == 1


def test_whoever_may_not_answer_is_not_shown_how_to_reach_a_reporter(opened, client):
    send(client, contact="by letter")
    report = Report.objects.get()
    outsider = Client()
    sign_in(outsider, make_person(opened.organisation, "other", [Role.SENIOR_ANALYST], [opened.other_team]))
    reports = outsider.get(reverse("case-reports", args=[report.case_id]))
    assert reports.status_code == 200
    assert "Show how to reach" not in reports.content.decode()
    assert outsider.post(reverse("report-contact", args=[report.case_id, report.id])).status_code in {403, 404}
    assert not Leaf.objects.filter(action=Action.CONTACT_SHOWN).exists()
