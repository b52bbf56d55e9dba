"""Versions: a partner takes them round, a correction reaches everybody, and nothing is half-published or altered."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.test import Client

from tests.apps.lists.conftest import PAGE, place_of
from tests.world import make_key, sign_in
from tutela.apps.access.public import key_actor
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action
from tutela.apps.jobs.public import run_worker
from tutela.apps.lists import public, publishing, services
from tutela.apps.lists.models import ListChange, ListVersion, OwnEntry, Taker
from tutela.apps.lists.publishing import list_name
from tutela.apps.lists.rules import Kind, Why
from tutela.apps.lists.services import ListsError
from tutela.domain.actors import Permission
from tutela.domain.lists import MatchPolicy
from tutela.domain.media import MediaKind
from tutela.domain.signals import Digests
from tutela.engine.formats import open_list
from tutela.engine.matching import ListStore, LiveIndex, Matcher, Updater
from tutela.entry.cli.changes import read_changes

ONE, TWO = b"benign bytes", b"other benign bytes"


class Partner:
    """Another installation: it has nothing of ours but what it was given."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.store = ListStore(folder / "lists")

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def take_whole(self, content, name="whole.csv"):
        with open_list(self.file(name, content)) as rows:
            info = self.store.add("ours", "Example hotline", "1", "", MatchPolicy(), rows, imported_at="2026-11-23")
        Updater(self.store.index_folder).build([self.store.open("ours")])
        return info

    def take_changes(self, added, withdrawn):
        changes, rejected = read_changes(
            "ours", remove=self.file("withdrawn.txt", withdrawn), correct=None, add=self.file("added.csv", added)
        )
        assert rejected == []
        Updater(self.store.index_folder).apply(changes)

    def knows(self, data):
        digest = hashlib.sha256(data).digest()
        snapshot = LiveIndex.open(self.store.index_folder).snapshot()
        [judged] = snapshot.judge_digests([digest])
        return [hit.classification for hit in judged.hits]


@pytest.fixture
def partner(tmp_path):
    return Partner(tmp_path / "partner")


#### There and back ####


@pytest.mark.parametrize("name", ["whole.csv", "whole.jsonl"])
def test_a_partner_imports_it_and_a_correction_removes_it_there(ours, partner, name):
    wrong, _right = ours.listed(ONE), ours.listed(TWO)
    ours.publish()
    info = partner.take_whole(ours.take(name, 1), name)
    assert (info.entries, info.rows_rejected) == (2, 0)
    assert partner.knows(ONE) == partner.knows(TWO) == ["scheme 2:A1"]
    services.withdraw(ours.keeper, wrong.id, Why.ERROR)
    ours.publish()
    partner.take_changes(ours.take("added.csv", 2, since=1), ours.take("withdrawn.txt", 2, since=1))
    assert (partner.knows(ONE), partner.knows(TWO)) == ([], ["scheme 2:A1"])


def test_the_next_whole_removes_it_too(ours, partner):
    wrong, _right = ours.listed(ONE), ours.listed(TWO)
    ours.publish()
    partner.take_whole(ours.take("whole.csv", 1))
    services.withdraw(ours.keeper, wrong.id, Why.ERROR)
    ours.publish()
    partner.take_whole(ours.take("whole.csv", 2))
    assert (partner.knows(ONE), len(partner.knows(TWO))) == ([], 1)


def test_who_slept_through_versions_is_told_of_all_that_left_and_came(ours):
    first = ours.listed(ONE)
    ours.publish()
    brief = ours.listed(TWO)
    ours.publish()
    for entry in (first, brief):
        services.withdraw(ours.keeper, entry.id, Why.ERROR)
    ours.listed(b"third benign bytes")
    ours.publish()
    left = ours.take("withdrawn.txt", 3, since=1).decode().split()
    assert left == sorted([str(first.id), str(brief.id)])
    assert len(ours.take("added.csv", 3, since=1).splitlines()) == 2
    assert len(ours.take("whole.csv", 2).splitlines()) == 3  # a version never changes


