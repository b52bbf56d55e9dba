"""The pages of the record: an entry with a proof that was just checked, a chain that holds or does not, no content."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.apps.custody.world import ObjectKind, behind_the_orm
from tests.world import make_desk, make_person, sign_in
from tutela.apps.custody import labels
from tutela.apps.custody.models import Disposal, Leaf
from tutela.domain.actors import Role
from tutela.engine import clock
from tutela.engine.ledger import Action
from tutela.engine.ledger import Reason as ReasonCode

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(record, client):
    sign_in(client, make_person(make_desk().organisation, "auditor", [Role.AUDITOR]))
    return client


def page(client, name, *arguments, status=200, **query):
    answer = client.get(reverse(name, args=arguments), query)
    assert answer.status_code == status
    return answer.content.decode()


def test_every_word_of_the_record_has_words_for_people():
    assert set(labels.ACTIONS) == set(Action)
    assert set(labels.REASONS) == set(ReasonCode) - {ReasonCode.ROUTINE}
    assert labels.action_of("moon.landed") == "moon.landed"  # a newer version wrote it


def test_an_entry_is_shown_with_a_proof_that_holds(auditor, record):
    case = record.case()
    record.sequence()
    entry = Leaf.objects.filter(chain_id=case).last()
    shown = page(auditor, "ledger-entry", entry.event)
    assert "This was just done." in shown
    assert str(entry.position) in shown
    assert record.newest().decode().split("\n")[2] in shown  # the root that was signed


def test_an_entry_without_a_place_says_so(auditor, record):
    case = record.case()
    assert "nothing to prove yet" in page(auditor, "ledger-entry", Leaf.objects.filter(chain_id=case).last().event)
    assert "It holds" not in page(auditor, "ledger-case", case)


def test_a_changed_entry_is_not_proved_and_its_chain_does_not_hold(auditor, record):
    case = record.case()
    record.sequence()
    entry = Leaf.objects.filter(chain_id=case).order_by("position").first()
    behind_the_orm(f"UPDATE custody_leaf SET reason = 'mistake' WHERE serial = {entry.serial}")
    assert "cannot be proved" in page(auditor, "ledger-entry", entry.event)
    assert "It does not hold" in page(auditor, "ledger-case", case)
    assert "It does not hold" in auditor.post(reverse("ledger-verify")).content.decode()


def test_the_whole_record_is_verified_on_request(auditor, record):
    record.filled()
    assert "It holds" in auditor.post(reverse("ledger-verify")).content.decode()
    assert auditor.get(reverse("ledger-verify")).status_code == 405


def test_entries_are_found_by_the_id_of_what_they_are_about(auditor, record):
    case, other = record.case(), record.case()
    shown = page(auditor, "ledger", id=str(case))
    found = {leaf.event for leaf in Leaf.objects.filter(chain_id=case)}
    assert all(event in shown for event in found)
    assert not any(leaf.event in shown for leaf in Leaf.objects.filter(chain_id=other))
    assert "No entry is about this id" in page(auditor, "ledger", id="not an id")


def test_a_written_reason_is_on_no_page(auditor, record):
    case = record.case(note="canary words of an analyst")
    record.sequence()
    pages = [page(auditor, "ledger"), page(auditor, "ledger-case", case)]
    pages += [page(auditor, "ledger-entry", leaf.event) for leaf in Leaf.objects.filter(chain_id=case)]
    assert "sealed with the case" in pages[-1]
    assert not any("canary" in each for each in pages)


def test_an_export_is_a_file_and_is_recorded(auditor, record):
    case = record.case()
    record.sequence()
    answer = auditor.post(reverse("custody-export", args=[case]))
    assert answer["Content-Disposition"].endswith(f'"custody-{case}.jsonl"')
    assert answer["Cache-Control"] == "no-store"
    assert Leaf.objects.latest("serial").action == Action.EXPORT_MADE


def test_what_retention_could_not_do_is_shown_with_what_it_means(auditor, record):
    Disposal.objects.create(subject_id=clock.new_id(), kind=ObjectKind.CASE, outcome="held", rule="case 30 days")
    shown = page(auditor, "retention")
    assert "a hold forbids erasing it" in shown
    assert "Erasures that could not be done this week" in page(auditor, "home")
