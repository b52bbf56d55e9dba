"""Benign hashes made of seeds, lists made of them, and a reference matcher in plain Python to compare with."""

from __future__ import annotations

import hashlib
import random

from tutela.domain.lists import Entry, MatchPolicy
from tutela.domain.signals import Digests, PictureHash, View
from tutela.engine.matching import ListStore

NOW = "2026-01-02T03:04:05Z"


def digests(seed) -> Digests:
    raw = f"sample {seed}".encode()
    return Digests(hashlib.md5(raw).digest(), hashlib.sha1(raw).digest(), hashlib.sha256(raw).digest())


def pdq(seed) -> bytes:
    return hashlib.sha256(f"hash {seed}".encode()).digest()


def altered(pdq_hash: bytes, bits: int, seed=0) -> bytes:
    """The same hash, exactly so many bits away."""
    value = int.from_bytes(pdq_hash)
    for bit in random.Random(seed).sample(range(256), bits):
        value ^= 1 << bit
    return value.to_bytes(32)


def full_entry(seed, **changes) -> Entry:
    made = digests(seed)
    fields = {"md5": made.md5, "sha1": made.sha1, "sha256": made.sha256, "pdq": pdq(seed)}
    return Entry(f"e-{seed}", f"class {seed % 3}", f"agency {seed % 2}", **(fields | changes))


def frames(*hashes, quality=100) -> tuple[tuple[bytes, int, int], ...]:
    return tuple((pdq_hash, quality, 1000 * second) for second, pdq_hash in enumerate(hashes))


def picture(pdq_hash: bytes, quality=100, view=View.SEEN, frame=0) -> PictureHash:
    return PictureHash(pdq_hash, quality, view, frame)


def store_of(folder, entries, name="demo", **policy) -> ListStore:
    store = ListStore(folder)
    store.add(name, "owner", "v1", "scheme", MatchPolicy(**policy), entries, imported_at=NOW)
    return store


def packed(folder, entries, name="demo", **policy):
    return store_of(folder, entries, name, **policy).open(name)


#### The reference ####


def bits_off(left: bytes, right: bytes) -> int:
    return (int.from_bytes(left) ^ int.from_bytes(right)).bit_count()


def says_something(pdq_hash: bytes) -> bool:
    return 64 <= int.from_bytes(pdq_hash).bit_count() <= 192


def naive_match(entries, made, hashes, policy: MatchPolicy):
    """Every entry against every hash, by the words of the documentation: {entry id: (kind, signal, distance)}."""
    found = {}
    for entry in entries:
        if made is not None and (hit := _naive_exact(entry, made)):
            found[entry.entry_id] = hit
            if hit[0] == "exact":
                continue
        good = [one for one in hashes if one.quality >= policy.pdq_quality_min and says_something(one.pdq)]
        distances = []
        if entry.pdq is not None and says_something(entry.pdq):
            distances = [bits_off(one.pdq, entry.pdq) for one in good]
        if distances and min(distances) <= policy.pdq_distance_max:
            found[entry.entry_id] = ("near", "pdq", min(distances))
        if (distance := _naive_video(entry, good, policy)) is not None:
            found[entry.entry_id] = ("near", "vpdq", distance)
    return found


def _naive_exact(entry, made):
    differs = False
    for kind in ("sha256", "sha1", "md5"):
        mine, theirs = getattr(made, kind), getattr(entry, kind)
        if mine == theirs:
            return ("near" if differs else "exact", kind, None)
        differs = differs or theirs is not None
    return None


def _naive_video(entry, good, policy):
    theirs = {
        pdq_hash
        for pdq_hash, quality, _ in entry.frames
        if quality >= policy.pdq_quality_min and says_something(pdq_hash)
    }
    best = None
    for view in {one.view for one in good}:
        mine = {one.pdq for one in good if one.view is view}
        near = [(a, b, bits_off(a, b)) for a in mine for b in theirs if bits_off(a, b) <= policy.pdq_distance_max]
        if not near:
            continue
        query_share = len({a for a, _, _ in near}) / len(mine)
        entry_share = len({b for _, b, _ in near}) / len(theirs)
        if query_share >= policy.video_query_share_min and entry_share >= policy.video_entry_share_min:
            smallest = min(distance for _, _, distance in near)
            best = smallest if best is None else min(best, smallest)
    return best