def test_the_statement_names_its_files_and_the_one_before_and_the_record_names_it(ours):
    entry = ours.listed(ONE)
    ours.listed(TWO)
    first = ours.publish()
    services.withdraw(ours.keeper, entry.id, Why.ERROR)
    second = ours.publish()
    said = json.loads(ours.take("version.json", 2))
    assert said["before"] == first.digest
    assert said["sha256"]["whole.csv"] == hashlib.sha256(ours.take("whole.csv", 2)).hexdigest()
    assert said["withdrawn"] == [{"id": str(entry.id), "why": "error"}]
    assert (said["entries"], second.number) == (1, 2)
    assert hashlib.sha256(ours.take("version.json", 2)).hexdigest() == second.digest
    assert Leaf.objects.filter(action=Action.LIST_PUBLISHED).count() == 2


#### Addresses ####


def test_the_list_of_addresses_is_exact_and_says_by_when_to_look_again(ours, standing_clock):
    case = ours.come(data=None, address=PAGE)
    entry = services.propose_address(ours.one, case.id, place_of(case).id)
    for who in (ours.one, ours.other):
        ours.say(who, case)
    ours.publish(Kind.ADDRESS)
    [_head, line] = ours.take("whole.csv", 1, kind=Kind.ADDRESS).decode().splitlines()
    assert line == f"{entry.id},{PAGE},scheme 2:A1,2026-11-22,2026-12-22"
    standing_clock.forward(days=2)
    with transaction.atomic():
        public.still_there(ours.id, PAGE)  # too early to make a version of it
    with pytest.raises(ListsError):
        ours.publish(Kind.ADDRESS)
    standing_clock.forward(days=20)
    with transaction.atomic():
        public.still_there(ours.id, PAGE)
    renewed = ours.publish(Kind.ADDRESS)
    assert (renewed.entries, renewed.added) == (1, 1)
    assert b"2027-01-13" in ours.take("added.csv", 2, kind=Kind.ADDRESS, since=1)
    assert b"2026-12-22" in ours.take("whole.csv", 1, kind=Kind.ADDRESS)
    with transaction.atomic():
        public.gone(ours.id, PAGE)
    ours.publish(Kind.ADDRESS)
    assert ours.take("withdrawn.txt", 3, kind=Kind.ADDRESS).decode().split() == [str(entry.id)]
    assert len(ours.take("whole.csv", 3, kind=Kind.ADDRESS).splitlines()) == 1


#### Attacks ####


def test_another_organisation_reads_nothing_of_it(ours, theirs):
    entry = ours.listed()
    ours.publish()
    key, secret = make_key(theirs.desk.organisation, [Permission.LISTS_VERSION_READ])
    for who in (theirs.keeper, key_actor(key)):
        with pytest.raises(Http404):
            ours.take("whole.csv", 1, who=who)
    client = Client(headers={"authorization": f"Bearer {secret}"})
    assert client.get("/api/v1/own-lists").json() == []
    assert client.get("/api/v1/own-lists/hash/1/whole.csv").status_code == 404
    sign_in(person := Client(), theirs.desk.colleague)
    assert str(entry.id)[-12:] not in person.get("/own-lists/").content.decode()
    assert person.get(f"/own-lists/entries/{entry.id}/").status_code == 404


