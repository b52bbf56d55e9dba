"""An assessment is carried by exact bytes into every case, and by nothing else; the page says on what it rests."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from tests.world import actor, make_desk, sign_in
from tutela.apps.access.public import Desk
from tutela.apps.intake import services as intake
from tutela.apps.intake.models import Door
from tutela.apps.review.services import confirm_unseen
from tutela.apps.triage import public as triage
from tutela.apps.triage import rules
from tutela.apps.triage.models import Assessment, Case, Item, Likeness, Match
from tutela.domain.actors import SYSTEM
from tutela.domain.reports import Account, Fact, Media, Reported

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
FILE, LIKE = Media({"sha256": bytes(32)}), Media({"sha256": bytes([1] * 32)})


@pytest.fixture
def desk():
    return make_desk()


@pytest.fixture
def report(desk):
    keys = iter(range(100))

    def give(media, where=desk):
        """By an account of its own, so that it begins a case of its own, whatever file it has."""
        number = next(keys)
        known = intake.receive(
            SYSTEM,
            Desk(where.organisation.id, where.team.id),
            intake.Submission(
                Door.CALL,
                f"call-{number:04}",
                Reported(accounts=(Account("Chat", str(number)),)),
                intake.ground_of(),
            ),
        )
        given = Reported(accounts=(Account("Chat", str(number)),), media=(media,), facts=frozenset({Fact.NEW_MATERIAL}))
        again = intake.Submission(Door.CALL, f"again-{number:04}", given, intake.ground_of())
        assert intake.receive(SYSTEM, Desk(where.organisation.id, where.team.id), again).case_id == known.case_id
        return Case.objects.get(id=known.case_id)

    return give


@pytest.fixture
def assessed(report, desk):
    """A case whose file a list knows exactly, confirmed without viewing."""
    case = report(FILE)
    Match.objects.create(
        item=Item.objects.get(),
        kind="exact",
        signal="sha256",
        list_name="national",
        list_version="ab" * 32,
        entry_id="1",
    )
    confirm_unseen(actor(desk.colleague), case.id)
    return case


def test_the_next_case_with_the_same_bytes_knows_it_and_what_waits_is_weighed_again(report, desk):
    waiting = report(FILE)
    assert "new:1" in waiting.signals.split()
    Match.objects.create(
        item=Item.objects.get(),
        kind="exact",
        signal="sha256",
        list_name="national",
        list_version="ab" * 32,
        entry_id="1",
    )
    confirm_unseen(actor(desk.colleague), report(FILE).id)
    waiting.refresh_from_db()
    assert "assessed:1" in waiting.signals.split()
    assert "new:1" not in waiting.signals.split()
    after = report(FILE)
    assert "assessed:1" in after.signals.split()
    (carried,) = triage.carried(after.id)
    assert (carried.basis, carried.list_name) == ("without-viewing", "national")
    assert triage.assessed([carried.item_id]).count() == 1


def test_what_looks_alike_carries_nothing_whatever_somebody_answered(report, assessed, desk):
    alike = report(LIKE)
    one, other = Item.objects.order_by("id")
    Likeness.objects.create(
        organisation=desk.organisation, item=other, other=one, distance_bits=0, threshold_bits=31, answer="same"
    )
    assert not triage.carried(alike.id).exists()
    assert "assessed" not in alike.signals


def test_another_organisation_carries_nothing(report, assessed):
    theirs = report(FILE, where=make_desk("Other hotline"))
    assert not triage.carried(theirs.id).exists()
    assert "assessed" not in theirs.signals
    assert Assessment.objects.count() == 1


def test_the_page_says_by_whom_when_and_on_what_basis_and_that_nobody_needs_to_view_it(report, assessed, desk, client):
    after = report(FILE)
    sign_in(client, desk.colleague)
    page = strip_tags(client.get(reverse("case", args=[after.id])).content.decode())
    made = Assessment.objects.get()
    for words in (
        "nobody needs to view it",
        "no independent assessment",
        made.assessed_by,
        FILE.digests["sha256"].hex(),
    ):
        assert words in page
    own = strip_tags(client.get(reverse("case", args=[assessed.id])).content.decode())
    assert "Assessed before" not in own


def test_what_was_assessed_is_neither_new_nor_unidentified():
    claims = rules.Claims(facts=frozenset({Fact.NEW_MATERIAL}))
    found = rules.signals(rules.Facts(claims, lists_asked=True, assessed=True))
    assert [signal.code for signal in found] == [rules.Code.ASSESSED]
