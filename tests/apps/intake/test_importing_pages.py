"""Files of reports in the console: each row's outcome and never a word of it, within reach, and nothing taken twice."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.world import make_desk, make_person, sign_in
from tutela.apps.access.public import acting_as
from tutela.apps.intake import importing, importing_pages
from tutela.apps.intake.models import Import, Report
from tutela.apps.triage.public import Case
from tutela.domain.actors import SYSTEM, Role
from tutela.domain.reports import Reported, Said
from tutela.engine.formats.reports import ReportRow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
SECRET = "a word that stands in a row"
ROWS = [
    {"id": "a", "address": "https://files.example/a"},
    {"id": "b", "address": "https://files.example/b", "text": SECRET},
    {"id": "c", "text": SECRET},
    {"id": "d", "address": 7, "text": SECRET},
    {"id": "a", "address": "https://files.example/other"},
    {"id": "b", "address": "https://files.example/b", "text": SECRET},
]
FILE = "\n".join(map(json.dumps, ROWS)).encode()


@pytest.fixture
def desk():
    return make_desk()


@pytest.fixture
def person(desk):
    client = Client()
    sign_in(client, desk.colleague)
    return client


def bring(client, content=FILE, sender="partner"):
    return client.post(reverse("imports"), {"sender": sender, "file": SimpleUploadedFile("new.jsonl", content)})


def shown(client, run, query=""):
    return client.get(reverse("import", args=[run.id]) + query)


def test_a_file_that_is_sent_is_taken_in_and_each_row_has_its_outcome(person):
    response = bring(person)
    run = Import.objects.get()
    assert response.url == reverse("import", args=[run.id])
    assert [(row.number, row.outcome) for row in run.rows.all()] == [
        (1, "taken"),
        (2, "taken"),
        (3, "refused"),
        (4, "refused"),
        (5, "key-reused"),
        (6, "there-already"),
    ]
    assert Report.objects.count() == 2
    page = shown(person, run).content.decode()
    for words in ("Taken in", "There already", "Another report under the same name", "nobody could act on it"):
        assert words in page
    assert "partner" in person.get(reverse("imports")).content.decode()


def test_no_page_and_no_download_holds_a_word_of_a_row(person):
    bring(person)
    run = Import.objects.get()
    download = person.get(reverse("import-refused", args=[run.id])).content
    for said in (shown(person, run).content, person.get(reverse("imports")).content, download):
        assert SECRET.encode() not in said
        assert b"files.example" not in said


def test_the_rows_that_were_not_taken_in_are_downloaded_by_number_and_reason(person):
    bring(person)
    response = person.get(reverse("import-refused", args=[Import.objects.get().id]))
    assert "attachment" in response["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert [(row["row"], row["outcome"]) for row in rows] == [("3", "refused"), ("4", "refused"), ("5", "key-reused")]
    assert all(row["reason"] for row in rows)


def test_the_same_file_again_takes_nothing_in_and_shows_the_same_import(person):
    assert bring(person).url == bring(person).url
    assert (Import.objects.count(), Report.objects.count()) == (1, 2)


@pytest.mark.parametrize(
    ("only", "numbers"),
    [("refused", ["3", "4"]), ("taken", ["1", "2"]), ("key-reused", ["5"]), ("nonsense", list("123456"))],
)
def test_rows_are_filtered_by_their_outcome(person, only, numbers):
    bring(person)
    listed = shown(person, Import.objects.get(), f"?only={only}").context["listed"]
    assert [str(row.number) for row, _outcome, _why in listed] == numbers


def test_many_rows_are_walked_a_page_at_a_time(person, monkeypatch):
    monkeypatch.setattr(importing_pages, "ROWS_A_PAGE", 4)
    bring(person)
    run = Import.objects.get()
    first = shown(person, run).context
    assert (len(first["listed"]), first["next"], first["is_first"]) == (4, 4, True)
    second = shown(person, run, "?after=4").context
    assert ([row.number for row, *_ in second["listed"]], second["next"], second["is_first"]) == ([5, 6], None, False)


@pytest.mark.parametrize("after", ["-1", "x", "9" * 40, "²"])
def test_a_place_that_nobody_wrote_is_the_first_page(person, after):
    bring(person)
    assert len(shown(person, Import.objects.get(), f"?after={after}").context["listed"]) == len(ROWS)


@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 40, b"no,column,of\na,report,here\n"])
def test_what_is_no_file_of_reports_is_refused_and_nothing_is_kept(person, content):
    assert bring(person, content).status_code == 400
    assert not Report.objects.exists()


@pytest.mark.parametrize("sender", ["", "x" * 101, "a\x00b"])
def test_who_brought_it_must_be_a_name(person, sender):
    assert bring(person, sender=sender).status_code == 400
    assert not Import.objects.exists()


def test_an_import_that_broke_off_says_how_far_it_came_and_goes_on(person, monkeypatch):
    monkeypatch.setattr(importing.rules, "BATCH_REPORTS_MAX", 2)
    real = importing.services.receive_many
    calls = []

    def breaks(*given):
        calls.append(given)
        if len(calls) == 2:
            raise MemoryError
        return real(*given)

    monkeypatch.setattr(importing.services, "receive_many", breaks)
    person.raise_request_exception = False
    assert bring(person).status_code == 500
    run = Import.objects.get()
    assert (run.rows_done, run.finished_at) == (2, None)
    assert "Not read to its end: 2 rows so far" in shown(person, run).content.decode()
    bring(person)
    run.refresh_from_db()
    assert run.finished_at is not None
    assert run.rows.count() == len(ROWS)


def test_another_organisation_sees_nothing_of_it(person):
    bring(person)
    run, theirs = Import.objects.get(), Client()
    sign_in(theirs, make_desk("Other hotline").colleague)
    assert theirs.get(reverse("imports")).context["listed"].count() == 0
    for name in ("import", "import-refused"):
        assert theirs.get(reverse(name, args=[run.id])).status_code == 404


def test_what_a_format_said_besides_is_shown_with_the_report_and_folded(person, desk):
    told = Reported(addresses=("https://files.example/a",), besides=(Said("report/futureElement", "Seen twice"),))
    brought = importing.Brought(desk.organisation.id, "partner", "ab" * 32, "csv")
    with acting_as(SYSTEM):
        list(importing.take_in(SYSTEM, brought, [ReportRow(1, told)]))
        Case.objects.update(team=desk.team)
    page = person.get(reverse("case-reports", args=[Case.objects.get().id])).content.decode()
    folded = page[page.index("<details><summary>1</summary>") :]
    assert "report/futureElement" in folded
    assert "Seen twice" in folded


def test_whoever_may_not_hand_reports_in_may_not_bring_a_file(desk):
    client = Client()
    sign_in(client, make_person(desk.organisation, "auditor", [Role.AUDITOR]))
    assert bring(client).status_code == 404
    assert not Import.objects.exists()