def test_a_key_takes_it_and_is_known_to_have(ours):
    ours.listed()
    ours.publish()
    key, secret = make_key(ours.desk.organisation, [Permission.LISTS_VERSION_READ])
    client = Client(headers={"authorization": f"Bearer {secret}"})
    [version] = client.get("/api/v1/own-lists").json()
    answer = client.get(f"/api/v1/own-lists/hash/{version['number']}/whole.csv")
    assert answer.content == ours.take("whole.csv", 1)
    assert (Taker.objects.get().key_id, Taker.objects.get().number) == (key.id, 1)
    assert Leaf.objects.filter(action=Action.EXCHANGE_SENT).count() == 2
    for wrong in (
        "hash/2/whole.csv",
        "hash/1/x.csv",
        "dog/1/whole.csv",
        "hash/1/added.csv?since=9",
        "hash/1/added.csv?since=-1",
    ):
        assert client.get(f"/api/v1/own-lists/{wrong}").status_code == 404
    _other, weaker = make_key(ours.desk.organisation, [Permission.LISTS_ENTRY_LOOKUP])
    refused = Client(headers={"authorization": f"Bearer {weaker}"})
    assert refused.get("/api/v1/own-lists/hash/1/whole.csv").status_code in {403, 404}


def test_an_analyst_neither_publishes_nor_takes_it(ours):
    ours.listed()
    for verb in (
        lambda: publishing.publish(ours.one, ours.id, Kind.HASH),
        lambda: ours.take("whole.csv", 1, who=ours.one),
    ):
        with pytest.raises((PermissionDenied, Http404)):
            verb()
    assert not ListVersion.objects.exists()


def test_what_was_altered_after_it_was_published_is_not_handed_out(ours):
    entry = ours.listed()
    ours.publish()
    OwnEntry.objects.filter(id=entry.id).update(sha256="ab" * 32)
    with pytest.raises(ListsError):
        ours.take("whole.csv", 1)


def test_nothing_is_half_published_where_it_fails_before_the_end(ours, monkeypatch):
    ours.listed()
    leaves = Leaf.objects.count()

    def fail(*_args, **_more):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(publishing, "record", fail)
        with pytest.raises(RuntimeError):
            ours.publish()
    assert (ListVersion.objects.count(), ListChange.objects.count(), Leaf.objects.count()) == (0, 0, leaves)
    assert not OwnEntry.objects.filter(is_published=True).exists()
    assert ours.publish().number == 1


#### Here ####


def here(home, data):
    store = ListStore(home / "lists")
    matcher = Matcher([store.open(name) for name in store.names()])
    digest = hashlib.sha256(data).digest()
    return bool(matcher.match(Digests(b"0" * 16, b"0" * 20, digest), (), MediaKind.OTHER))


def test_this_installation_does_not_match_by_it_unless_it_was_said(ours, home):
    ours.listed()
    ours.publish()
    run_worker(until_idle=True)
    assert ListStore(home / "lists").names() == []


def test_what_was_an_error_is_matched_here_no_more_before_any_version_says_so(ours, home):
    services.adopt(ours.keeper, ours.id, 2, matches_here=True)
    wrong, _right = ours.listed(ONE), ours.listed(TWO)
    run_worker(until_idle=True)
    assert ListStore(home / "lists").names() == []  # nothing is published yet
    ours.publish()
    run_worker(until_idle=True)
    store = ListStore(home / "lists")
    assert store.names() == [list_name(ours.id, Kind.HASH)]
    assert here(home, ONE)
    Updater(store.index_folder).build([store.open(name) for name in store.names()])
    services.withdraw(ours.keeper, wrong.id, Why.ERROR)
    run_worker(until_idle=True)
    assert (here(home, ONE), here(home, TWO)) == (False, True)
    snapshot = LiveIndex.open(store.index_folder).snapshot()
    assert [len(each.hits) for each in snapshot.judge_digests([hashlib.sha256(x).digest() for x in (ONE, TWO)])] == [
        0,
        1,
    ]


def test_taking_the_last_one_off_takes_the_list_off_and_so_does_saying_so(ours, home):
    services.adopt(ours.keeper, ours.id, 2, matches_here=True)
    entry = ours.listed()
    ours.publish()
    run_worker(until_idle=True)
    services.withdraw(ours.keeper, entry.id, Why.ERROR)
    run_worker(until_idle=True)
    assert ListStore(home / "lists").names() == []
