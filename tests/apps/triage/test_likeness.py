"""What looks alike is asked, never assumed: no pair is missed, none carries anything, and files may vanish at any time."""

from __future__ import annotations

import shutil

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from tests.world import actor, make_desk, make_person
from tutela.apps.access.public import Desk, acting_as
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action
from tutela.apps.intake import services as intake
from tutela.apps.intake.models import Door
from tutela.apps.jobs.public import run_worker
from tutela.apps.triage import likeness, looks
from tutela.apps.triage.models import Case, Item, Likeness
from tutela.domain.actors import SYSTEM, Role
from tutela.domain.reports import Media, Reported

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]
BASE = bytes([0b01010101] * 32)


def turned(bits, pdq=BASE):
    """The same with so many bits turned."""
    return (int.from_bytes(pdq) ^ ((1 << bits) - 1)).to_bytes(32)


@pytest.fixture
def desk():
    return make_desk()


@pytest.fixture
def report(desk):
    """Report one file and let everything be done that follows."""
    numbers = iter(range(10_000))

    def give(*pdqs, quality=100, where=desk, wait=False):
        media = tuple(Media({"sha256": next(numbers).to_bytes(32)}, pdq, quality) for pdq in pdqs)
        given = intake.Submission(Door.CALL, f"call-{next(numbers):05}", Reported(media=media), intake.ground_of())
        made = intake.receive(SYSTEM, Desk(where.organisation.id, where.team.id), given)
        if not wait:
            work()
        return made

    return give


def work():
    with acting_as(SYSTEM):
        run_worker(until_idle=True)


def pairs():
    return sorted(Likeness.objects.values_list("distance_bits", flat=True))


def test_near_asks_and_far_does_not(report):
    report(BASE)
    report(turned(31))
    report(turned(100))
    asked = Likeness.objects.get()
    assert (asked.distance_bits, asked.threshold_bits, asked.answer) == (31, 31, "")
    assert Case.objects.count() == 3  # nothing was merged
    assert asked.item.sightings.get().seen_at > asked.other.sightings.get().seen_at


def test_two_in_one_batch_are_compared_with_each_other_once(report):
    report(BASE, turned(8), turned(255, BASE))
    assert pairs() == [8]


@pytest.mark.parametrize(("pdq", "quality"), [(bytes(32), 100), (b"", 100), (BASE, 49)])
def test_what_says_nothing_is_not_asked_about(report, pdq, quality):
    report(pdq, quality=quality)
    report(pdq, quality=quality)
    assert not Likeness.objects.exists()


def test_another_organisations_files_are_not_compared(report):
    report(BASE)
    report(BASE, where=make_desk("Other hotline"))
    assert not Likeness.objects.exists()


@pytest.mark.parametrize("harm", ["removed", "cut", "of something else"])
def test_files_that_vanish_or_are_altered_are_made_anew(report, harm):
    report(BASE)
    report(turned(100))  # so that the files have the first
    folder = next((settings.TUTELA.home / "likeness").iterdir())
    if harm == "removed":
        shutil.rmtree(folder)
    elif harm == "cut":
        for path in folder.rglob("*"):
            if path.is_file() and path.name != "upto":
                path.write_bytes(path.read_bytes()[:10])
    else:
        (folder / "upto").write_text(f"1 {Item.objects.earliest('likeness_place').id.hex[::-1]}")
    report(turned(4))
    assert pairs() == [4]


def test_whoever_dies_before_the_end_leaves_nothing_uncompared(report, desk, monkeypatch):
    report(BASE)
    report(turned(4), wait=True)

    def die(*_args):
        raise RuntimeError("the machine stops here")

    with monkeypatch.context() as patched:
        patched.setattr(likeness, "_keep", die)
        with pytest.raises(RuntimeError):
            likeness.compare(desk.organisation.id, connection_atomic)
    assert Item.objects.filter(likeness_place=None).count() == 1
    work()
    assert pairs() == [4]


def connection_atomic():
    return transaction.atomic()


def test_many_copies_of_one_ask_no_more_than_a_few_questions_each(report):
    report(*(turned(number % 8) for number in range(60)))
    report(turned(3))
    newest = Item.objects.latest("likeness_place")
    assert Likeness.objects.filter(item=newest).count() == looks.NEAREST_MAX
    assert Likeness.objects.filter(item=newest).order_by("-distance_bits").first().distance_bits <= 1


def test_a_batch_costs_as_many_statements_however_many_were_before(report, desk):
    def statements():
        report(*(turned(number) for number in range(0, 120, 40)), wait=True)
        with CaptureQueriesContext(connection) as captured:
            likeness.compare(desk.organisation.id, connection_atomic)
        return len(captured)

    for _ in range(2):
        statements()  # the files are made
    first = statements()
    for _ in range(3):
        assert statements() <= first


#### Answers ####


@pytest.fixture
def asked(report):
    report(BASE)
    report(turned(4))
    return Likeness.objects.get()


def test_an_answer_is_kept_can_be_changed_and_stands_in_the_record_of_both_cases(asked, desk):
    analyst = actor(desk.colleague)
    likeness.answer(analyst, asked.id, Likeness.Answer.SAME)
    likeness.answer(analyst, asked.id, Likeness.Answer.SAME)
    likeness.answer(analyst, asked.id, Likeness.Answer.NOT_SAME)
    kept = Likeness.objects.get()
    assert (kept.answer, kept.answered_by) == ("not-same", analyst.pseudonym)
    recorded = Leaf.objects.filter(action=Action.LIKENESS_ANSWERED)
    assert sorted(recorded.values_list("chain_id", flat=True)) == sorted(
        [*Case.objects.values_list("id", flat=True)] * 2
    )


def test_nobody_answers_about_what_is_another_teams_or_another_organisations(asked, desk):
    foreign = make_person(make_desk("Other hotline").organisation, "foreign", [Role.SUPERVISOR])
    for person in (desk.stranger, foreign):
        with pytest.raises(Http404):
            likeness.answer(actor(person), asked.id, Likeness.Answer.SAME)
    with pytest.raises(Http404):
        likeness.answer(actor(desk.colleague), Case.objects.earliest("id").id, Likeness.Answer.SAME)
    assert Likeness.objects.get().answer == ""
