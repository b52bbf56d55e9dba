"""Data come in whole or not at all; what was said stays; what was wrong says so; nobody sees another's."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.urls import reverse

from tests.world import actor, make_desk, make_person, sign_in
from tutela.apps.access.models import Organisation
from tutela.apps.access.public import acting_as
from tutela.apps.assessment import data, importing, own, packing, public, releasing, services
from tutela.apps.assessment.importing import DataSetError
from tutela.apps.assessment.models import DataSet, OwnCount, Release
from tutela.apps.assessment.own import UndefinedCountError
from tutela.apps.assessment.releasing import ReleaseError
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action
from tutela.apps.triage.public import Case
from tutela.domain.actors import SYSTEM, Role
from tutela.domain.period import Period
from tutela.engine import clock
from tutela.engine.assessment import imports, operations
from tutela.engine.assessment.registry import load, tables
from tutela.engine.assessment.releases import AlteredError

pytestmark = pytest.mark.django_db
HEAD = ",".join(imports.COLUMNS)
ROW = "cybertipline-reports,WLD,1997,,4000,,,,,reports,,,,diaphanous,primary,"
KEY = ("cybertipline-reports", "WLD", "2017", "")


def table(*rows):
    return {"observations.csv": "\n".join([HEAD, *rows]).encode()}


@pytest.fixture
def desk():
    return make_desk()


@pytest.fixture
def analyst(desk):
    return actor(make_person(desk.organisation, "policy", [Role.POLICY_ANALYST]))


def recorded(action):
    return Leaf.objects.filter(action=action).count()


def test_a_package_comes_in_and_is_recorded(analyst):
    made = importing.take_in(analyst, "A year more", table(ROW))
    assert (made.was_taken, made.row_count, recorded(Action.DATA_IMPORTED)) == (True, 1, 1)
    assert data.registry(analyst).one("cybertipline-reports", "1997").value == 4000


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("no-such-indicator,WLD,1997,,1,,,,,reports,,,,diaphanous,primary,", "unknown"),
        ("cybertipline-reports,WLD,2017,,9000000,,,,,reports,,,,diaphanous,primary,", "contradictory"),
        ("cybertipline-reports,WLD,1997,,1,,,,,children,,,,diaphanous,primary,", "mis-united"),
        ("cybertipline-reports,WLD,FY97,,1,,,,,reports,,,,diaphanous,primary,", "mis-dated"),
        ("cybertipline-reports,WLD,1997,,1,,,,,reports,,,,,primary,", "unsourced"),
        (ROW, "duplicate"),
    ],
)
def test_one_bad_row_refuses_the_package_and_can_be_found(analyst, row, reason):
    made = importing.take_in(analyst, "Doubtful", table(ROW, row))
    assert (made.was_taken, made.refused_count, bytes(made.tables)) == (False, 1, b"")
    assert [(each.line, each.reason) for each in made.refusals.all()] == [(3, reason)]
    assert recorded(Action.DATA_REFUSED) == 1
    assert not any(each.span.text == "1997" for each in data.registry(analyst).series("cybertipline-reports"))


def test_a_package_may_define_what_it_brings_but_not_redefine_what_is_there(analyst):
    shipped = tables(load())
    head, first = shipped["indicators.csv"].decode().split("\n")[:2]
    fresh = first.replace(first.split(",")[0], "hotline-staff", 1)
    made = importing.take_in(analyst, "Ours", {"indicators.csv": f"{head}\n{fresh}\n".encode()})
    assert made.was_taken
    assert "hotline-staff" in data.registry(analyst).catalogue.indicators
    other = first.replace(first.split(",")[1], "Something else", 1)
    made = importing.take_in(analyst, "Another's", {"indicators.csv": f"{head}\n{other}\n".encode()})
    assert [each.reason for each in made.refusals.all()] == ["contradictory"]


def test_the_same_package_comes_in_once_and_an_empty_one_never(analyst):
    importing.take_in(analyst, "Once", table(ROW))
    with pytest.raises(DataSetError):
        importing.take_in(analyst, "Twice", table(ROW))
    with pytest.raises(DataSetError):
        importing.take_in(analyst, "Nothing", {"observations.csv": b""})


def test_another_organisation_sees_nothing_of_it(desk, analyst):
    made = importing.take_in(analyst, "Ours", table(ROW))
    other = actor(make_person(make_desk("Other hotline").organisation, "policy", [Role.POLICY_ANALYST]))
    assert importing.data_sets(other).count() == 0
    assert not any(each.span.text == "1997" for each in data.registry(other).series("cybertipline-reports"))
    with pytest.raises(Http404):
        importing.data_set(other, made.id)


def test_who_only_reads_cannot_import_correct_or_freeze(desk):
    supervisor = actor(make_person(desk.organisation, "senior", [Role.SUPERVISOR]))
    with pytest.raises(PermissionDenied):
        importing.take_in(supervisor, "x", table(ROW))
    with pytest.raises(PermissionDenied):
        releasing.freeze(supervisor, "x")
    with pytest.raises(PermissionDenied):
        releasing.correct(supervisor, KEY, 1, reason="x", source="gta2018")


def test_a_release_keeps_the_old_value_and_the_next_one_says_what_was_corrected(analyst):
    first = releasing.freeze(analyst, "2025", is_baseline=True)
    releasing.correct(analyst, KEY, 10_214_754, reason="counted again", source="gta2018")
    second = releasing.freeze(analyst, "2026")
    assert releasing.opened(first).one(*KEY[:1], "2017").value == 10_214_753
    assert releasing.opened(second).one(*KEY[:1], "2017").value == 10_214_754
    assert [(each.key, each.kind.value) for each in releasing.changes_between(first, second)] == [(KEY, "revised")]
    assert (second.number, recorded(Action.DATA_CORRECTED), recorded(Action.RELEASE_MADE)) == (2, 1, 2)


def test_nothing_new_is_not_frozen_twice_and_there_is_one_baseline(analyst):
    releasing.freeze(analyst, "2025", is_baseline=True)
    with pytest.raises(ReleaseError):
        releasing.freeze(analyst, "2025 again")
    importing.take_in(analyst, "A year more", table(ROW))
    releasing.freeze(analyst, "2026", is_baseline=True)
    assert list(Release.objects.filter(is_baseline=True).values_list("title", flat=True)) == ["2026"]


def test_a_release_whose_contents_were_altered_is_refused(analyst):
    made = releasing.freeze(analyst, "2025")
    Release.objects.filter(id=made.id).update(digest="0" * 64)
    with pytest.raises(AlteredError):
        releasing.opened(releasing.release(analyst, made.id))


@pytest.mark.parametrize(("reason", "source"), [("", "gta2018"), ("x", "nobody")])
def test_a_correction_says_why_and_by_which_source(analyst, reason, source):
    with pytest.raises(ReleaseError):
        releasing.correct(analyst, KEY, 1, reason=reason, source=source)


def test_what_is_not_there_cannot_be_corrected(analyst):
    with pytest.raises(ReleaseError):
        releasing.correct(analyst, ("cybertipline-reports", "WLD", "1066", ""), 1, reason="x", source="gta2018")


def count(desk, opened, today, standing_clock):
    Organisation.objects.filter(id=desk.organisation.id).update(created_at=datetime(2026, 7, 15, tzinfo=UTC))
    for moment in opened:
        Case.objects.create(organisation=desk.organisation, team=desk.team, opened_at=moment)
    standing_clock.moment = today
    with acting_as(SYSTEM), transaction.atomic():
        return own.count_months()


def test_whole_months_are_counted_once_and_stand(desk, analyst, standing_clock):
    opened = [datetime(2026, 8, 31, 23, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)]
    made = count(desk, opened, datetime(2026, 10, 2, tzinfo=UTC), standing_clock)
    assert made > 0
    assert own.count_months() == 0
    Case.objects.all().delete()
    series = data.registry(analyst).series("own-cases-opened", operations.DESK)
    assert [(each.span.text, each.value) for each in series] == [("2026-08", 1), ("2026-09", 1)]


def test_small_counts_about_people_have_no_value(desk, analyst):
    OwnCount.objects.create(organisation=desk.organisation, month=date(2026, 8, 1), name="concerns-raised", count=3)
    OwnCount.objects.create(organisation=desk.organisation, month=date(2026, 9, 1), name="concerns-raised", count=9)
    series = data.registry(analyst).series("own-concerns-raised", operations.DESK)
    assert [(each.value, each.words) for each in series] == [(None, "fewer than 5"), (9.0, "9")]


def test_every_count_of_an_organisation_is_defined_by_the_registry_that_ships(desk):
    counted = services.of_organisation(Period(clock.now(), clock.now()), desk.organisation.id)
    for name in counted:
        assert len(load().indicator(operations.PREFIX + name).not_this) > 1


def test_a_count_that_nobody_defined_stops_the_counting_and_is_named(desk, standing_clock, monkeypatch):
    monkeypatch.setattr(services, "of_organisation", lambda _period, _organisation: {"something-new": 1})
    with pytest.raises(UndefinedCountError, match="something-new"):
        count(desk, [], datetime(2026, 10, 2, tzinfo=UTC), standing_clock)
    assert not OwnCount.objects.exists()


def test_own_counts_are_in_no_release(desk, analyst):
    OwnCount.objects.create(organisation=desk.organisation, month=date(2026, 9, 1), name="cases-opened", count=9)
    frozen = releasing.opened(releasing.freeze(analyst, "2026"))
    assert not any(each.indicator.startswith(operations.PREFIX) for each in frozen.observations)


def test_an_auditor_reads_the_registry_without_our_own_counts(desk):
    OwnCount.objects.create(organisation=desk.organisation, month=date(2026, 9, 1), name="cases-opened", count=9)
    auditor = actor(make_person(desk.organisation, "auditor", [Role.AUDITOR]))
    assert not any(each.indicator.startswith(operations.PREFIX) for each in data.registry(auditor).observations)
    assert DataSet.objects.count() == 0


def test_a_correction_of_a_value_that_another_version_ships_otherwise_breaks_nothing(analyst):
    made = releasing.correct(analyst, KEY, 1, reason="x", source="gta2018")
    type(made).objects.filter(id=made.id).update(id=clock.new_id(), was=5)
    assert data.registry(analyst).one("cybertipline-reports", "2017").value == 10_214_753


def shipped_now(analyst, made, files):
    """Let a data set that came in say something else than what ships, as after a newer version of Tutela."""
    DataSet.objects.filter(id=made.id).update(id=clock.new_id(), tables=packing.pack(files))
    return DataSet.objects.get(sha256=made.sha256)


def test_a_value_that_what_ships_contradicts_steps_back_and_says_so(analyst, client):
    made = importing.take_in(analyst, "A year more", table(ROW))
    assert data.overruled(analyst) == {}
    made = shipped_now(analyst, made, table(ROW, "cybertipline-reports,WLD,2017,,7,,,,,reports,,,,diaphanous,primary,"))
    ((which, (row,)),) = data.overruled(analyst).items()
    assert (which, row.reason) == (made.id, "contradictory")
    assert data.registry(analyst).one("cybertipline-reports", "2017").value == 10_214_753
    assert data.registry(analyst).one("cybertipline-reports", "1997").value == 4000
    assert [each.count for each in public.waiting(analyst)] == [1]


def test_a_data_set_whose_definition_what_ships_contradicts_shows_on_its_page(desk, analyst, client):
    made = importing.take_in(analyst, "A year more", table(ROW))
    head, first = tables(load())["sources.csv"].decode().split("\n")[:2]
    other = first.replace(first.split(",")[1], "Somebody else", 1)
    made = shipped_now(analyst, made, table(ROW) | {"sources.csv": f"{head}\n{other}\n".encode()})
    sign_in(client, make_person(desk.organisation, "reader", [Role.POLICY_ANALYST]))
    assert "is defined already, and otherwise" in client.get(reverse("data-set", args=[made.id])).content.decode()
    assert "overruled by what ships" in client.get(reverse("data-sets")).content.decode()
    assert not any(each.span.text == "1997" for each in data.registry(analyst).series("cybertipline-reports"))
