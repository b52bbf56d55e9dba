"""Rules about lists: each does what it says at the moment of the question, and what is misspelled is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tests.engine.matching.world import NOW, altered, digests, full_entry, pdq, picture, store_of
from tutela.domain.errors import RulesError
from tutela.domain.lists import Entry, MatchPolicy
from tutela.domain.media import MediaKind
from tutela.engine import clock
from tutela.engine.matching import LiveIndex, Matcher, Updater, in_force
from tutela.engine.matching.policy import Why, read_rules
from tutela.engine.matching.policy.judging import in_share

START = datetime(2026, 5, 1, tzinfo=UTC)
HASH = pdq("hash")


@pytest.fixture
def lists(tmp_path):
    """Two lists that know the same hash; one has it in two classes at other distances."""
    entries = [
        full_entry(1),
        Entry("a", "one", pdq=altered(HASH, 10)),
        Entry("b", "two", pdq=altered(HASH, 20, 1)),
        Entry("c", "two", pdq=altered(HASH, 40, 2)),
    ]
    store = store_of(tmp_path, entries, "national")
    store.add(
        "own", "us", "", "", MatchPolicy(), [full_entry(1), Entry("h", pdq=altered(HASH, 15, 3))], imported_at=NOW
    )
    Updater(store.index_folder).build([store.open("national"), store.open("own")])
    return store


def ruled(store, text):
    Updater(store.index_folder).set_rules(text.encode())
    return LiveIndex.open(store.index_folder).snapshot()


def ask(snapshot, pdq_hash=HASH, **options):
    (judged,) = snapshot.judge_many(np.frombuffer(pdq_hash, np.uint8).reshape(1, 32), **options)
    return [hit.entry_id for hit in judged.hits], [(one.hit.entry_id, one.why) for one in judged.withheld]


def test_without_rules_everything_is_reported(lists):
    snapshot = LiveIndex.open(lists.index_folder).snapshot()
    assert ask(snapshot) == (["a", "h", "b"], [])


def test_a_threshold_holds_for_its_list_or_class_alone_both_ways(lists):
    snapshot = ruled(lists, '[list.national]\ndistance = 9\n[list.national.class."two"]\ndistance = 40')
    assert ask(snapshot) == (["h", "b", "c"], [])
    hits = snapshot.match(None, [picture(HASH)], MediaKind.PICTURE)
    assert [(hit.entry_id, hit.threshold) for hit in hits] == [("h", 31), ("b", 40), ("c", 40)]
    assert ask(ruled(lists, '[list.national.class."two"]\ndistance = 45'), altered(HASH, 30, 5))[0].count("a") == 0
    assert ask(snapshot, distance_max=10) == (["a"], [])  # whoever asks for a distance gets it


def test_a_list_that_is_off_until_later_comes_back_by_itself(lists):
    snapshot = ruled(lists, "[list.own]\ndisabled-until = 2026-05-02T00:00:00Z\n[list.national]\nenabled = false")
    with clock.use(lambda: START):
        assert ask(snapshot) == ([], [("a", Why.DISABLED), ("h", Why.DISABLED), ("b", Why.DISABLED)])
    with clock.use(lambda: START + timedelta(days=1)):
        assert ask(snapshot)[0] == ["h"]


def test_a_class_may_be_off(lists):
    snapshot = ruled(lists, '[list.national.class."two"]\nenabled = false')
    assert ask(snapshot) == (["a", "h"], [("b", Why.DISABLED)])


def test_a_share_of_uploads_is_always_the_same_uploads(lists):
    keys = [pdq(n) for n in range(4000)]
    drawn = [in_share(0.25, "national", key) for key in keys]
    assert 900 < sum(drawn) < 1100
    assert drawn == [in_share(0.25, "national", key) for key in keys]
    assert drawn != [in_share(0.25, "own", key) for key in keys]
    assert all(in_share(0.5, "national", key) for key, was in zip(keys, drawn, strict=True) if was)
    assert not any(in_share(0, "national", key) for key in keys)
    snapshot = ruled(lists, "[list.national]\nshare = 0")
    assert ask(snapshot) == (["h"], [("a", Why.OUT_OF_SHARE), ("b", Why.OUT_OF_SHARE)])


def test_what_is_harmless_silences_only_what_is_no_nearer_and_is_said(lists):
    snapshot = ruled(lists, "[list.own]\nnegative = true")
    assert ask(snapshot) == (["a"], [("h", Why.NEGATIVE), ("b", Why.HARMLESS)])
    judged = snapshot.judge(digests(1), [picture(altered(HASH, 15, 3))], MediaKind.PICTURE)
    assert judged.hits == ()  # a digest that is known to be harmless speaks against everything
    assert judged.is_harmless


def test_a_near_resemblance_to_something_harmless_never_silences_an_exact_match(tmp_path):
    store = store_of(tmp_path, [full_entry(1)], "national")
    store_of(tmp_path, [Entry("h", pdq=pdq(1))], "own")
    Updater(store.index_folder).build([store.open("national"), store.open("own")])
    judged = ruled(store, "[list.own]\nnegative = true").judge(digests(1), [picture(pdq(1))], MediaKind.PICTURE)
    assert [hit.entry_id for hit in judged.hits] == ["e-1"]


def test_an_entry_may_be_set_apart_by_hand(lists):
    snapshot = ruled(lists, '[[quarantined]]\nlist = "national"\nentry = "a"')
    assert ask(snapshot) == (["h", "b"], [("a", Why.QUARANTINED)])


def test_rules_do_not_reach_a_scan(lists):
    ruled(lists, "[list.national]\nenabled = false\ndistance = 60")
    hits = Matcher(in_force(lists, ["national"])).match(None, [picture(HASH)], MediaKind.PICTURE)
    assert [(hit.entry_id, hit.threshold) for hit in hits] == [("a", 31), ("b", 31)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[list.national]\ndistnace = 3", "list.national has a key that is not known: distnace"),
        ("[list.national]\ndistance = 256", "whole number from 0 to 255"),
        ("[list.national]\ndistance = true", "whole number"),
        ("[list.national]\nshare = 1.5", "share from 0 to 1"),
        ("[list.national]\nenabled = 1", "neither true nor false"),
        ("[list.national]\ndisabled-until = 2026-05-02T00:00:00", "time with its zone"),
        ("[list.national.class.x]\nshare = 1", "list.national.class.x has a key"),
        ("[list]\nnational = 3", "is no table"),
        ("[flood]\nhits = 3", "needs hits and seconds"),
        ("[[quarantined]]\nlist = 'national'", "lacks: entry"),
        ("[list.unknown]\ndistance = 3", "does not hold: unknown"),
        ("lists = 3", "not known: lists"),
        ("[", "no TOML"),
    ],
)
def test_what_is_not_understood_is_refused_and_the_rules_in_force_stay(lists, text, words):
    before = ruled(lists, "[list.national]\ndistance = 3")
    with pytest.raises(RulesError, match=words):
        Updater(lists.index_folder).set_rules(text.encode())
    after = LiveIndex.open(lists.index_folder).snapshot()
    assert after.version == before.version
    assert read_rules(b"[list.national]\ndistance = 3") == after.rules


def test_a_change_of_rules_is_a_new_version_and_a_merge_keeps_them(lists):
    first = ruled(lists, "[list.national]\ndistance = 3")
    second = ruled(lists, "[list.national]\ndistance = 4")
    assert first.version != second.version
    Updater(lists.index_folder).merge()
    assert LiveIndex.open(lists.index_folder).snapshot().rules == second.rules
    assert ruled(lists, "").rules is None
