"""A2: pictures a second and core, from file to PDQ, inside the sandbox, beside the peers in the same run.

A few files at a time go through ours and then through each peer, so that a noisy machine disturbs all alike; three
rounds over all files, medians of the rounds. Ours is the CPU time of parent, zygote and workers together; a peer's that
of its process. Starting costs are in neither. Digests are timed apart, for the peers make none.
"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Final

from bench import corpus
from bench.cpu import Meter
from bench.hashes import bits_off, middle, spread
from bench.ours import Ours, seen
from bench.peers import Peer
from bench.record import Measurement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_ROUNDS: Final = 3
_SAMPLES: Final = ((corpus.VGA, 300, 25), (corpus.HD, 150, 10), (corpus.MP12, 35, 5))  # files, and how many at a time
_PEERS: Final = ("threatexchange", "pillow")
_PAIR_FILES: Final = 80
_PAIR_ROUNDS: Final = 7
_BLOCK: Final = 1 << 20
_DIGEST_BLOCKS: Final = 64


def measure() -> Measurement:
    """Run every part."""
    found = Measurement()
    found.notes.append(corpus.description())
    with Peer() as peer, Ours(workers=1) as ours:
        found.notes.append(f"confinement while measuring: {ours.layers}")
        _full(found, ours, peer)
        _scaled(found, ours, peer)
    _two_workers(found)
    _digests(found)
    return found


def _full(found: Measurement, ours: Ours, peer: Peer) -> None:
    """Full decode: speed by size, and bits off."""
    off: list[int] = []
    rows: list[tuple[object, ...]] = []
    for size, count, chunk in _SAMPLES:
        paths = corpus.files(size, count)
        ours_s, parent_s = [], []
        theirs_s: dict[str, list[float]] = {how: [] for how in _PEERS}
        for round_number in range(_ROUNDS):
            spent_s, own_s, peer_s = 0.0, 0.0, dict.fromkeys(_PEERS, 0.0)
            for start in range(0, len(paths), chunk):
                batch = paths[start : start + chunk]
                cpu_s, part_s, hashes = _ours(ours, batch)
                spent_s, own_s = spent_s + cpu_s, own_s + part_s
                for how in _PEERS:
                    answer = _theirs(peer, how, batch)
                    peer_s[how] += sum(answer["cpu_s"])
                if round_number == 0:  # the last peer asked was the bare one
                    off += _bits(hashes, answer["hashes"])
            ours_s.append(spent_s / len(paths))
            parent_s.append(own_s / len(paths))
            for how in _PEERS:
                theirs_s[how].append(peer_s[how] / len(paths))
        each_s, other_s = middle(ours_s), {how: middle(theirs_s[how]) for how in _PEERS}
        label = f"{size.width_px}x{size.height_px}"
        found.put(label, 1 / each_s, 1 / other_s["threatexchange"])
        beside = [cell for how in _PEERS for cell in (1 / other_s[how], other_s[how] / each_s)]
        rows.append((label, len(paths), 1 / each_s, each_s * 1e3, middle(parent_s) * 1e3, *beside))
    found.put("most bits off, full decode", max(off), 0)
    columns = ["size", "files", "ours, pictures/s/core", "ms of CPU each", "of it the parent"]
    columns += ["threatexchange, pictures/s", "ratio", "Pillow + pdqhash, pictures/s", "ratio"]
    found.table("From file to PDQ on one core, medians of three interleaved rounds", columns, rows)
    found.notes.append(f"full decode compared with Pillow + pdqhash on {len(off)} files")


def _scaled(found: Measurement, ours: Ours, peer: Peer) -> None:
    """The guarded scaled path: bits off the full decode, and speed beside Pillow's draft()."""
    rows: list[tuple[object, ...]] = []
    every: list[int] = []
    every_draft: list[int] = []
    for size in (corpus.MP4, corpus.MP12):
        paths = corpus.files(size)
        full = [seen(examination.hashes).pdq for examination in ours.examine_all(paths)]
        scaled = [seen(examination.hashes).pdq for examination in ours.examine_all(paths, scaled=True)]
        draft = [bytes.fromhex(text) for text in _theirs(peer, "draft", paths)["hashes"]]
        off = [bits_off(*pair) for pair in zip(scaled, full, strict=True)]
        draft_off = [bits_off(*pair) for pair in zip(draft, full, strict=True)]
        every, every_draft = every + off, every_draft + draft_off
        rows.append((f"{size.width_px}x{size.height_px}", "ours", len(paths), *spread(off)))
        rows.append((f"{size.width_px}x{size.height_px}", "draft()", len(paths), *spread(draft_off)))
    found.put("scaled path, 99th percentile", spread(every)[2], spread(every_draft)[2])
    found.put("scaled path, most", spread(every)[3], spread(every_draft)[3])
    columns = ("size", "path", "files", "p50", "p95", "p99", "most")
    found.table("Scaled decoding: bits off the full decode", columns, rows)
    found.notes.append(
        "the guard of the scaled path was fixed beforehand on 360 other JPEG files; these have other crops, sizes and "
        "qualities, though some of the same wallpaper packages may have been among their sources"
    )
    ours_s, theirs_s = [], []
    paths = corpus.files(corpus.MP12, 35)
    for _ in range(_ROUNDS):
        spent_s, peer_s = 0.0, 0.0
        for start in range(0, len(paths), 5):
            batch = paths[start : start + 5]
            spent_s += _ours(ours, batch, scaled=True)[0]
            peer_s += sum(_theirs(peer, "draft", batch)["cpu_s"])
        ours_s.append(spent_s / len(paths))
        theirs_s.append(peer_s / len(paths))
    found.put("4000x3000, scaled path", 1 / middle(ours_s), 1 / middle(theirs_s))


