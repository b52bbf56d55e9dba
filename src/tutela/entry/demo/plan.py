"""What lies in the demo's evidence and why: every file with the original it was made from, if any.

Originals are numbered. The first third is "known": their fingerprints go on the list, their files do not go into the
evidence. What does go there: copies of known ones, altered in every way of `alter`; the other two thirds; clips; an
archive. The same seed gives the same bytes.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from tutela.entry.demo import draw, encode
from tutela.entry.demo.alter import Alteration, altered, resized

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tutela.entry.demo.draw import Picture

SEED: Final = 20181107
ORIGINALS: Final = 240
KNOWN: Final = 80
_COPIES_EACH: Final = 28  # of each alteration
_CLIPS_KNOWN: Final = 3
_CLIPS_OTHER: Final = 3
_CLIP_FRAMES: Final = 40
_FILM_BITS: Final = 900_000
_FILM_BITS_LOW: Final = 250_000
_ARCHIVED: Final = 6  # of each of three sorts
_QUALITY_LOW: Final = 25
_FIRST_DAY_S: Final = 1_546_300_800  # 2019-01-01
_DAYS: Final = 2_850
_FOLDERS: Final = ("camera", "chat/received", "chat/sent", "desktop/new folder", "downloads", "downloads/old")


@dataclass(frozen=True, slots=True)
class Original:
    """One known file: its entry on the list and its bytes."""

    entry_id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Planted:
    """One file of the evidence. `entry_id` names the known original that it was made from, empty for none."""

    place: str  # below the evidence folder; within an archive after "!/"
    entry_id: str
    kind: str
    data: bytes


def known() -> list[Original]:
    """Make the known originals."""
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        stills = list(threads.map(_known_still, range(KNOWN)))
        films = list(threads.map(_known_film, range(_CLIPS_KNOWN)))
    return stills + films


def evidence() -> Iterator[Planted]:
    """Make everything that lies in the evidence."""
    jobs: list[Callable[[], Planted]] = []
    for turn, how in enumerate(Alteration):
        for number in range(_COPIES_EACH):
            original = (turn * 7 + number * 3) % KNOWN
            jobs.append(lambda original=original, how=how: _copy(original, how))
    jobs += [lambda number=number: _unrelated(number) for number in range(KNOWN, ORIGINALS)]
    jobs += [lambda number=number: _clip(number) for number in range(_CLIPS_KNOWN * 2 + _CLIPS_OTHER)]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        yield from threads.map(lambda job: job(), jobs)


def archived() -> list[Planted]:
    """Make what lies in the archive: exact copies, ones saved again, and unrelated pictures."""
    inside: list[Planted] = []
    for number in range(_ARCHIVED):
        inside.append(_copy(number * 5, Alteration.COPIED))
        inside.append(_copy(number * 5 + 1, Alteration.REENCODED))
        picture = draw.picture(SEED + ORIGINALS + number)
        inside.append(Planted(f"holiday-{number}.jpg", "", "unrelated picture", encode.still(picture, "jpg")))
    return [
        Planted(one.place.rpartition("/")[2], one.entry_id, f"{one.kind}, in an archive", one.data) for one in inside
    ]


def write(folder: Path, planted: Planted) -> None:
    """Write one file with a modification time of its own."""
    path = folder / planted.place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(planted.data)
    chance = np.random.default_rng(len(planted.data))
    at = _FIRST_DAY_S + int(chance.triangular(0, _DAYS * 0.8, _DAYS) * 86_400)
    os.utime(path, (at, at))


#### One file each ####


@lru_cache(KNOWN)
def _known_picture(number: int) -> Picture:
    """Draw a known picture once; its copies are altered from this."""
    return draw.picture(SEED + number)


@lru_cache(_CLIPS_KNOWN)
def _known_frames(number: int) -> list[Picture]:
    return draw.clip(SEED + number, _CLIP_FRAMES)


def _known_still(number: int) -> Original:
    return Original(f"picture-{number:03}", _still_of(number))


def _still_of(number: int) -> bytes:
    picture = _known_picture(number) if number < KNOWN else draw.picture(SEED + number)
    return encode.still(picture, encode.FORMATS[number % len(encode.FORMATS)])


def _known_film(number: int) -> Original:
    return Original(f"clip-{number}", encode.film(_known_frames(number), bit_rate=_FILM_BITS))


def _copy(original: int, how: Alteration) -> Planted:
    entry_id = f"picture-{original:03}"
    name = f"{_FOLDERS[(original + len(how.name)) % len(_FOLDERS)]}/{how.name.lower()}-{original:03}"
    if how is Alteration.COPIED:
        kind = encode.FORMATS[original % len(encode.FORMATS)]
        return Planted(f"{name}.{kind}", entry_id, how.value, _still_of(original))
    quality = _QUALITY_LOW if how is Alteration.REENCODED else 88
    data = encode.still(altered(_known_picture(original), how), "jpg", quality=quality)
    return Planted(f"{name}.jpg", entry_id, how.value, data)


def _unrelated(number: int) -> Planted:
    kind = encode.FORMATS[number % len(encode.FORMATS)]
    return Planted(f"{_FOLDERS[number % len(_FOLDERS)]}/{number:04}.{kind}", "", "unrelated picture", _still_of(number))


def _clip(number: int) -> Planted:
    """Make a known clip as it is, a known one smaller and saved again, or an unknown one."""
    if number < _CLIPS_KNOWN:
        return Planted(f"clips/{number}.mp4", f"clip-{number}", "video copied, byte for byte", _known_film(number).data)
    if number < 2 * _CLIPS_KNOWN:
        small = [resized(frame, 208, 156) for frame in _known_frames(number % _CLIPS_KNOWN)]
        data = encode.film(small, bit_rate=_FILM_BITS_LOW)
        return Planted(f"clips/{number}.mp4", f"clip-{number % _CLIPS_KNOWN}", "video smaller, saved again", data)
    data = encode.film(draw.clip(SEED + number, _CLIP_FRAMES), bit_rate=_FILM_BITS)
    return Planted(f"clips/{number}.mp4", "", "unrelated video", data)
