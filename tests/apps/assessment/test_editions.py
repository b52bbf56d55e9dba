"""Editions: built in the background from one release; what was built is proved by its digest before it is handed out."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.urls import reverse

from tests.world import actor, make_desk, make_person, sign_in
from tutela.apps.access.public import acting_as
from tutela.apps.assessment import costing, editing, profiling, releasing
from tutela.apps.assessment.editing import EditionError, Order
from tutela.apps.assessment.models import Edition, Release
from tutela.apps.assessment.rules import CAPABILITIES, Said
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action
from tutela.apps.jobs.models import DeadJob, Job
from tutela.apps.jobs.public import run_worker
from tutela.domain.actors import SYSTEM, Role
from tutela.engine.assessment.capability import Answer
from tutela.engine.assessment.edition import building
from tutela.engine.assessment.indicators import Lens
from tutela.engine.assessment.scenarios import Scenario

pytestmark = pytest.mark.django_db
KEY = ("cybertipline-reports", "WLD", "2017", "")


@pytest.fixture(autouse=True)
def home(tmp_path, settings):
    settings.TUTELA = replace(settings.TUTELA, home=tmp_path)
    return tmp_path


@pytest.fixture
def desk():
    return make_desk()


@pytest.fixture
def person(desk):
    return make_person(desk.organisation, "policy", [Role.POLICY_ANALYST])


@pytest.fixture
def analyst(person):
    return actor(person)


@pytest.fixture
def order(analyst):
    return Order(releasing.freeze(analyst, "2026").id, "The figures of 2026", (Lens.SOCIETY,), ("KEN",))


@pytest.fixture
def few(monkeypatch):
    """Build only what this asks for: pages and papers of a whole edition take seconds each."""
    made = {"edition.html": b"<p>", "data/datapackage.json": b"{}"}
    monkeypatch.setattr(building, "files", lambda *_given: iter(made.items()))
    return made


def work():
    with acting_as(SYSTEM), transaction.atomic():
        run_worker(until_idle=True)


def test_an_edition_is_built_in_the_background_and_every_file_has_its_digest(analyst, order, home):
    made = editing.ask(analyst, order)
    assert Job.objects.get(name="assessment.edition").payload == {"edition_id": str(made.id)}
    work()
    found = editing.edition(analyst, made.id)
    files = {each.name: each for each in editing.files(found)}
    assert {"edition.pdf", "edition.html", "industry.pdf", "country-ken.html", "SHA256SUMS"} <= files.keys()
    assert "data/datapackage.json" in files
    assert found.files_made == found.file_count == len(files)
    for each in files.values():
        assert hashlib.sha256(editing.content(found, each.name)).hexdigest() == each.sha256
    sums = editing.content(found, building.DIGESTS).decode().splitlines()
    assert {tuple(line.split("  ")) for line in sums} == {
        (each.sha256, each.name) for each in files.values() if each.name != building.DIGESTS
    }
    page = editing.content(found, "edition.html").decode()
    assert "The figures of 2026" in page
    assert releasing.release(analyst, order.release).digest in page
    assert [Leaf.objects.filter(action=action).count() for action in (Action.EDITION_ASKED, Action.EDITION_BUILT)] == [
        1,
        1,
    ]


def test_what_was_corrected_before_the_release_is_told_and_what_came_later_is_not(analyst):
    releasing.correct(analyst, KEY, 10_214_754, reason="counted again", source="gta2018")
    release = releasing.freeze(analyst, "2026")
    releasing.correct(analyst, KEY, 10_214_755, reason="and again", source="gta2018")
    row = editing.ask(analyst, Order(release.id, "Figures", (Lens.SOCIETY,)))
    told = editing._additions(row, releasing.opened(release)).corrections
    assert [each.reason for each in told] == ["counted again"]


def publish(desk, country, edition):
    profile = profiling.begin(desk, country, edition)
    for number in CAPABILITIES:
        profiling.answer(desk, profile.id, Said(number, Answer.YES, Answer.PARTLY), evidence="Private words.")
    return profiling.publish(desk, profile.id)


def test_a_brief_tells_what_its_country_published_when_the_edition_was_asked_for(analyst, order):
    profiling.begin(analyst, "KEN", "2024")  # private: it is nowhere
    before = publish(analyst, "KEN", "2025")
    publish(analyst, "NLD", "2025")
    row = editing.ask(analyst, order)
    publish(analyst, "KEN", "2026")
    assert row.asked["profiles"] == [str(before.id)]
    (told,) = editing._additions(row, releasing.opened(row.release)).profiles
    assert (told.country, told.edition, told.shared) == ("KEN", "2025", True)
    assert told.of(1).implementation is Answer.PARTLY
    assert not any(each.evidence for each in told.answers)


def test_kept_scenarios_stand_in_an_edition_and_those_of_others_do_not(analyst, order):
    asked = Scenario("A year", low=1000, high=4000, source="our own count", area="KEN", spread_percent=30)
    kept = costing.keep(analyst, asked)
    row = editing.ask(analyst, replace(order, scenarios=(str(kept.id),)))
    told = editing._additions(row, releasing.opened(row.release)).costs
    assert {each.scenario for each in told} == {"A year"}
    assert all("our own count" in each.sources for each in told)
    other = actor(make_person(make_desk("Other hotline").organisation, "policy", [Role.POLICY_ANALYST]))
    theirs = releasing.freeze(other, "theirs")
    with pytest.raises(EditionError, match="no such scenario"):
        editing.ask(other, Order(theirs.id, "Figures", (Lens.IMPACT,), (), (str(kept.id),)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": "All 4,000 figures"}, "number"),
        ({"title": " "}, "title"),
        ({"lenses": ()}, "lens"),
        ({"countries": ("QQQ",)}, "QQQ"),
        ({"countries": ("KEN",) * 41}, "40"),
    ],
)
def test_what_an_edition_may_not_be_is_refused_before_it_waits(analyst, order, change, words):
    with pytest.raises(EditionError, match=words):
        editing.ask(analyst, replace(order, **change))
    assert not Edition.objects.exists()
    assert not Job.objects.exists()


def test_a_country_that_may_not_be_shown_refuses_the_whole_edition_and_says_why(analyst, order, monkeypatch, home):
    made = editing.ask(analyst, order)
    Edition.objects.filter(id=made.id).update(asked=made.asked | {"countries": ["WLD"]})
    work()
    found = editing.edition(analyst, made.id)
    assert (found.state, editing.files(found)) == ("refused", [])
    assert "not a country" in found.refused_because
    assert not (home / editing.FOLDER / str(made.id)).exists()
    with pytest.raises(EditionError):
        editing.content(found, "edition.html")


def test_a_file_that_was_changed_or_is_gone_is_not_handed_out_and_can_be_built_again(analyst, order, few, home):
    made = editing.ask(analyst, order)
    work()
    found = editing.edition(analyst, made.id)
    assert editing.content(found, "edition.html") == b"<p>"
    page = home / editing.FOLDER / str(made.id) / "edition.html"
    page.write_bytes(b"<b>")
    with pytest.raises(EditionError, match="not what was built"):
        editing.content(found, "edition.html")
    page.unlink()
    assert [each.name for each in editing.missing(found)] == ["edition.html"]
    editing.again(analyst, made.id)
    work()
    assert editing.content(editing.edition(analyst, made.id), "edition.html") == b"<p>"


@pytest.mark.parametrize("name", ["../secret.key", "/etc/passwd", "data", "edition.html/../x", ""])
def test_nothing_but_its_files_is_handed_out(analyst, order, few, name):
    made = editing.ask(analyst, order)
    work()
    with pytest.raises(EditionError, match="no such file"):
        editing.content(editing.edition(analyst, made.id), name)


def test_a_building_that_was_given_up_is_told_and_begins_again_when_somebody_asks(analyst, order, few, monkeypatch):
    made = editing.ask(analyst, order)
    assert not editing.was_given_up(editing.edition(analyst, made.id))
    editing.again(analyst, made.id)  # it waits already: nothing is asked twice
    assert Job.objects.count() == 1
    Job.objects.all().delete()
    assert editing.was_given_up(editing.edition(analyst, made.id))
    editing.again(analyst, made.id)
    work()
    assert editing.edition(analyst, made.id).state == "done"
    assert not DeadJob.objects.exists()


def test_what_a_killed_worker_left_is_not_in_the_edition(analyst, order, few, home):
    made = editing.ask(analyst, order)
    half = home / editing.FOLDER / str(made.id) / "half.pdf"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"%")
    work()
    assert not half.exists()
    assert {each.name for each in editing.files(editing.edition(analyst, made.id))} == set(few)


def test_a_second_run_of_a_built_edition_changes_nothing(analyst, order, few):
    made = editing.ask(analyst, order)
    work()
    assert editing.build(made.id) is None
    editing.keep(made.id, editing.Built((), "late"))
    assert editing.edition(analyst, made.id).state == "done"
    assert Leaf.objects.filter(action=Action.EDITION_BUILT).count() == 1


def test_an_edition_of_a_release_whose_contents_were_altered_is_not_built(analyst, order, few):
    made = editing.ask(analyst, order)
    Release.objects.update(digest="0" * 64)
    work()
    assert (Edition.objects.get(id=made.id).state, Job.objects.get().error) == ("waiting", "failed")


def test_who_only_reads_cannot_ask_and_another_organisation_sees_nothing(desk, analyst, order):
    made = editing.ask(analyst, order)
    supervisor = actor(make_person(desk.organisation, "senior", [Role.SUPERVISOR]))
    for refused in (lambda: editing.ask(supervisor, order), lambda: editing.again(supervisor, made.id)):
        with pytest.raises(PermissionDenied):
            refused()
    other = actor(make_person(make_desk("Other hotline").organisation, "policy", [Role.POLICY_ANALYST]))
    assert editing.editions(other).count() == 0
    for hidden in (lambda: editing.edition(other, made.id), lambda: editing.ask(other, order)):
        with pytest.raises(Http404):
            hidden()


def test_the_pages_ask_tell_how_far_it_is_and_hand_out_the_files(person, order, few, client):
    sign_in(client, person)
    assert "No edition yet" in client.get(reverse("editions")).content.decode()
    wrong = client.post(reverse("edition-ask"), {"title": "x"}, follow=True)
    assert "at least one lens" in wrong.content.decode()
    said = {"title": "Figures", "release": str(order.release), "lenses": ["society"], "countries": ["KEN"]}
    asked = client.post(reverse("edition-ask"), said)
    made = Edition.objects.get()
    assert asked.url == reverse("edition", args=[made.id])
    assert "It waits for the background work." in client.get(asked.url).content.decode()
    Edition.objects.update(files_made=1, file_count=2)
    assert "1 of 2 files are built." in client.get(asked.url).content.decode()
    work()
    page = client.get(asked.url).content.decode()
    assert all(name in page for name in few)
    assert hashlib.sha256(b"<p>").hexdigest() in page
    given = client.get(reverse("edition-file", args=[made.id, "data/datapackage.json"]))
    assert given["Content-Disposition"] == 'attachment; filename="datapackage.json"'
    assert given.content == b"{}"
    gone = client.get(reverse("edition-file", args=[made.id, "other.pdf"]), follow=True)
    assert "There is no such file." in gone.content.decode()
