"""What a match says, case by case."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from tests.engine.matching.world import altered, digests, frames, full_entry, packed, pdq, picture
from tutela.domain.limits import MatchLimits
from tutela.domain.lists import Entry, Hit, MatchKind
from tutela.domain.media import MediaKind
from tutela.domain.signals import SignalKind, View
from tutela.engine.matching import Matcher

PICTURE, VIDEO = MediaKind.PICTURE, MediaKind.VIDEO


def ids(hits):
    return [hit.entry_id for hit in hits]


def test_an_exact_hit_says_everything(tmp_path):
    opened = packed(tmp_path, [full_entry(1)])
    (hit,) = Matcher([opened]).match(digests(1), (), MediaKind.OTHER)
    assert hit == Hit(
        "demo", opened.info.version, "e-1", "class 1", "scheme", "agency 1", "owner", MatchKind.EXACT, SignalKind.SHA256
    )


def test_a_near_hit_says_how_near_and_in_which_view(tmp_path):
    matcher = Matcher([packed(tmp_path, [full_entry(1)])])
    far, near = picture(altered(pdq(1), 30)), picture(altered(pdq(1), 7), view=View.MIRRORED, frame=3)
    (hit,) = matcher.match(digests(2), [far, near], PICTURE)
    assert (hit.kind, hit.signal, hit.distance, hit.threshold) == (MatchKind.NEAR, SignalKind.PDQ, 7, 31)
    assert (hit.view, hit.frame) == (View.MIRRORED, 3)


@pytest.mark.parametrize("kind", ["md5", "sha1", "sha256"])
def test_any_one_digest_is_enough(tmp_path, kind):
    entry = Entry("x", **{kind: getattr(digests(1), kind)})
    (hit,) = Matcher([packed(tmp_path, [entry])]).match(digests(1), (), PICTURE)
    assert (hit.kind, hit.signal) == (MatchKind.EXACT, kind)


@pytest.mark.parametrize("kind", ["md5", "sha1"])
def test_a_collision_made_to_order_is_a_question_and_not_known(tmp_path, kind):
    listed = full_entry(1, **{kind: getattr(digests(2), kind)})
    (hit,) = Matcher([packed(tmp_path, [listed])]).match(digests(2), (), PICTURE)
    assert (hit.kind, hit.signal, hit.distance) == (MatchKind.NEAR, kind, None)


def test_exact_wins_over_near_and_others_that_are_near_are_said_too(tmp_path):
    entries = [full_entry(1), full_entry(2, pdq=altered(pdq(1), 9)), full_entry(3)]
    hits = Matcher([packed(tmp_path, entries)]).match(digests(1), [picture(pdq(1))], PICTURE)
    assert [(hit.entry_id, hit.kind.value) for hit in hits] == [("e-1", "exact"), ("e-2", "near")]


def test_the_distance_is_the_lists_own_unless_the_caller_says_another(tmp_path):
    query = [picture(altered(pdq(1), 20))]
    strict = packed(tmp_path, [full_entry(1)], "strict", pdq_distance_max=19)
    loose = packed(tmp_path, [full_entry(1)], "loose", pdq_distance_max=20)
    assert [hit.list_name for hit in Matcher([strict, loose]).match(None, query, PICTURE)] == ["loose"]
    hits = Matcher([strict, loose], distance_max=31).match(None, query, PICTURE)
    assert [(hit.list_name, hit.threshold) for hit in hits] == [("strict", 31), ("loose", 31)]
    assert Matcher([strict, loose], distance_max=0).match(None, query, PICTURE) == ()
    with pytest.raises(ValueError, match="0 to 255"):
        Matcher([strict], distance_max=256)


def test_a_picture_of_too_little_quality_is_never_near(tmp_path):
    matcher = Matcher([packed(tmp_path, [full_entry(1)])])
    assert matcher.match(None, [picture(pdq(1), quality=49)], PICTURE) == ()
    assert ids(matcher.match(None, [picture(pdq(1), quality=50)], PICTURE)) == ["e-1"]


@pytest.mark.parametrize("flat", [bytes(32), b"\xff" * 32, b"\xff" * 7 + bytes(25)])
def test_a_hash_that_says_nothing_is_never_near(tmp_path, flat):
    opened = packed(tmp_path, [Entry("flat", pdq=flat), Entry("v", frames=frames(flat))], pdq_quality_min=0)
    assert opened.info.degenerate_pdq == 1
    assert Matcher([opened]).match(None, [picture(flat), picture(altered(flat, 2))], PICTURE) == ()


def test_archives_and_texts_have_no_hashes(tmp_path):
    matcher = Matcher([packed(tmp_path, [full_entry(1)])])
    for kind in (MediaKind.ARCHIVE, MediaKind.OTHER):
        assert matcher.match(None, [picture(pdq(1))], kind) == ()


#### Video ####


def video(*hashes, quality=100):
    return [replace(picture(pdq_hash, quality, frame=number), time_ms=number) for number, pdq_hash in enumerate(hashes)]


def test_a_video_matches_by_its_share_of_frames(tmp_path):
    entry = Entry("film", frames=frames(*map(pdq, range(10))))
    matcher = Matcher([packed(tmp_path, [entry])])
    shared = [altered(pdq(n), n) for n in range(4)]
    (hit,) = matcher.match(None, video(*shared, pdq("other")), VIDEO)
    assert (hit.signal, hit.distance, hit.frame) == (SignalKind.VPDQ, 0, 0)
    assert (hit.query_share, hit.entry_share) == (0.8, 0.4)
    assert matcher.match(None, video(*shared, pdq("other"), pdq("another")), VIDEO) == ()


def test_the_share_of_the_entry_may_be_asked_for(tmp_path):
    entry = Entry("film", frames=frames(*map(pdq, range(10))))
    matcher = Matcher([packed(tmp_path, [entry], video_entry_share_min=0.5)])
    assert matcher.match(None, video(*map(pdq, range(4))), VIDEO) == ()
    assert ids(matcher.match(None, video(*map(pdq, range(5))), VIDEO)) == ["film"]


def test_repeated_and_poor_frames_do_not_count(tmp_path):
    poor = frames(pdq("poor 1"), pdq("poor 2"), quality=10)
    entry = Entry("film", frames=frames(pdq(1), pdq(1), pdq(2)) + poor)
    matcher = Matcher([packed(tmp_path, [entry])])
    query = video(pdq(1), pdq(1), pdq(1), pdq(2)) + video(pdq("x"), quality=49) + video(bytes(32))
    (hit,) = matcher.match(None, query, VIDEO)
    assert (hit.query_share, hit.entry_share) == (1.0, 1.0)
    assert matcher.match(None, video(pdq("poor 1")), VIDEO) == ()


def test_frames_of_a_video_find_known_pictures(tmp_path):
    matcher = Matcher([packed(tmp_path, [full_entry(1)])])
    (hit,) = matcher.match(None, video(pdq("a"), pdq("b"), altered(pdq(1), 4), pdq("c")), VIDEO)
    assert (hit.signal, hit.distance, hit.frame, hit.query_share) == (SignalKind.PDQ, 4, 2, None)


def test_a_still_finds_the_known_video_it_was_taken_from(tmp_path):
    matcher = Matcher([packed(tmp_path, [Entry("film", frames=frames(*map(pdq, range(10))))])])
    (hit,) = matcher.match(None, [picture(altered(pdq(7), 5))], PICTURE)
    assert (hit.signal, hit.distance, hit.query_share, hit.entry_share) == (SignalKind.VPDQ, 5, 1.0, 0.1)


def test_views_are_weighed_each_by_itself(tmp_path):
    matcher = Matcher([packed(tmp_path, [Entry("film", frames=frames(pdq(1), pdq(2)))])])
    wrong_way = [picture(pdq(f"turned {n}"), frame=n) for n in range(9)]
    right_way = [picture(pdq(n), view=View.ROTATED_90, frame=n) for n in (1, 2)]
    (hit,) = matcher.match(None, wrong_way + right_way, VIDEO)
    assert (hit.view, hit.query_share) == (View.ROTATED_90, 1.0)


#### Limits ####


def test_the_best_hits_are_given_and_the_rest_counted(tmp_path):
    entries = [full_entry(n, pdq=altered(pdq("one"), n % 25, n)) for n in range(100)]
    matcher = Matcher([packed(tmp_path, entries)], limits=MatchLimits(hits_max=10))
    found = matcher.look_up(digests(99), [picture(pdq("one"))], PICTURE)
    assert ids(found.hits[:5]) == ["e-99", "e-0", "e-25", "e-50", "e-75"]
    assert len(found.hits) == 10
    assert found.left_out == 90


def test_a_digest_that_stands_ten_thousand_times_is_counted(tmp_path):
    entries = [Entry(str(n), md5=digests(1).md5) for n in range(10_000)]
    found = Matcher([packed(tmp_path, entries)]).look_up(digests(1), (), PICTURE)
    assert ids(found.hits[:3]) == ["0", "1", "2"]
    assert len(found.hits) + found.left_out == 10_000


def test_a_list_of_nothing_but_one_hash_does_not_fill_the_memory(tmp_path):
    entries = [Entry(str(n), pdq=altered(pdq(1), 3, n), frames=frames(pdq(1))) for n in range(500)]
    matcher = Matcher([packed(tmp_path, entries)], limits=MatchLimits(hits_max=5, pairs_max=700))
    query = [picture(altered(pdq(1), 2, n), frame=n) for n in range(50)]
    found = matcher.look_up(None, query, VIDEO)
    assert len(found.hits) == 5
    assert found.left_out == 495


def test_threads_may_share_a_matcher(tmp_path):
    matcher = Matcher([packed(tmp_path, [full_entry(n) for n in range(200)])])
    wrong = []

    def work(first):
        for n in range(first, first + 100):
            hits = matcher.match(digests(n), [picture(altered(pdq(n), 5))], PICTURE)
            if ids(hits) != [f"e-{n}"]:
                wrong.append(n)

    threads = [threading.Thread(target=work, args=(first,)) for first in (0, 50, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
