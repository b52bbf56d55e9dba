"""The matcher against a reference that compares everything with everything in plain Python."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.matching.world import altered, digests, frames, naive_match, packed, pdq, picture
from tutela.domain.lists import Entry, MatchPolicy
from tutela.domain.media import MediaKind
from tutela.domain.signals import Digests, View
from tutela.engine.matching import Matcher


def found(matcher, made, hashes):
    result = matcher.look_up(made, hashes, MediaKind.VIDEO)
    assert result.left_out == 0
    return {hit.entry_id: (hit.kind.value, hit.signal.value, hit.distance) for hit in result.hits}


def planted_list(rng, size):
    entries = []
    for n in range(size):
        made = digests(n)
        kinds = rng.sample(["md5", "sha1", "sha256"], rng.randint(0, 3))
        pdq_hash = rng.choice([None, pdq(n), altered(pdq(rng.randrange(size)), rng.randint(0, 40), n), bytes(32)])
        film = frames(*(pdq(f"film {n} {f}") for f in range(rng.randint(0, 5))), quality=rng.choice([40, 60]))
        entries.append(Entry(f"e{n}", pdq=pdq_hash, frames=film, **{kind: getattr(made, kind) for kind in kinds}))
    return entries


@pytest.mark.parametrize("seed", range(3))
def test_random_and_planted_files_are_matched_like_the_reference(tmp_path, seed):
    rng = random.Random(seed)
    policy = MatchPolicy(video_query_share_min=0.5, video_entry_share_min=0.25)
    entries = planted_list(rng, 120)
    matcher = Matcher([packed(tmp_path, entries, video_query_share_min=0.5, video_entry_share_min=0.25)])
    hits = 0
    for _ in range(60):
        n = rng.randrange(len(entries))
        made = rng.choice([None, digests(n), digests("unknown"), Digests(digests(n).md5, digests(1).sha1, bytes(32))])
        hashes = [picture(altered(pdq(n), rng.randint(0, 40), rng.random()), rng.choice([49, 50, 100]))]
        hashes += [
            picture(altered(pdq(f"film {n} {f}"), rng.randint(25, 37)), frame=f) for f in range(rng.randint(0, 4))
        ]
        hashes += [picture(pdq(n), view=rng.choice(list(View)), frame=9)] * rng.randint(0, 1)
        expected = naive_match(entries, made, hashes, policy)
        assert found(matcher, made, hashes) == expected
        hits += len(expected)
    assert hits > 30


@pytest.mark.parametrize("distance_max", [0, 1, 30, 31, 32, 40])
def test_every_distance_from_0_to_40_falls_on_the_right_side(tmp_path, distance_max):
    entries = [Entry(str(bits), pdq=altered(pdq(bits), bits, bits)) for bits in range(41)]
    matcher = Matcher([packed(tmp_path, entries, pdq_distance_max=distance_max)])
    for bits in range(41):
        expected = {str(bits): ("near", "pdq", bits)} if bits <= distance_max else {}
        assert found(matcher, None, [picture(pdq(bits))]) == expected


_FEW = st.integers(0, 5)
_HASH = st.builds(altered, st.builds(pdq, st.integers(0, 1)), st.integers(0, 20), _FEW)
_DIGESTS = {
    kind: st.none() | st.builds(lambda n, kind=kind: getattr(digests(n), kind), _FEW)
    for kind in ("md5", "sha1", "sha256")
}
_FRAME = st.tuples(_HASH, st.sampled_from([49, 50, 100]), st.integers(0, 9))
_ENTRIES = st.lists(
    st.tuples(*_DIGESTS.values(), st.none() | _HASH, st.lists(_FRAME, max_size=4).map(tuple)), min_size=1, max_size=8
).map(
    lambda rows: [
        Entry(str(n), md5=md5, sha1=sha1, sha256=sha256, pdq=pdq_hash, frames=film)
        for n, (md5, sha1, sha256, pdq_hash, film) in enumerate(rows)
    ]
)
_HASHES = st.lists(
    st.builds(picture, _HASH, st.sampled_from([49, 50]), st.sampled_from([View.SEEN, View.STORED])), max_size=5
)
_MADE = st.none() | st.builds(
    lambda a, b, c: Digests(digests(a).md5, digests(b).sha1, digests(c).sha256), _FEW, _FEW, _FEW
)


@settings(deadline=None, max_examples=60)
@given(_ENTRIES, _MADE, _HASHES, st.sampled_from([0, 10, 31]), st.sampled_from([0.0, 0.5, 1.0]))
def test_any_list_and_file_are_matched_like_the_reference(  # noqa: PLR0917  - hypothesis gives them
    tmp_path_factory, entries, made, hashes, distance_max, share_min
):
    shares = {"video_query_share_min": share_min, "video_entry_share_min": share_min}
    opened = packed(tmp_path_factory.mktemp("lists"), entries, pdq_distance_max=distance_max, **shares)
    policy = MatchPolicy(pdq_distance_max=distance_max, **shares)
    assert found(Matcher([opened]), made, hashes) == naive_match(entries, made, hashes, policy)
