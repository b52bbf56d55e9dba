"""Runs in the peers' environment: reads one JSON request a line, answers with one JSON line.

CPU times are of the whole process (all threads), for each file by itself. Nothing here imports Tutela.
"""

from __future__ import annotations

import contextlib
import csv
import importlib.metadata
import json
import os
import pickle
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pdqhash
import peer_index
import peer_statistics
from PIL import Image
from threatexchange.signal_type.pdq import pdq_hasher
from threatexchange.signal_type.pdq.pdq_index import PDQIndex
from threatexchange.signal_type.pdq.signal import PdqSignal
from threatexchange.signal_type.signal_base import TrivialSignalTypeIndex

if TYPE_CHECKING:
    from collections.abc import Callable

Image.MAX_IMAGE_PIXELS = None
_DRAFT_SIDE_PX = 512
_NAMES = (
    "threatexchange",
    "pdqhash",
    "vpdq",
    "faiss-cpu",
    "pillow",
    "pillow-heif",
    "numpy",
    "scikit-image",
    "scikit-learn",
    "statsmodels",
    "pysyncon",
)


def versions() -> dict[str, Any]:
    found = {}
    for name in _NAMES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[f"peer {name}"] = importlib.metadata.version(name)
    return {"versions": found}


def hash_files(how: str, paths: list[str]) -> dict[str, Any]:
    """Hash each file: hexadecimal, or the name of what went wrong."""
    reader = _READERS[how]
    hashes, cpu_s = [], []
    for path in paths:
        start_s = time.process_time()
        try:
            found = reader(path)
        except Exception as error:  # noqa: BLE001  - whatever a peer raises is a result here
            found = f"error: {type(error).__name__}"
        cpu_s.append(time.process_time() - start_s)
        hashes.append(found)
    return {"hashes": hashes, "cpu_s": cpu_s}


def hash_arrays(paths: list[str]) -> dict[str, Any]:
    """Hash pixels given as .npy files, with pdqhash alone."""
    hashes, qualities, cpu_s = [], [], []
    for path in paths:
        pixels = np.load(path)
        start_s = time.process_time()
        bits, quality = pdqhash.compute(pixels)
        cpu_s.append(time.process_time() - start_s)
        hashes.append(np.packbits(bits).tobytes().hex())
        qualities.append(int(quality))
    return {"hashes": hashes, "qualities": qualities, "cpu_s": cpu_s}


def save_heic(source: str, target: str, quality: int) -> dict[str, Any]:
    """Write a picture as HEIC, which the decoders' libraries cannot."""
    import pillow_heif  # noqa: PLC0415  - loads a codec that only this request needs

    pillow_heif.register_heif_opener()
    Image.open(source).convert("RGB").save(target, quality=quality)
    return {}


def vpdq(path: str, seconds_per_hash: float) -> dict[str, Any]:
    """Hash a video with one thread."""
    import vpdq as library  # noqa: PLC0415  - built on this machine, or absent

    start_s = time.process_time()
    features = library.computeHash(path, seconds_per_hash=seconds_per_hash, thread_count=1)
    spent_s = time.process_time() - start_s
    hashes = [(feature.frame_number, library.hash_to_hex(feature.hash)) for feature in features]
    return {"cpu_s": spent_s, "hashes": hashes}


def import_list(path: str, target: str) -> dict[str, Any]:
    """Read a CSV, build threatexchange's indexes over its PDQ and MD5 columns, and store them as it does: pickled."""
    start_s, start_cpu_s = time.perf_counter(), time.process_time()
    with Path(path).open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    pdq = PDQIndex.build([(row["pdq"], row["id"]) for row in rows if row["pdq"]])
    md5 = TrivialSignalTypeIndex.build([(row["md5"], row["id"]) for row in rows if row["md5"]])
    with Path(target).open("wb") as stream:
        pickle.dump((pdq, md5), stream)
    return {"wall_s": time.perf_counter() - start_s, "cpu_s": time.process_time() - start_cpu_s}


def ask_list(target: str, queries: list[str]) -> dict[str, Any]:
    """Load the indexes again and hash each PDQ up."""
    start_s = time.perf_counter()
    with Path(target).open("rb") as stream:
        pdq, _ = pickle.load(stream)  # noqa: S301  - written by this process a moment ago
    open_s = time.perf_counter() - start_s
    found, cpu_s = [], []
    for query in queries:
        start_s = time.process_time()
        matches = pdq.query(query)
        cpu_s.append(time.process_time() - start_s)
        found.append(sorted(match.metadata for match in matches))
    return {"open_s": open_s, "cpu_s": cpu_s, "found": found}


def _threatexchange(path: str) -> str:
    found = PdqSignal.hash_from_file(Path(path))
    return found or "below-quality"


def _threatexchange_any_quality(path: str) -> str:
    return pdq_hasher.pdq_from_file(Path(path))[0]


def _pillow(path: str) -> str:
    with Image.open(path) as picture:
        bits, _ = pdqhash.compute(np.asarray(picture.convert("RGB")))
    return np.packbits(bits).tobytes().hex()


def _draft(path: str) -> str:
    with Image.open(path) as picture:
        picture.draft("RGB", (_DRAFT_SIDE_PX, _DRAFT_SIDE_PX))
        bits, _ = pdqhash.compute(np.asarray(picture.convert("RGB")))
    return np.packbits(bits).tobytes().hex()


_READERS: dict[str, Callable[[str], str]] = {
    "threatexchange": _threatexchange,
    "threatexchange-any-quality": _threatexchange_any_quality,
    "pillow": _pillow,
    "draft": _draft,
}
_REQUESTS: dict[str, Callable[..., dict[str, Any]]] = {
    "versions": versions,
    "hash_files": hash_files,
    "hash_arrays": hash_arrays,
    "save_heic": save_heic,
    "vpdq": vpdq,
    "import_list": import_list,
    "ask_list": ask_list,
    "build_index": peer_index.build_index,
    "ask_index": peer_index.ask_index,
    "ask_index_together": peer_index.ask_index_together,
    "structural_step": peer_statistics.structural_step,
    "false_alarms": peer_statistics.false_alarms,
    "synthetic_control": peer_statistics.synthetic_control,
}


def main() -> None:
    """Answer until the requests end. Libraries that print must not speak into the answers."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = _REQUESTS[request.pop("request")](**request)
        except Exception as error:  # noqa: BLE001  - told to the other side, which decides
            answer = {"fault": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    os._exit(0)  # taking a large index apart takes longer than asking it


if __name__ == "__main__":
    main()