def _two_workers(found: Measurement) -> None:
    """CPU per file with one worker and with two, alternating."""
    paths = corpus.files(corpus.HD, _PAIR_FILES)
    cpu_s: dict[int, list[float]] = {1: [], 2: []}
    wall_s: dict[int, list[float]] = {1: [], 2: []}
    with Ours(workers=1) as one, Ours(workers=2) as two:
        for _ in range(_PAIR_ROUNDS):
            for workers, ours in ((1, one), (2, two)):
                start_s = time.perf_counter()
                cpu_s[workers].append(_ours(ours, paths)[0] / len(paths))
                wall_s[workers].append((time.perf_counter() - start_s) / len(paths))
    single_s, double_s = middle(cpu_s[1]), middle(cpu_s[2])
    found.put("CPU per file with two workers, growth", (double_s / single_s - 1) * 100)
    found.table(
        f"One and two workers, {_PAIR_FILES} files of 1920x1080, medians of {_PAIR_ROUNDS} alternating rounds",
        ("workers", "ms of CPU a file", "ms of wall a file"),
        [(workers, middle(cpu_s[workers]) * 1e3, middle(wall_s[workers]) * 1e3) for workers in (1, 2)],
    )


def _digests(found: Measurement) -> None:
    """MD5, SHA-1 and SHA-256 in one pass over blocks of 1 MiB, as the fingerprint makes them."""
    block = bytes(range(256)) * (_BLOCK // 256)
    makers = (hashlib.md5(usedforsecurity=False), hashlib.sha1(usedforsecurity=False), hashlib.sha256())
    spent_s = [0.0, 0.0, 0.0]
    for _ in range(_DIGEST_BLOCKS):
        for number, maker in enumerate(makers):
            start_s = time.process_time()
            maker.update(block)
            spent_s[number] += time.process_time() - start_s
    megabytes = _BLOCK * _DIGEST_BLOCKS / 1e6
    found.put("three digests", megabytes / sum(spent_s))
    rows: list[tuple[object, ...]] = []
    for size, count, _ in _SAMPLES:
        paths = corpus.files(size, count)
        mean_mb = sum(path.stat().st_size for path in paths) / len(paths) / 1e6
        rows.append((f"{size.width_px}x{size.height_px}", mean_mb, mean_mb * sum(spent_s) / megabytes * 1e3))
    columns = ("size", "mean MB a file", "ms of CPU for the three digests")
    found.table("Digests, timed apart", columns, rows)
    names = zip(makers, spent_s, strict=True)
    found.notes.append("MB/s alone: " + ", ".join(f"{maker.name} {megabytes / each:.0f}" for maker, each in names))


def _ours(ours: Ours, paths: Sequence[Path], *, scaled: bool = False) -> tuple[float, float, list[bytes]]:
    """CPU seconds of all processes, of the parent alone, and the hashes."""
    meter, parent_s = Meter(), time.process_time()
    examinations = ours.examine_all(paths, scaled=scaled)
    spent_s, parent_s = meter.spent_s(), time.process_time() - parent_s
    return spent_s, parent_s, [seen(examination.hashes).pdq for examination in examinations]


def _theirs(peer: Peer, how: str, paths: Sequence[Path]) -> dict[str, list[float] | list[str]]:
    return peer.ask("hash_files", how=how, paths=[str(path) for path in paths])


def _bits(ours: Sequence[bytes], theirs: Sequence[str]) -> list[int]:
    return [bits_off(our, bytes.fromhex(their)) for our, their in zip(ours, theirs, strict=True)]
