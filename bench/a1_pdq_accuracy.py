"""A1: PDQ against pdqhash bit by bit, against the published hashes, in other formats, and how often it is wrong.

Same pixels means: one array, given to pdqhash in its environment and to every kernel variant here.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from bench import corpus, forms, reference
from bench.hashes import bits_off, middle, spread
from bench.ours import Ours, seen
from bench.peers import Peer
from bench.record import Measurement
from tutela.domain.signals import View
from tutela.engine import native

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ODD_SHAPES: Final = ((64, 64), (65, 127), (127, 65), (200, 1000), (513, 511), (31, 700), (5, 300), (8, 8))
_BATCH: Final = 24
_FORM_PICTURES: Final = 30
_RANDOM_SIDE: Final = 32_768  # squared: 1.07 thousand million pairs
_SHOWN_DISTANCES: Final = (0, 15, 23, 31, 39, 47, 63, 79, 95)
_MATCH_BITS: Final = 31
_QUALITY_MIN: Final = 50
_ERROR: Final = "error"
_FORMS: Final = "most bits off in other modes and formats"
_ORIENTATIONS: Final = "most bits off in EXIF orientations"
_FLAT: Final = "the same of flat pictures, which are not matched near"


def measure() -> Measurement:
    """Run every part."""
    found = Measurement()
    found.notes.append(corpus.description())
    with Peer() as peer, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        known = _same_pixels(found, peer, folder)
        _odd_shapes(found, peer, folder)
        with Ours(workers=1) as ours:
            _published(found, ours, peer, folder)
            _same_picture(found, ours, peer, folder)
    _false_matches(found, known)
    return found


def _same_pixels(found: Measurement, peer: Peer, folder: Path) -> list[tuple[bytes, int]]:
    """Every variant against pdqhash; returns hash and quality of the different photographs (640x480)."""
    worst: Counter[str] = Counter()
    compared: Counter[str] = Counter()
    qualities_off: Counter[str] = Counter()
    known: list[tuple[bytes, int]] = []
    for kind, arrays in _batches():
        theirs = _theirs(arrays, peer, folder)
        compared[kind] += len(arrays)
        if kind == corpus.VGA.name:
            known += theirs
        for variant in native.variants():
            with native.use(variant):
                for array, (pdq, quality) in zip(arrays, theirs, strict=True):
                    our = native.pdq(array)
                    worst[variant] = max(worst[variant], bits_off(our.hash, pdq))
                    qualities_off[variant] += our.quality != quality
    found.put("photographs compared", sum(compared.values()))
    found.put("most bits off, all variants", max(worst.values()), 0)
    found.table(
        "Bits off pdqhash given the same pixels",
        ("variant", "pictures", "most bits off", "qualities that differ"),
        [(name, sum(compared.values()), worst[name], qualities_off[name]) for name in native.variants()],
    )
    found.notes.append("pictures compared: " + ", ".join(f"{count} {kind}" for kind, count in compared.items()))
    return known


def _odd_shapes(found: Measurement, peer: Peer, folder: Path) -> None:
    """Noise in shapes that no camera makes. At 8 x 8 nearly all coefficients are rounding noise in either program."""
    random = np.random.default_rng(1)
    arrays = [random.integers(0, 256, (high, wide, 3), dtype=np.uint8) for high, wide in _ODD_SHAPES]
    rows: list[tuple[object, ...]] = []
    for array, (pdq, _) in zip(arrays, _theirs(arrays, peer, folder), strict=True):
        our = native.pdq(array)
        rows.append((f"{array.shape[1]}x{array.shape[0]}", bits_off(our.hash, pdq), our.near_median))
    found.table("Noise in odd shapes (not photographs)", ("shape", "bits off", "coefficients near the median"), rows)


def _theirs(arrays: Sequence[np.ndarray], peer: Peer, folder: Path) -> list[tuple[bytes, int]]:
    paths = [folder / f"{number}.npy" for number in range(len(arrays))]
    for path, array in zip(paths, arrays, strict=True):
        np.save(path, array)
    answer = peer.ask("hash_arrays", paths=[str(path) for path in paths])
    return [(bytes.fromhex(text), quality) for text, quality in zip(answer["hashes"], answer["qualities"], strict=True)]


def _batches() -> Iterator[tuple[str, list[np.ndarray]]]:
    """Decoded pictures by size, a few at a time."""
    for size, count in ((corpus.VGA, None), (corpus.HD, None), (corpus.MP12, 36)):
        paths = corpus.files(size, count)
        for start in range(0, len(paths), _BATCH):
            yield size.name, [_pixels(path) for path in paths[start : start + _BATCH]]


def _pixels(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def _published(found: Measurement, ours: Ours, peer: Peer, folder: Path) -> None:
    """The reference's own pictures and printed hashes."""
    name = "most bits off the published reference"
    rows: list[tuple[object, ...]] = []
    for item in reference.published():
        path = folder / item.name
        path.write_bytes(item.content)
        hashes = {picture.view: picture for picture in ours.hashes(path)}
        stored = hashes.get(View.STORED, hashes[View.SEEN])  # the reference does not turn pictures
        (text,) = peer.ask("hash_files", how="pillow", paths=[str(path)])["hashes"]
        theirs = bits_off(bytes.fromhex(text), item.pdq)
        rows.append((item.implementation, item.name, stored.quality, bits_off(stored.pdq, item.pdq), theirs))
    if not rows:
        found.put(name, None)
        found.notes.append(f"not run: the published reference; set {reference.VARIABLE} to a copy of ThreatExchange")
        return
    counted = [row for row in rows if row[0] == "C++" and int(str(row[2])) >= reference.QUALITY_MIN]
    found.put(name, max(int(str(row[3])) for row in counted), max(int(str(row[4])) for row in counted))
    columns = ("implementation", "picture", "quality", "bits off, ours", "bits off, pdqhash")
    found.table("Published reference hashes (the tolerance is for the C++ reference)", columns, rows)


