"""A3: peak memory of a whole scan, and the time to the first row of its report.

Memory is the proportional set size of the scan, its zygote and its workers together, sampled every 20 ms. The large
pictures are photographs enlarged to 24 megapixels in every format; each is there several times, so that two workers
meet them at once. "Whatever the size of the folder": 200 and 5,000 small pictures.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image

from bench import corpus, forms
from bench.hashes import middle
from bench.memory import PeakMemory
from bench.ours import Ours
from bench.peers import FOLDER, Peer
from bench.record import Measurement
from bench.scans import Bench

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_LARGE: Final = FOLDER / "large-2"  # made once
_LARGE_PX: Final = (6000, 4000)
_SOURCES: Final = 3
_COPIES: Final = 3
_SMALL_PX: Final = (160, 120)
_SMALL_FEW: Final = 200
_SMALL_MANY: Final = 5_000
_FIRST_RUNS: Final = 5
_WAIT_S: Final = 300.0
_SETTLE_S: Final = 0.05


def measure() -> Measurement:
    """Run every part."""
    found = Measurement()
    large = _large_pictures()
    bench = Bench.made("memory-large")
    for copy in range(_COPIES):
        for path in large:
            os.link(path, bench.evidence / f"{copy}-{path.name}")
    peak, rows = _peak(bench)
    found.put("peak, pictures up to 24 megapixels", peak.peak_mb)
    verdicts = ", ".join(sorted({row.verdict for row in rows}))
    largest = max(row.width_px * row.height_px for row in rows)
    found.table(
        "The scan of large pictures",
        ("files", "largest, pixels", "peak MB", "by process at the peak, MB", "verdicts", "samples"),
        [(len(rows), largest, peak.peak_mb, _parts(peak), verdicts, peak.samples)],
    )
    formats = sorted({path.name.partition("-")[2] for path in large})
    found.notes.append(f"large pictures: {', '.join(formats)}, each of {_SOURCES} photographs, {_COPIES} times")
    bench.close()
    _by_format(found, large)
    _small(found)
    return found


def _by_format(found: Measurement, large: Sequence[Path]) -> None:
    """What one picture of each format takes in a worker of its own: where the peak comes from."""
    rows: list[tuple[object, ...]] = []
    for path in large:
        if not path.name.startswith("0-"):
            continue
        with Ours(workers=1) as ours, PeakMemory(os.getpid()) as peak:
            ours.examine(path)
            time.sleep(_SETTLE_S)
        rows.append((path.name.partition("-")[2], max(peak.peak_parts_mb[2:], default=0.0)))
    rows.sort(key=lambda row: -float(str(row[1])))
    found.table("One picture of 24 megapixels alone", ("format", "peak of its worker, MB"), rows)


def _small(found: Measurement) -> None:
    bench = Bench.made("memory-small")
    few, many = bench.folder / "few", bench.evidence
    few.mkdir()
    random = np.random.default_rng(3)
    for number in range(_SMALL_MANY):
        path = many / f"{number:05d}.jpg"
        coarse = Image.fromarray(random.integers(0, 256, (6, 8, 3), dtype=np.uint8))
        coarse.resize(_SMALL_PX, Image.Resampling.BICUBIC).save(path, quality=85)
        if number < _SMALL_FEW:
            os.link(path, few / path.name)
    peak_few, _ = _peak(bench, root=few)
    peak_many, rows = _peak(bench)
    found.put("peak, 5,000 small files", peak_many.peak_mb)
    found.put("growth from 200 to 5,000 small files", peak_many.peak_mb - peak_few.peak_mb)
    found.table(
        "Small files",
        ("files", "peak MB", "by process at the peak, MB"),
        [(_SMALL_FEW, peak_few.peak_mb, _parts(peak_few)), (len(rows), peak_many.peak_mb, _parts(peak_many))],
    )
    first_s = [_first_result_s(bench) for _ in range(_FIRST_RUNS)]
    found.put("first result", middle(first_s))
    shown = ", ".join(f"{each:.2f}" for each in first_s)
    found.notes.append(f"first row in the report after {shown} s of wall time, interpreter start included")
    bench.close()


def _peak(bench: Bench, root: Path | None = None) -> tuple[PeakMemory, list[Any]]:
    bench.report.unlink(missing_ok=True)
    with bench.begin(root=root) as process, PeakMemory(process.pid) as peak:
        process.wait(timeout=_WAIT_S)
    return peak, bench.rows()


def _parts(peak: PeakMemory) -> str:
    return " + ".join(f"{part:.0f}" for part in peak.peak_parts_mb)


def _first_result_s(bench: Bench) -> float:
    """Seconds from starting the command until the report holds more than its header."""
    bench.report.unlink(missing_ok=True)
    start_s = time.perf_counter()
    with bench.begin() as process:
        while process.poll() is None:
            if bench.report.exists() and bench.report.read_bytes().count(b"\n") > 1:
                break
            time.sleep(0.002)
        first_s = time.perf_counter() - start_s
        process.kill()
        process.wait()
    return first_s


def _large_pictures() -> Sequence[Path]:
    """Photographs of 24 megapixels in every format that has them; made once."""
    done = _LARGE / "done"
    if not done.exists():
        _LARGE.mkdir(parents=True, exist_ok=True)
        with Peer() as peer:
            for number, path in enumerate(corpus.files(corpus.MP12, _SOURCES)):
                with Image.open(path) as picture:
                    large = picture.convert("RGB").resize(_LARGE_PX, Image.Resampling.BICUBIC)
                for name, save in _FORMATS.items():
                    save(large, _LARGE / f"{number}-{name}")
                source, target = _LARGE / f"{number}-RGB.png", _LARGE / f"{number}-HEIC.heic"
                peer.ask("save_heic", source=str(source), target=str(target), quality=70)
        done.touch()
    return sorted(path for path in _LARGE.iterdir() if path != done)


def _saving(**options: Any) -> Callable[[Image.Image, Path], None]:
    return lambda picture, path: picture.save(path, **options)


_FORMATS: Final[dict[str, Callable[[Image.Image, Path], None]]] = {
    "baseline.jpg": _saving(quality=85),
    "full-colour.jpg": _saving(quality=92, subsampling=0),
    "progressive.jpg": _saving(quality=85, progressive=True),
    "progressive-full-colour.jpg": _saving(quality=92, subsampling=0, progressive=True),
    "RGB.png": _saving(compress_level=1),
    "16-bit-RGB.png": forms.sixteen_bit_rgb,
    "lossy.webp": _saving(quality=75, method=0),
    "AVIF.avif": _saving(quality=60, speed=10),
    "LZW.tif": _saving(compression="tiff_lzw"),
    "plain.bmp": _saving(),
    "palette.gif": lambda picture, path: picture.quantize(64, dither=Image.Dither.NONE).save(path),
}
