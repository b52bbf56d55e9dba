"""A series counts every sighting once, a statement proves each and names nobody, and what was erased stays a number."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse

from tests.world import actor, make_desk, make_person, sign_in
from tutela.apps.access.public import Desk
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, erase, place_hold, sequence
from tutela.apps.intake import services as intake
from tutela.apps.intake.models import Door, Report
from tutela.apps.review import linking
from tutela.apps.triage import circulation, series
from tutela.apps.triage.models import Clue, Erased, Item, Location, Match, Mention, Series, SeriesItem, Sighting
from tutela.apps.triage.services import TriageError
from tutela.domain.actors import SYSTEM, Role
from tutela.domain.reports import Media, Reported
from tutela.engine import clock, ledger

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
FILE, OTHER_FILE = Media({"sha256": bytes(range(32))}), Media({"sha256": bytes(range(1, 33))})
ADDRESS, CONTACT = "https://files.example/canary", "somebody@reporter.example"
METADATA = ["entry_id,series,status", "entry-1,S-17,unidentified", "entry-2,S-18,"]


@pytest.fixture
def desk():
    return make_desk()


@pytest.fixture
def report(desk, standing_clock):
    keys = iter(range(100))

    def give(*media, days=0, page=ADDRESS, **claims):
        standing_clock.forward(days=days, minutes=1)
        given = Reported(addresses=(page,) if page else (), media=media, **claims)
        submission = intake.Submission(Door.CALL, f"call-{next(keys):04}", given, intake.ground_of())
        return intake.receive(SYSTEM, Desk(desk.organisation.id, desk.team.id), submission)

    return give


@pytest.fixture
def supervisor(desk):
    return actor(make_person(desk.organisation, "senior", [Role.SUPERVISOR], [desk.team]))


def matched(item, kind="exact", entry="entry-1"):
    Match.objects.create(
        item=item, kind=kind, signal="sha256", list_name="national", list_version="ab" * 32, entry_id=entry
    )
    series.join([item.id])


def imported(desk, lines=METADATA):
    return series.import_rows(SYSTEM, desk.organisation.id, "national", series.read_rows(lines))


@pytest.fixture
def known(desk, report):
    """A series of one file, sighted three times: twice this month and once in a later one."""
    report(FILE)
    imported(desk)
    matched(Item.objects.get())
    report(FILE, OTHER_FILE)
    report(FILE, days=40)
    return Series.objects.get(name="S-17")


#### What is of a series ####


def test_only_an_exact_match_of_that_list_joins_whichever_came_first(desk, report):
    report(FILE, OTHER_FILE)
    one, other = Item.objects.order_by("fold")
    matched(one)
    matched(other, kind="near")
    assert not SeriesItem.objects.exists()
    assert imported(desk) == 2
    assert [(row.series.name, row.item_id) for row in SeriesItem.objects.all()] == [("S-17", one.id)]
    series.join([one.id, other.id])
    assert (SeriesItem.objects.count(), imported(desk)) == (1, 0)
    assert Series.objects.get(name="S-17").status == Series.Status.UNIDENTIFIED


@pytest.mark.parametrize("line", ["entry-1,,identified", ",S-1,", "entry-1,S-1,perhaps", f"entry-1,{'S' * 101},", "x"])
def test_metadata_that_is_none_is_refused_whole(desk, line):
    with pytest.raises(TriageError, match="3"):
        imported(desk, [*METADATA[:2], line])
    assert not Series.objects.exists()


def test_another_organisations_metadata_makes_no_series_here(desk, report):
    report(FILE)
    other = make_desk("Other hotline")
    imported(other)
    matched(Item.objects.get())
    assert not SeriesItem.objects.exists()


def test_a_person_puts_a_file_of_their_own_case_and_no_other(desk, report, supervisor):
    made = report(FILE)
    item = Item.objects.get()
    foreign = actor(make_person(make_desk("Other hotline").organisation, "foreign", [Role.SUPERVISOR]))
    with pytest.raises(Http404):
        series.put(foreign, made.case_id, item.id, "S-1")
    with pytest.raises(Http404):
        series.put(supervisor, made.case_id, made.id, "S-1")
    with pytest.raises(TriageError):
        series.put(supervisor, made.case_id, item.id, " ")
    series.put(supervisor, made.case_id, item.id, "S-1")
    series.put(supervisor, made.case_id, item.id, "S-1")
    assert SeriesItem.objects.get().decided_by == supervisor.pseudonym
    assert Leaf.objects.filter(action=Action.SERIES_ITEM_ADDED, reason=ReasonCode.PERSON_DECIDED).count() == 1


#### Counting ####


def test_each_report_of_an_item_is_one_sighting_and_other_files_are_none(known):
    counted = series.circulation(known)
    assert (counted.sightings, counted.reports, counted.items, counted.erased) == (3, 3, 1, 0)
    assert [month.sightings for month in counted.months] == [2, 1]
    assert series.hosts(known) == [("files.example", 1)]


def test_the_page_shows_hosts_and_no_address(known, desk, client):
    sign_in(client, desk.colleague)
    page = client.get(reverse("series", args=[known.id])).content.decode()
    assert "files.example" in page
    assert "canary" not in page
    assert "not the number of copies or viewers" in page
    assert "statement" not in page.replace("Statement", "")  # an analyst makes none
    assert "S-17" in client.get(reverse("all-series")).content.decode()


#### The statement ####


@pytest.fixture
def stated(known, supervisor):
    sequence()
    return circulation.statement(supervisor, known.id).content


def test_every_sighting_has_an_entry_that_leads_to_the_signed_root(stated):
    assert (stated["counts"]["sightings"], stated["without_entry"], stated["faults"]) == (3, 0, [])
    origin, size, root = stated["log"]["checkpoint"].split("\n")[:3]
    assert origin == stated["log"]["origin"]
    for each in stated["sightings"]:
        entry = each["received"]["entry"].encode()
        path = [bytes.fromhex(one) for one in each["received"]["proof"]]
        leaf = ledger.leaf_hash(entry)
        ledger.verify_inclusion(leaf, each["received"]["place"], int(size), path, ledger.note.decode_base64(root))
        assert json.loads(entry)["action"] == Action.REPORT_RECEIVED


def test_a_statement_names_nobody_no_address_and_no_case(stated, known):
    written = json.dumps(stated)
    assert "files.example" not in written
    assert not any(str(row.case_id) in written for row in Sighting.objects.all())
    assert set(re.findall(r"\b[0-9a-f]{32,64}\b", json.dumps(stated["files"]))) == {
        FILE.digests["sha256"].hex(),
        "ab" * 32,
    }
    assert any("copied" in each for each in stated["not_shown"])


def test_a_report_that_was_moved_is_proved_all_the_same(known, supervisor, report):
    last = Report.objects.latest("received_at")
    linking.take_out(supervisor, last.case_id, last.id)
    sequence()
    made = circulation.statement(supervisor, known.id).content
    assert (made["without_entry"], made["counts"]["sightings"]) == (0, 3)


def test_a_span_holds_its_first_day_and_not_its_last(known, supervisor):
    days = [row.seen_at.date() for row in series.sightings(known)]
    made = circulation.statement(supervisor, known.id, since=days[0], until=days[-1]).content
    assert made["counts"]["sightings"] == 2
    assert circulation.statement(supervisor, known.id, since=days[-1]).content["counts"]["sightings"] == 1
    assert circulation.statement(supervisor, known.id, until=date(2000, 1, 1)).content["sightings"] == []


def test_the_pdf_is_made_from_the_json_alone_and_making_one_is_recorded(known, supervisor):
    sequence()
    made = circulation.statement(supervisor, known.id)
    first = made.pdf()
    assert first.startswith(b"%PDF")
    assert made.pdf() == first
    assert Leaf.objects.filter(action=Action.EXPORT_MADE, chain_id=known.id).count() == 1


def test_who_may_not_export_makes_no_statement(known, desk):
    with pytest.raises(PermissionDenied):
        circulation.statement(actor(desk.colleague), known.id)
    foreign = actor(make_person(make_desk("Other hotline").organisation, "foreign", [Role.SUPERVISOR]))
    with pytest.raises(Http404):
        circulation.statement(foreign, known.id)
    assert not Leaf.objects.filter(action=Action.EXPORT_MADE).exists()


#### Erasure ####


def test_nothing_leads_back_to_what_was_erased_and_its_sightings_stay_a_number(known, supervisor, report):
    case_id = Sighting.objects.first().case_id
    assert Sighting.objects.filter(case_id=case_id).count() == 4
    erase(SYSTEM, case_id, kind=ObjectKind.CASE, reason=ReasonCode.RETENTION_ENDED)
    assert not any(rows.objects.filter(case_id=case_id).exists() for rows in (Sighting, Mention, Location))
    assert not Clue.objects.filter(home_id=case_id, mark__isnull=False).exists()
    assert sorted(Erased.objects.values_list("sightings", flat=True)) == [1, 2]
    report(FILE)
    made = circulation.statement(supervisor, known.id).content
    assert made["counts"] == {"sightings": 4, "of_which_erased": 3, "reports": 1, "files": 1}
    assert len(made["sightings"]) == 1


def test_how_to_reach_a_reporter_goes_with_the_case_unless_it_is_held(report):
    gone, held = report(page=ADDRESS, contact=CONTACT), report(page=ADDRESS, contact=CONTACT)
    place_hold(SYSTEM, held.id, reason=ReasonCode.LEGAL_ORDER)
    erase(SYSTEM, gone.case_id, kind=ObjectKind.CASE, reason=ReasonCode.SUBJECT_REQUEST)
    assert [Report.objects.get(id=each.id).contact for each in (gone, held)] == [None, CONTACT]
    actions = Leaf.objects.filter(kind=ObjectKind.REPORT).exclude(action=Action.REPORT_RECEIVED)
    assert sorted(actions.values_list("action", flat=True)) == [Action.ERASURE_REFUSED, Action.RECORD_ERASED]


def test_a_held_case_keeps_everything(known):
    case_id = Sighting.objects.first().case_id
    place_hold(SYSTEM, case_id, reason=ReasonCode.LEGAL_ORDER, until=clock.now().replace(year=2100))
    erase(SYSTEM, case_id, kind=ObjectKind.CASE, reason=ReasonCode.RETENTION_ENDED)
    assert Sighting.objects.filter(case_id=case_id).count() == 4