def _same_picture(found: Measurement, ours: Ours, peer: Peer, folder: Path) -> None:
    """Other modes, formats and orientations, through the sandbox, beside threatexchange."""
    trials: list[_Trial] = []
    for number, path in enumerate(corpus.files(corpus.VGA, _FORM_PICTURES)):
        picture = Image.open(path).convert("RGB")
        original = native.pdq(np.asarray(picture))  # 0 bits off pdqhash, as shown above
        own = folder / f"forms-{number}"
        own.mkdir()
        written = forms.write_forms(picture, own, peer) | forms.write_orientations(picture, own)
        paths = [str(each) for each in written.values()]
        answers = peer.ask("hash_files", how="threatexchange-any-quality", paths=paths)["hashes"]
        for (form, file), their in zip(written.items(), answers, strict=True):
            hashes = ours.hashes(file)
            off = bits_off(seen(hashes).pdq, original.hash) if hashes else 256
            failed = str(their).startswith(_ERROR)
            their_off = str(their) if failed else bits_off(bytes.fromhex(their), original.hash)
            trials.append(_Trial(form, original.quality >= _QUALITY_MIN, off, their_off))
    _put_trials(found, trials)


@dataclass(frozen=True, slots=True)
class _Trial:
    """One picture in one form. `theirs` is bits, or what the peer failed with."""

    form: str
    matchable: bool  # of a quality that is matched near at all
    ours: int
    theirs: int | str


def _put_trials(found: Measurement, trials: list[_Trial]) -> None:
    good = [trial for trial in trials if trial.matchable]
    for name, turned in ((_FORMS, False), (_ORIENTATIONS, True)):
        group = [trial for trial in good if trial.form.startswith("EXIF") == turned]
        hashed = [trial.theirs for trial in group if isinstance(trial.theirs, int)]
        found.put(name, max(trial.ours for trial in group), max(hashed))
    flat = [trial for trial in trials if not trial.matchable]
    flat_hashed = [trial.theirs for trial in flat if isinstance(trial.theirs, int)]
    found.put(_FLAT, max(trial.ours for trial in flat), max(flat_hashed))
    rows: list[tuple[object, ...]] = []
    for form in dict.fromkeys(trial.form for trial in trials):
        own = [trial for trial in good if trial.form == form]
        hashed = [trial.theirs for trial in own if isinstance(trial.theirs, int)]
        theirs = (middle(hashed), max(hashed)) if hashed else ("", "")
        missed = sum(isinstance(trial.theirs, str) or trial.theirs > _MATCH_BITS for trial in own)
        errors = ", ".join(sorted({trial.theirs for trial in own if isinstance(trial.theirs, str)}))
        flattest = max(trial.ours for trial in flat if trial.form == form)
        bits = [trial.ours for trial in own]
        rows.append((form, len(own), middle(bits), max(bits), *theirs, missed, errors, flattest))
    columns = ["form", "pictures", "ours, median", "ours, most", "threatexchange, median", "most", "not matched"]
    columns += ["its errors", "ours, most, flat pictures"]
    found.table("Bits off the RGB original, ours through the sandbox", columns, rows)
    found.notes.append(
        f"pictures of quality under {_QUALITY_MIN} are too flat to be matched near by either program and are counted "
        "apart: lossy codecs change their hashes more than other pictures'"
    )


def _false_matches(found: Measurement, known: Sequence[tuple[bytes, int]]) -> None:
    """How near different pictures come, and random hashes."""
    good = [pdq for pdq, quality in known if quality >= _QUALITY_MIN]
    every = [pdq for pdq, _ in known]
    of_all, of_good = _pairs(every), _pairs(good)
    left, right = (np.frombuffer(os.urandom(_RANDOM_SIDE * 32), dtype=np.uint8).reshape(-1, 32) for _ in range(2))
    of_random = native.distance_histogram(left, right)
    total = len(good) * (len(good) - 1) // 2
    found.put("random pairs compared", int(of_random.sum()))
    found.put("random pairs within 31 bits", int(of_random[: _MATCH_BITS + 1].sum()))
    found.put(
        "different photographs within 31 bits, of a million pairs",
        float(of_good[: _MATCH_BITS + 1].sum()) / total * 1e6,
    )
    found.table(
        "Pairs of different pictures at or under a distance (false matches)",
        (
            "distance, bits",
            f"photographs, all ({of_all.sum()} pairs)",
            f"of quality >= 50 ({of_good.sum()} pairs)",
            f"random hashes ({of_random.sum()} pairs)",
        ),
        [(bits, *(int(each[: bits + 1].sum()) for each in (of_all, of_good, of_random))) for bits in _SHOWN_DISTANCES],
    )
    nearest = [bits_off(a, b) for a, b in combinations(good, 2)]
    found.notes.append(
        f"nearest two different photographs of quality >= {_QUALITY_MIN}: {min(nearest)} bits; percentiles 50/95/99 of "
        f"the distance: {spread(nearest)[:3]}"
    )


def _pairs(hashes: list[bytes]) -> np.ndarray:
    """Histogram of the distances of all unordered pairs."""
    table = np.frombuffer(b"".join(hashes), dtype=np.uint8).reshape(-1, 32)
    both_ways = native.distance_histogram(table, table).copy()
    both_ways[0] -= len(hashes)  # each with itself
    return both_ways // 2
